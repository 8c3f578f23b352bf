"""The fixtures of commands, for the whole folder."""

from tests.administration.logins import logins
from tests.commands import data, done, office, refused, spoken

__all__ = ["data", "done", "logins", "office", "refused", "spoken"]
