"""What was: calls, messages, tasks; for how long it is kept, and for whom."""
