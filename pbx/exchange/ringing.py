"""Who rings, in what order, and who gets the call: the forking machine behind every ringing phone (pure).

Targets are rung in rounds: everybody at once is one round, in order is a round each. A person's several phones are
targets of the same person, because one phone's "decline" (603) speaks for all of them, "busy" (486) for itself only.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Why(Enum):
    """Why nobody took the call."""

    NO_ANSWER = "no-answer"
    BUSY = "busy"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Target:
    """One device to ring."""

    device: Hashable
    """Where to send the INVITE; the machine only carries it."""
    person: str
    """Extension of its owner."""


@dataclass(frozen=True, slots=True)
class Round:
    """Targets that ring at the same time, and for how long (seconds)."""

    targets: tuple[Target, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Invite:
    """Order: ring this target."""

    target: Target


@dataclass(frozen=True, slots=True)
class Cancel:
    """Order: stop ringing this target; `elsewhere` when another one took the call (RFC 3326)."""

    target: Target
    elsewhere: bool


Order = Invite | Cancel


@dataclass(frozen=True, slots=True)
class Taken:
    """This target has the call."""

    target: Target


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nobody has the call."""

    why: Why


Result = Taken | NotTaken


_BUSY = frozenset({486, 600})
_DECLINED = frozenset({603, 607, 608})
_UNREACHABLE = frozenset({404, 408, 410, 430, 502, 503, 504})


@dataclass(slots=True)
class Ringing:
    """Rings round after round until somebody answers, all are out, or the caller is gone."""

    rounds: Sequence[Round]
    result: Result | None = None
    """Set once, when it is over."""
    deadline: float | None = None
    """When `expired` is due."""
    _next: int = 0
    _ringing: list[Target] = field(default_factory=list)
    _heard: set[Why] = field(default_factory=set)

    def start(self, now: float) -> list[Order]:
        """Ring the first round."""
        return self._go_on(now)

    def answered(self, target: Target) -> list[Order]:
        """A target picked up: it has the call, the others stop."""
        if self.result is not None or target not in self._ringing:
            return [Cancel(target, elsewhere=True)]
        self._ringing.remove(target)
        self.result = Taken(target)
        return self._stop(elsewhere=True)

    def rejected(self, target: Target, status: int, now: float) -> list[Order]:
        """A target's INVITE ended with a final response other than 2xx."""
        if self.result is not None or target not in self._ringing:
            return []
        self._ringing.remove(target)
        orders: list[Order] = []
        if status in _DECLINED:
            self._heard.add(Why.REFUSED)
            orders += self._stop(elsewhere=False, person=target.person)
        elif status in _BUSY:
            self._heard.add(Why.BUSY)
        elif status in _UNREACHABLE:
            self._heard.add(Why.UNREACHABLE)
        else:
            self._heard.add(Why.REFUSED)
        return orders if self._ringing else orders + self._go_on(now)

    def expired(self, now: float) -> list[Order]:
        """The round's time may be up."""
        if self.result is not None or self.deadline is None or now < self.deadline:
            return []
        self._heard.add(Why.NO_ANSWER)
        return self._stop(elsewhere=False) + self._go_on(now)

    def abandoned(self) -> list[Order]:
        """The caller is gone: nothing rings any longer."""
        if self.result is None:
            self.result = NotTaken(Why.NO_ANSWER)
        return self._stop(elsewhere=False)

    def _go_on(self, now: float) -> list[Order]:
        while self._next < len(self.rounds):
            round_ = self.rounds[self._next]
            self._next += 1
            if round_.targets:
                self._ringing = list(round_.targets)
                self.deadline = now + round_.seconds
                return [Invite(target) for target in round_.targets]
        self.deadline = None
        self.result = NotTaken(self._why())
        return []

    def _stop(self, *, elsewhere: bool, person: str | None = None) -> list[Order]:
        """Cancel all that ring, or all of one person."""
        gone = [target for target in self._ringing if person is None or target.person == person]
        self._ringing = [target for target in self._ringing if target not in gone]
        return [Cancel(target, elsewhere) for target in gone]

    def _why(self) -> Why:
        """The most telling of what was heard: a phone that rang in vain beats one that was busy, and so on."""
        for why in (Why.NO_ANSWER, Why.REFUSED, Why.BUSY):
            if why in self._heard:
                return why
        return Why.UNREACHABLE
