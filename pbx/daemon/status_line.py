"""The exchange in one line, for `systemctl status`."""

from pbx.administration.desk.live import Live
from pbx.store.models import Office

WORKING = ("registered", "reachable", "unknown")
"""States of a trunk that may take calls."""


def status_line(live: Live, office: Office, unkept: str = "") -> str:
    """How many calls, phones and trunks there are; and what is not as always."""
    status, states = live.status(), [state for state, _ in live.trunk_states().values()]
    calls, phones = status["calls"], len(live.registrations())
    told = [
        "1 call" if calls == 1 else f"{calls} calls",
        f"{phones} of {len(office.phones)} phones registered",
        f"{sum(state in WORKING for state in states)} of {len(states)} trunks work" if states else "no trunk",
    ]
    if status.get("draining"):
        told.append("new calls are turned away")
    if unkept:
        told.append(f"NOTHING IS SAVED: {unkept}")
    return ", ".join(told) + "."
