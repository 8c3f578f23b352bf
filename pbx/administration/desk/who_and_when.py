"""Who changed something and when, in words."""

import time

from pbx.sentence import Sentence
from pbx.store.records.changes import Change


def who(change: Change) -> Sentence | str:
    """Who made it."""
    if change.who:
        return change.who
    return {
        "root": Sentence("The command line"),
        "visitor": Sentence("Somebody not logged in"),
    }.get(change.role, Sentence("The box itself"))


def moment(at: float) -> Sentence:
    """A time as people write it: only the clock when it is today."""
    there, here = time.localtime(at), time.localtime()
    clock = Sentence("{hour}:{minute}", hour=f"{there.tm_hour:02}", minute=f"{there.tm_min:02}")
    if there[:3] == here[:3]:
        return clock
    day, month, year = f"{there.tm_mday:02}", f"{there.tm_mon:02}", str(there.tm_year)
    return Sentence("{day}/{month}/{year} {clock}", day=day, month=month, year=year, clock=clock)
