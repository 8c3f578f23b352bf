"""Passwords, PINs and codes, and how they lie on the disk."""
