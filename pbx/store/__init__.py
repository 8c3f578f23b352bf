"""What outlives the process: settings, records of calls, messages."""
