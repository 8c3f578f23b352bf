"""A backup as one encrypted file, and putting it in the place of what is there."""
