"""The office's phones: who they are, where they are, what their lamps show."""
