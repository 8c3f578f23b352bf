"""For how long calls, messages and tasks are kept, and letting go of what is older."""

import dataclasses
from collections.abc import Callable
from typing import Any

from pbx.administration.desk.desk import Stores
from pbx.administration.desk.versions import check_seen, version

Shown = dict[str, Any]

TRACE_DAYS = 30
"""For how long SIP messages are kept behind a call: they help while somebody still looks for the fault."""
DAY = 86400.0
PORTION = 100
"""Rows that are deleted at a time: nobody waits long for the records meanwhile."""
FILES = 10
"""Messages that are deleted at a time: each is a file, too."""


def show(stores: Stores) -> Shown:
    """The times, in days; 0 is for ever."""
    shown = _own(stores)
    return shown | {"keep_traces_days": TRACE_DAYS, "version": version(shown)}


def change(
    stores: Stores,
    keep_history_days: int | None = None,
    keep_messages_days: int | None = None,
    keep_done_tasks_days: int | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what is given. What is too old then goes within a day. Raises Refused."""
    check_seen(stores, _own(stores), seen)
    given: dict[str, Any] = {
        "keep_history_days": keep_history_days,
        "keep_messages_days": keep_messages_days,
        "keep_done_tasks_days": keep_done_tasks_days,
    }
    stores.save(dataclasses.replace(stores.office, **{name: days for name, days in given.items() if days is not None}))
    return show(stores)


def portions(stores: Stores, now: float, mailbox_changed: Callable[[str], None]) -> list[Callable[[], bool]]:
    """What is to be done that nothing older is kept: each is to be called until it says that there is no more.

    `mailbox_changed` hears of each message that went. They raise RecordsError, OSError.
    """
    office, records = stores.office, stores.records

    def old_messages(before: float) -> bool:
        old = records.leftovers.old_messages(before, FILES)
        for message in old:
            stores.mailboxes.remove(message)
            mailbox_changed(message.extension)
        return len(old) == FILES

    found: list[Callable[[], bool]] = [lambda: records.traces.remove_old(now - TRACE_DAYS * DAY, PORTION) == PORTION]
    if office.keep_history_days:
        calls_before = now - office.keep_history_days * DAY
        found.append(lambda: records.history.remove_old(calls_before, PORTION) == PORTION)
    if office.keep_done_tasks_days:
        tasks_before = now - office.keep_done_tasks_days * DAY
        found.append(lambda: records.leftovers.remove_done_tasks(tasks_before, PORTION) == PORTION)
    if office.keep_messages_days:
        messages_before = now - office.keep_messages_days * DAY
        found.append(lambda: old_messages(messages_before))
    return found


def _own(stores: Stores) -> Shown:
    office = stores.office
    return {
        "keep_history_days": office.keep_history_days,
        "keep_messages_days": office.keep_messages_days,
        "keep_done_tasks_days": office.keep_done_tasks_days,
    }
