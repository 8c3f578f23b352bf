"""The exchange in one line, for `systemctl status`."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pbx.exchange.trunks.trunk import USABLE
from pbx.store.models import Office


class ExchangeStatus(Protocol):
    """What is counted of the exchange."""

    def status(self) -> Mapping[str, Any]:
        """`calls` (number of calls), `draining` ..."""

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        """Of each trunk, a word and a sentence."""

    def registrations(self) -> Mapping[str, Sequence[str]]:
        """Of each user name that is registered, the contacts that are rung."""


def status_line(live: ExchangeStatus, office: Office, unkept: str = "") -> str:
    """How many calls, phones and trunks there are; and what is not as always."""
    status, states = live.status(), [state for state, _ in live.trunk_states().values()]
    calls, phones = status["calls"], len(live.registrations())
    parts = [
        "1 call" if calls == 1 else f"{calls} calls",
        f"{phones} of {len(office.phones)} phones registered",
        f"{sum(state in USABLE for state in states)} of {len(states)} trunks work" if states else "no trunk",
    ]
    if status.get("draining"):
        parts.append("new calls are turned away")
    if unkept:
        parts.append(f"NOTHING IS SAVED: {unkept}")
    return ", ".join(parts) + "."
