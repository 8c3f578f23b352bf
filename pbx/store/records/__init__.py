"""What happened, in SQLite: calls, messages, tasks, sessions, changes."""
