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
    UNAVAILABLE = "unavailable"
    """The phone takes no calls just now: do not disturb, most likely."""
    NOT_TAKEN = "not-taken"
    """The phone could not take this call, or points elsewhere: 488, 302 ..."""
    SILENT = "silent"
    """No phone said anything at all."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RingTarget:
    """One device to ring."""

    device: Hashable
    """Where to send the INVITE; the machine only carries it."""
    person: str
    """Extension of its owner."""


@dataclass(frozen=True, slots=True)
class Round:
    """Targets that ring at the same time, and for how long (seconds)."""

    targets: tuple[RingTarget, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Invite:
    """Order: ring this target."""

    target: RingTarget


@dataclass(frozen=True, slots=True)
class Cancel:
    """Order: stop ringing this target; `elsewhere` when another one took the call (RFC 3326)."""

    target: RingTarget
    elsewhere: bool


RingOrder = Invite | Cancel


@dataclass(frozen=True, slots=True)
class TakenBy:
    """This target has the call."""

    target: RingTarget


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nobody has the call."""

    why: Why
    status: int = field(default=0, compare=False)
    """What was answered by the phone that decided it; 0 when none was."""


Result = TakenBy | NotTaken


_BUSY = frozenset({486, 600})
_DECLINED = frozenset({603, 607, 608})
_UNREACHABLE = frozenset({408, 430, 502, 503, 504})
_TELLING = (Why.NO_ANSWER, Why.REFUSED, Why.BUSY, Why.UNAVAILABLE, Why.NOT_TAKEN, Why.SILENT, Why.UNREACHABLE)
"""The most telling first: a phone that rang in vain beats one that was busy, and so on."""


def why_of(status: int) -> Why:
    """What a phone's final response (300 or more) says."""
    if status in _DECLINED:
        return Why.REFUSED
    if status in _BUSY:
        return Why.BUSY
    if status in _UNREACHABLE:
        return Why.UNREACHABLE
    return Why.UNAVAILABLE if status == 480 else Why.NOT_TAKEN


@dataclass(slots=True)
class Forking:
    """Rings round after round until somebody answers, all are out, or the caller is gone."""

    rounds: Sequence[Round]
    result: Result | None = None
    """Set once, when it is over."""
    deadline: float | None = None
    """When `expired` is due."""
    _next: int = 0
    _ringing: list[RingTarget] = field(default_factory=list)
    _heard: dict[Why, int] = field(default_factory=dict)
    """With the last status that said so."""

    def start(self, now: float) -> list[RingOrder]:
        """Ring the first round."""
        return self._go_on(now)

    def answered(self, target: RingTarget) -> list[RingOrder]:
        """A target picked up: it has the call, the others stop."""
        if self.result is not None or target not in self._ringing:
            return [Cancel(target, elsewhere=True)]
        self._ringing.remove(target)
        self.result = TakenBy(target)
        return self._stop(elsewhere=True)

    def rejected(self, target: RingTarget, status: int, now: float) -> list[RingOrder]:
        """A target's INVITE ended with a final response other than 2xx."""
        if self.result is not None or target not in self._ringing:
            return []
        self._ringing.remove(target)
        orders: list[RingOrder] = []
        why = why_of(status)
        self._heard[why] = status
        if why is Why.REFUSED:
            orders += self._stop(elsewhere=False, person=target.person)
        return orders if self._ringing else orders + self._go_on(now)

    def silent(self, target: RingTarget, now: float) -> list[RingOrder]:
        """A target has not reacted at all, not even by 100 (RFC 3261, 8.1.1.7): it is rung no longer."""
        if self.result is not None or target not in self._ringing:
            return []
        self._ringing.remove(target)
        self._heard[Why.SILENT] = 0
        return [Cancel(target, elsewhere=False)] + ([] if self._ringing else self._go_on(now))

    def expired(self, now: float) -> list[RingOrder]:
        """The round's time may be up."""
        if self.result is not None or self.deadline is None or now < self.deadline:
            return []
        self._heard[Why.NO_ANSWER] = 0
        return self._stop(elsewhere=False) + self._go_on(now)

    def abandoned(self) -> list[RingOrder]:
        """The caller is gone: nothing rings any longer."""
        if self.result is None:
            self.result = NotTaken(Why.NO_ANSWER)
        return self._stop(elsewhere=False)

    def _go_on(self, now: float) -> list[RingOrder]:
        while self._next < len(self.rounds):
            round_ = self.rounds[self._next]
            self._next += 1
            if round_.targets:
                self._ringing = list(round_.targets)
                self.deadline = now + round_.seconds
                return [Invite(target) for target in round_.targets]
        self.deadline = None
        why = next((why for why in _TELLING if why in self._heard), Why.UNREACHABLE)
        self.result = NotTaken(why, self._heard.get(why, 0))
        return []

    def _stop(self, *, elsewhere: bool, person: str | None = None) -> list[RingOrder]:
        """Cancel all that ring, or all of one person."""
        gone = [target for target in self._ringing if person is None or target.person == person]
        self._ringing = [target for target in self._ringing if target not in gone]
        return [Cancel(target, elsewhere) for target in gone]
