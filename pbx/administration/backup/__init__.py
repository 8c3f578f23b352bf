"""Backups: made on demand or every night, looked into, restored."""
