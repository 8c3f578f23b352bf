"""The list of saved changes in words, and undoing them."""
