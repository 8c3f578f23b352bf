"""Fuzzing: every parser that takes bytes from outside gets bytes nobody meant (`make fuzz`; a little in the suite)."""
