"""The fixtures of commands, for the whole folder."""

from tests.administration.logins import desk
from tests.commands import data, done, office, refused, spoken

__all__ = ["data", "desk", "done", "office", "refused", "spoken"]
