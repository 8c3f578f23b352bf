"""For how long calls, messages and tasks are kept."""

from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.store.retention import TRACE_DAYS

Shown = dict[str, Any]

RETENTION = "retention"
"""What sets these fields of the office, as `models` describes them."""


def show(desk: Desk) -> Shown:
    """The times, in days; 0 is for ever."""
    found = shown(desk.office, RETENTION)
    return found | {"keep_traces_days": TRACE_DAYS, "version": version(found)}


def change(desk: Desk, seen: str | None = None, **given: Any) -> Shown:
    """Change what is given. What is too old then goes within a day. Raises Refused."""
    check_seen(desk, shown(desk.office, RETENTION), seen)
    desk.save(changed(desk.office, given, RETENTION))
    return show(desk)
