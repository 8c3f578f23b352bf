"""For how long calls, messages and tasks are kept."""

import dataclasses
from typing import Any

from pbx.administration.desk.desk import Stores
from pbx.administration.desk.versions import check_seen, version
from pbx.store.retention import TRACE_DAYS

Shown = dict[str, Any]


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


def _own(stores: Stores) -> Shown:
    office = stores.office
    return {
        "keep_history_days": office.keep_history_days,
        "keep_messages_days": office.keep_messages_days,
        "keep_done_tasks_days": office.keep_done_tasks_days,
    }
