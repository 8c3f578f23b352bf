"""What happens in a call, told as coroutines: one script for each kind of call."""
