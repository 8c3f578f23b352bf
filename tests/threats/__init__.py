"""The exchange attacked from outside: a test for each row of the list of what has broken others."""
