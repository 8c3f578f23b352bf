"""What only a running exchange can tell or do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from pbx.control.protocol import Refused
from pbx.exchange.calls.traced import WireCapture
from pbx.exchange.scripts.recording import OnProgress
from pbx.exchange.trunks.turned_away import Refusal
from pbx.sentence import Sentence
from pbx.store.models import Office
from pbx.store.rows import CallFacts

HostPort = tuple[str, int]


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing the doctor looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    sentence: str
    """What is so; a Sentence, so that it can be said in German."""
    advice: str = ""
    """What to do about it, likewise; empty when all is well."""
    page: str = ""
    """Path of the page where that is done."""
    hint: str = ""
    """The same on the command line."""


@dataclass(frozen=True, slots=True)
class TrunkPath:
    """How packets go to a trunk."""

    address: str
    """TRANSPORT HOST:PORT in use; empty when none was found."""
    seen_as: str = ""
    """HOST:PORT from which the provider sees the box come, if it says so."""
    rewritten: bool = False
    """Whether something on the way changes the addresses within the messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCall(CallFacts):
    """A call that lasts."""

    parties: tuple[str, ...]
    """Extensions whose phones ring or talk in it now."""


@dataclass(frozen=True, slots=True)
class Guest:
    """An account for one call."""

    address: HostPort
    """Where the exchange listens by UDP."""
    username: str
    password: str = field(repr=False)


class Live(Protocol):
    """The running exchange, as commands see it."""

    def domain(self) -> str:
        """What phones register to, with the port when it is not 5060."""

    def status(self) -> Mapping[str, Any]:
        """What is going on, as JSON: `sip` (list of HOST:PORT), `calls` (number of calls), `uptime` (seconds) ..."""

    def registrations(self) -> Mapping[str, Sequence[str]]:
        """Of each user name that is registered, the contacts that are rung."""

    def troubles(self) -> Mapping[tuple[str, str], str]:
        """Why what is registered is not rung, by user name and contact: "connection lost", "no answer"."""

    def trunk_states(self) -> Mapping[str, tuple[str, str]]:
        """Of each trunk, a word (registered, reachable, trying, failed, unknown) and a sentence (may be empty)."""

    def ways(self) -> Mapping[str, TrunkPath]:
        """Of each trunk how its packets go."""

    def refusals(self) -> Mapping[str, Sequence[Refusal]]:
        """Of each trunk the calls that were refused lately, the newest first."""

    def lamps(self) -> Mapping[str, tuple[str, float | None]]:
        """Of each person free, ringing, talking or offline, and since when (Unix time) if that is known."""

    def running(self) -> Sequence[RunningCall]:
        """The calls that last, oldest first."""

    def call(self, extension: str, number: str, suffix: str) -> str:
        """Ring the extension, then call `number` (E.164) and dial `suffix` after the answer; the call's id.

        `number` may also be a colleague's or a group's extension. Raises Refused when nothing is there to ring.
        """

    def record(self, extension: str, path: Path, on_progress: OnProgress) -> str:
        """Ring the extension and record an announcement into the file; the call's id. `on_progress` hears how it goes.

        Raises Refused when nothing is there to ring.
        """

    def drain(self, on: bool) -> int:
        """Put off new calls, or take them again; how many last."""

    def guest(self) -> Guest:
        """An account for one call of the box to itself, good for some seconds."""

    def changed(self, office: Office) -> None:
        """The settings are these now."""

    def mailbox_changed(self, extension: str) -> None:
        """Messages came, went or were heard."""

    def wire(self, call: str | None = None) -> WireCapture | None:
        """What the tap at the wire has: of a call that lasts or has just ended, or of all those and of no call.

        None when there is no such call.
        """

    def forget_wire(self, digits: str) -> None:
        """Let go of what belongs to no call and has these digits in it."""

    def doctor(self) -> Sequence[DoctorCheck]:
        """What can only be looked at while running."""


def needed(live: Live | None) -> Live:
    """The running exchange. Raises Refused when there is none."""
    if live is None:
        raise Refused(Sentence("The exchange is not running."), 1, hint="Start it with “durchwahl run”.")
    return live


def lasting(live: Live | None) -> Sequence[RunningCall]:
    """The calls that last, oldest first."""
    return live.running() if live is not None else ()


def elsewhere(live: Live, there: Callable[[Callable[[], Any]], Any]) -> Live:
    """The same for other threads: `there` lets the exchange's own do something, and brings back what came of it."""
    return cast(Live, _Elsewhere(live, there))


class _Elsewhere:
    """Has every verb of a `Live`."""

    def __init__(self, live: Live, there: Callable[[Callable[[], Any]], Any]) -> None:
        self._live, self._there = live, there

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        act = getattr(self._live, verb)
        return lambda *given: self._there(lambda: act(*given))
