"""For how long calls, messages and tasks are kept."""

import dataclasses
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.versions import check_seen, version
from pbx.store.retention import TRACE_DAYS

Shown = dict[str, Any]


def show(desk: Desk) -> Shown:
    """The times, in days; 0 is for ever."""
    shown = _own(desk)
    return shown | {"keep_traces_days": TRACE_DAYS, "version": version(shown)}


def change(
    desk: Desk,
    keep_history_days: int | None = None,
    keep_messages_days: int | None = None,
    keep_done_tasks_days: int | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what is given. What is too old then goes within a day. Raises Refused."""
    check_seen(desk, _own(desk), seen)
    given: dict[str, Any] = {
        "keep_history_days": keep_history_days,
        "keep_messages_days": keep_messages_days,
        "keep_done_tasks_days": keep_done_tasks_days,
    }
    desk.save(dataclasses.replace(desk.office, **{name: days for name, days in given.items() if days is not None}))
    return show(desk)


def _own(desk: Desk) -> Shown:
    office = desk.office
    return {
        "keep_history_days": office.keep_history_days,
        "keep_messages_days": office.keep_messages_days,
        "keep_done_tasks_days": office.keep_done_tasks_days,
    }
