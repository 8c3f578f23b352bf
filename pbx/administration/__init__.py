"""What can be done to the office: every command as a typed function, one module a noun."""
