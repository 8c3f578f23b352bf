"""Running empty before a restart: calls that last go on, new ones are asked to come again in a moment."""

from typing import Any

from pbx.administration.desk.desk import Stores

Shown = dict[str, Any]


def drain(stores: Stores, on: bool = True) -> Shown:
    """Put off new calls, but emergencies; `on` false: take them again. After a restart all are taken.

    The result tells how many calls still last.
    """
    if stores.live is None:
        return {"draining": False, "calls": 0}
    calls = stores.live.drain(on)
    stores.changed("calls")
    return {"draining": on, "calls": calls}
