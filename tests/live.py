"""A running exchange as commands see it, without an exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pbx.administration.desk.live import DoctorCheck, RunningCall, TrunkPath
from pbx.exchange.calls.traced import WireCapture
from pbx.exchange.trunks.turned_away import Refusal
from pbx.store.models import Office


def lasting(id: str = "c", **facts: Any) -> RunningCall:
    """A call that lasts: what is not said is as if somebody outside heard the greeting."""
    usual: dict[str, Any] = {
        "direction": "in", "from_": "+4989123456", "from_name": "", "to": "+4930123450", "extension": "",
        "started": 1000.0, "answered": None, "parties": (),
    }  # fmt: skip
    return RunningCall(id=id, **usual | facts)


class Lines:
    """A `Live` that remembers what it was told; what a test needs besides it sets as attributes."""

    def __init__(self, **state: Any) -> None:
        """`state` is part of what `status` tells."""
        self.asked: list[tuple[Any, ...]] = []
        """What was asked of it: ("call", "21", "+4930123", "") ..."""
        self.registered: dict[str, Sequence[str]] = {}
        """Of user names, contacts."""
        self.troubled: dict[tuple[str, str], str] = {}
        """Of user names and contacts, why they are not rung."""
        self.trunks: dict[str, tuple[str, str]] = {}
        """Their states, a word and a sentence."""
        self.ways_to: dict[str, TrunkPath] = {}
        """How packets go to each trunk."""
        self.turned_away: dict[str, Sequence[Refusal]] = {}
        """Of each trunk, calls that were refused."""
        self.shining: dict[str, tuple[str, float | None]] = {}
        """Lamps: free, ringing, talking or offline, and since when."""
        self.calls: list[RunningCall] = []
        """Those that last."""
        self.tapped: WireCapture | None = None
        """What the tap at the wire has, of whatever call."""
        self.checks: list[DoctorCheck] = []
        self.state: dict[str, Any] = {"sip": ["192.0.2.10:5060"], "calls": 0, "uptime": 60.0} | state

    def domain(self) -> str:
        return "192.0.2.10"

    def status(self) -> Mapping[str, Any]:
        return self.state

    def registrations(self) -> Mapping[str, Sequence[str]]:
        return self.registered

    def troubles(self) -> Mapping[tuple[str, str], str]:
        return self.troubled

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        return self.trunks

    def ways(self) -> Mapping[str, TrunkPath]:
        return self.ways_to

    def refusals(self) -> Mapping[str, Sequence[Refusal]]:
        return self.turned_away

    def lamps(self) -> Mapping[str, tuple[str, float | None]]:
        return self.shining

    def running(self) -> Sequence[RunningCall]:
        return self.calls

    def wire(self, call: str | None = None) -> WireCapture | None:
        return self.tapped

    def call(self, extension: str, number: str, suffix: str) -> str:
        self.asked.append(("call", extension, number, suffix))
        return "call-1"

    def changed(self, office: Office) -> None:
        self.asked.append(("changed", office))

    def doctor(self) -> Sequence[DoctorCheck]:
        return self.checks

    def __getattr__(self, name: str) -> Any:
        """Whatever else commands ask of a running exchange: remembered, and answered with nothing."""
        if name.startswith("_"):
            raise AttributeError(name)

        def remembered(*given: Any) -> None:
            self.asked.append((name, *given))

        return remembered

    def heard(self, name: str) -> list[Any]:
        """The first argument of each time it was asked so."""
        return [each[1] for each in self.asked if each[0] == name]
