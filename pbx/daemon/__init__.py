"""The running exchange as a process: the only place that knows every part of it."""
