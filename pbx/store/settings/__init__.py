"""The settings as one file: read, checked, saved, compared."""
