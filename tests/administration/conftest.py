"""The fixtures of commands, for the whole folder."""

from tests.commands import data, done, office, refused, spoken

__all__ = ["data", "done", "office", "refused", "spoken"]
