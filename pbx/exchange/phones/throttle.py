"""Rate limits against storms: who asks far too much is slowed down; others do not notice, and all can telephone."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pbx.sip.admission import Verdict
from pbx.sip.flow import Flow, HostPort
from pbx.sip.grammar import ParseError
from pbx.sip.message import Request
from pbx.sip.uri import Uri


@dataclass(frozen=True, slots=True)
class RequestKind:
    """What requests are weighed apart, so that one kind's storm leaves the others."""

    slot: int
    burst: int
    """From one source at once."""
    rate: float
    """A second, from one source."""
    most: int
    """At once from all behind one address, such as an office's NAT."""
    together: float


CALL = RequestKind(0, 500, 10.0, 5000, 100.0)
EMERGENCY = RequestKind(1, 20, 1.0, 200, 10.0)
DIALOG = RequestKind(2, 1000, 100.0, 20_000, 2000.0)
"""All that belongs to a call or a request that we know."""
REGISTER = RequestKind(3, 500, 5.0, 6000, 200.0)
OTHER = RequestKind(4, 1000, 20.0, 20_000, 400.0)
"""A phone with 200 lamps sends 400 SUBSCRIBEs when it starts: each is challenged first."""

ANSWERS = 10.0
"""Refusals a second that one source gets; its other requests are dropped, so that it has to wait."""
DROPPED = 1.0
"""Seconds for which what a source was refused for is not even read any more."""
REMEMBERED = 4096
"""Sources, and addresses; the oldest that was not refused is forgotten first, and begins anew."""
SPARED = 8
"""Sources in a row that were refused lately, of which none is forgotten; the next one is, whatever it did."""
HOT = 1024
"""Sources and methods that are not read for a moment."""
RECENT = 600.0
"""Seconds for which a storm is shown."""
LONGEST_NAME = 64
_FROM = re.compile(rb"\n(?:From|f)[ \t]*:[ \t]*([^;\r\n]{0,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Storm:
    """Somebody who was slowed down."""

    host: str
    user: str
    """As whom the requests came (From), whether that is so or not."""
    method: str
    """What it was mostly, or at last."""
    count: int
    """Requests that were refused or dropped."""


@dataclass(slots=True, eq=False)
class _Source:
    """One that sends requests: an address, and the name it gives."""

    levels: list[float] = field(default_factory=lambda: [0.0] * 5)
    """How full each kind's bucket was."""
    times: list[float] = field(default_factory=lambda: [0.0] * 5)
    """When that was (clock)."""
    answers: tuple[float, float] = (0.0, 0.0)
    refused: int = 0
    at: float = float("-inf")
    method: str = ""


class Throttle:
    """Weighs each request by its source. `clock` is monotonic, seconds.

    `emergency` tells whether a Request-URI is an emergency number's, `trunk` whether an address is a trunk's, whose
    calls are limited by their number alone.
    """

    def __init__(
        self, clock: Callable[[], float], emergency: Callable[[Uri], bool], trunk: Callable[[str], bool]
    ) -> None:
        self._clock = clock
        self._emergency = emergency
        self._trunk = trunk
        self._sources: OrderedDict[tuple[str, str], _Source] = OrderedDict()
        self._hosts: OrderedDict[str, _Source] = OrderedDict()
        self._hot: dict[tuple[HostPort, bytes, bytes], tuple[float, _Source]] = {}
        """By address, method and name, as others may come through the same proxy: until when it is not read, and
        whose it is."""

    def drops(self, data: bytes, flow: Flow) -> bool:
        """Whether a message is not even to be read: its source was just refused for the same, again and again."""
        if not self._hot:
            return False
        key = _marks(data, flow)
        until, source = self._hot.get(key, (0.0, None))
        if source is None:
            return False
        if self._clock() >= until:
            del self._hot[key]
            return False
        source.refused += 1
        return True

    def judge(self, request: Request, flow: Flow, *, known: bool) -> Verdict:
        """What becomes of a request; `known` if it belongs to a dialog or a transaction of ours."""
        now, host = self._clock(), flow.remote[0]
        user = _user_of(request)
        kind = _kind(request, known)
        source = self._sources.get((host, user)) or _new(self._sources, (host, user), now)
        if self._fits(host, source, kind, now) or self._is_spared(request, host, source, kind, now):
            return Verdict.TAKEN
        source.refused = source.refused + 1 if now - source.at < RECENT else 1
        source.at, source.method = now, request.method
        level = max(0.0, source.answers[0] - (now - source.answers[1]) * ANSWERS)
        if level + 1 <= ANSWERS:
            source.answers = level + 1, now
            return Verdict.PUT_OFF
        if kind in (REGISTER, OTHER) and request.method != "ACK":
            self._heat(_marks(bytes(request), flow), now, source)
        return Verdict.DROPPED

    def storms(self) -> list[Storm]:
        """Who was slowed down lately, worst first."""
        now = self._clock()
        found = [
            Storm(host, user, source.method, source.refused)
            for (host, user), source in self._sources.items()
            if source.refused and now - source.at < RECENT
        ]
        return sorted(found, key=lambda storm: -storm.count)

    def _fits(self, host: str, source: _Source, kind: RequestKind, now: float) -> bool:
        if not _poured(source, kind.slot, now, kind.burst, kind.rate):
            return False
        every = self._hosts.get(host) or _new(self._hosts, host, now)
        return _poured(every, kind.slot, now, kind.most, kind.together)

    def _is_spared(self, request: Request, host: str, source: _Source, kind: RequestKind, now: float) -> bool:
        """Whether it is taken all the same: an emergency, or what comes over a trunk."""
        if kind in (CALL, DIALOG) and self._trunk(host):
            return True
        return kind is CALL and self._emergency(request.uri) and self._fits(host, source, EMERGENCY, now)

    def _heat(self, key: tuple[HostPort, bytes, bytes], now: float, source: _Source) -> None:
        if len(self._hot) >= HOT:
            self._hot = {known: each for known, each in self._hot.items() if each[0] > now}
        if len(self._hot) < HOT:
            self._hot[key] = now + DROPPED, source


def _new(table: OrderedDict[Any, _Source], key: Any, now: float) -> _Source:
    """A source that was not heard of, in a table that never grows past its bound."""
    if len(table) >= REMEMBERED:
        for _ in range(SPARED):
            oldest, known = table.popitem(last=False)
            if now - known.at >= RECENT:
                break
            table[oldest] = known
        else:
            table.popitem(last=False)
    source = table[key] = _Source()
    return source


def _kind(request: Request, known: bool) -> RequestKind:
    if known or request.method == "CANCEL":
        return DIALOG
    if request.method == "INVITE":
        return CALL
    return REGISTER if request.method == "REGISTER" else OTHER


def _marks(data: bytes, flow: Flow) -> tuple[HostPort, bytes, bytes]:
    """What one source's requests of one kind have in common, without reading them."""
    name = _FROM.search(data)
    return flow.remote, data[:16].partition(b" ")[0], name[1] if name else b""


def _user_of(request: Request) -> str:
    """As whom it comes; a name that cannot be read is none."""
    try:
        return (request.from_.uri.user or "")[:LONGEST_NAME]
    except ParseError:
        return ""


def _poured(source: _Source, slot: int, now: float, burst: int, rate: float) -> bool:
    """Whether there is room in a leaking bucket; what does not fit is not put in."""
    level = source.levels[slot] - (now - source.times[slot]) * rate
    level = level + 1 if level > 0 else 1.0
    if level > burst:
        return False
    source.levels[slot], source.times[slot] = level, now
    return True
