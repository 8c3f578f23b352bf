"""Running empty before a restart: calls that last go on, new ones are asked to come again in a moment."""

from typing import Any

from pbx.administration.desk.desk import Desk

Shown = dict[str, Any]


def drain(desk: Desk, on: bool = True) -> Shown:
    """Put off new calls, but emergencies; `on` false: take them again. After a restart all are taken.

    The result tells how many calls still last.
    """
    if desk.live is None:
        return {"draining": False, "calls": 0}
    calls = desk.live.drain(on)
    desk.changed("calls")
    return {"draining": on, "calls": calls}
