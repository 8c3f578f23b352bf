"""What happens in a call: one script, a coroutine, for each kind of call."""
