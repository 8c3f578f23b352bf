"""What only a running exchange can tell or do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pbx.exchange.recording import Told
from pbx.store.models import Office


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the doctor looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    sentence: str
    """What is so."""
    advice: str = ""
    """What to do about it; empty when all is well."""


class Live(Protocol):
    """The running exchange, as commands see it."""

    def domain(self) -> str:
        """What phones register to, with the port when it is not 5060."""

    def status(self) -> Mapping[str, Any]:
        """What is going on, as JSON: `sip` (list of HOST:PORT), `calls` (number of calls), `uptime` (seconds) ..."""

    def registrations(self) -> Mapping[str, Sequence[str]]:
        """Of each user name that is registered, the contacts."""

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        """Of each trunk, a word (registered, reachable, trying, failed, unknown) and a sentence (may be empty)."""

    def call(self, extension: str, number: str, suffix: str) -> str:
        """Ring the extension, then call `number` (E.164) and dial `suffix` after the answer; the call's id.

        `number` may also be a colleague's or a group's extension. Raises Refused when nothing is there to ring.
        """

    def record(self, extension: str, path: Path, told: Told) -> str:
        """Ring the extension and record an announcement into the file; the call's id. `told` hears how it goes.

        Raises Refused when nothing is there to ring.
        """

    def changed(self, office: Office) -> None:
        """The settings are these now."""

    def mailbox_changed(self, extension: str) -> None:
        """Messages came, went or were heard."""

    def doctor(self) -> Sequence[Check]:
        """What can only be looked at while running."""


class LiveElsewhere:
    """A `Live` that belongs to another thread: `there` lets that thread do something and brings back the result."""

    def __init__(self, live: Live, there: Callable[[Callable[[], Any]], Any]) -> None:
        self._live = live
        self._there = there

    def domain(self) -> str:
        return str(self._there(self._live.domain))

    def status(self) -> Mapping[str, Any]:
        return dict(self._there(self._live.status))

    def registrations(self) -> Mapping[str, Sequence[str]]:
        return dict(self._there(self._live.registrations))

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        return dict(self._there(self._live.trunk_states))

    def call(self, extension: str, number: str, suffix: str) -> str:
        return str(self._there(lambda: self._live.call(extension, number, suffix)))

    def record(self, extension: str, path: Path, told: Told) -> str:
        return str(self._there(lambda: self._live.record(extension, path, told)))

    def changed(self, office: Office) -> None:
        self._there(lambda: self._live.changed(office))

    def mailbox_changed(self, extension: str) -> None:
        self._there(lambda: self._live.mailbox_changed(extension))

    def doctor(self) -> Sequence[Check]:
        return tuple(self._there(self._live.doctor))
