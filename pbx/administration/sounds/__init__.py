"""Greetings and announcements: uploaded, typed or spoken."""
