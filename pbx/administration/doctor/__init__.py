"""Checks of everything that can go wrong, each with a sentence and an advice."""
