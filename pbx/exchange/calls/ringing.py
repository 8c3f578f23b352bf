"""The phones that a call calls: what the machine (`forking`) orders is done to their legs, and it hears of them."""

from collections.abc import Callable, Sequence

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.calls.forking import Cancel, Forking, Invite, Result, RingOrder, RingTarget, Round, TakenBy
from pbx.exchange.calls.leg import Leg
from pbx.exchange.calls.signals import Answered, Ended, LegEvent, Proceeding, Rejected
from pbx.store.rows import Binding

Dial = Callable[[RingTarget], Leg | None]
"""Sends the INVITE to a target; None when it cannot be sent."""
Reaction = Callable[[RingTarget], float | None]
"""Seconds within which a target must say something, if only 100, or it is given up; None: as long as it may ring."""
RINGING = (180, 183)
"""What a phone says when it rings, or when its network lets something be heard instead (RFC 3261, 21.1)."""


class Ringing:
    """The legs of one ringing, until one of them has the call."""

    def __init__(
        self,
        equipment: Equipment,
        call: Call,
        rounds: Sequence[Round],
        dial: Dial,
        reaction: Reaction = lambda target: None,
    ) -> None:
        self._equipment = equipment
        self._call = call
        self._dial = dial
        self._forking = Forking(rounds)
        self._legs: dict[RingTarget, Leg] = {}
        self._rings: set[RingTarget] = set()
        """Those that said so."""
        self._reaction = reaction
        self._react_by: dict[RingTarget, float] = {}
        self.rang = False
        """Whether one of them has ever rung, or has taken the call."""
        self.status = 480
        """The last refusal."""

    @property
    def result(self) -> Result | None:
        """What came of it; None as long as it rings."""
        return self._forking.result

    @property
    def deadline(self) -> float | None:
        """When `expire` is to be called."""
        ends = self._forking.deadline
        return ends if ends is None else min(ends, *self._react_by.values()) if self._react_by else ends

    def rings(self, leg: Leg) -> bool:
        """Whether it is one of those that ring now."""
        return leg in self._legs.values()

    @property
    def alone(self) -> bool:
        """Whether only one rings."""
        return len(self._legs) == 1

    def start(self) -> None:
        """Ring the first round."""
        self._obey(self._forking.start(self._equipment.clock()))

    def expire(self) -> None:
        """Those that do not react, or a whole round, may have had their time."""
        now = self._equipment.clock()
        self._drop_dumb(now)
        self._obey(self._forking.expired(now))

    def abandon(self) -> None:
        """Nobody is to get the call any more."""
        self._obey(self._forking.abandoned())

    def hear(self, leg: Leg, event: LegEvent) -> None:
        """A leg rings, took the call, or will not; whatever else it says changes nothing."""
        target = next((target for target, known in self._legs.items() if known is leg), None)
        if target is None:
            return
        if isinstance(event, Proceeding | Answered) and isinstance(target.device, Binding):
            self._equipment.registrar.heard(target.device)
        if isinstance(event, Proceeding) and event.status in RINGING and target not in self._rings:
            self.rang = True
            self._rings.add(target)
            self._equipment.lines.rings(target.person)
        elif isinstance(event, Answered):
            self.rang = True
            self._obey(self._forking.answered(target))
        elif isinstance(event, Rejected | Ended):
            self._lose(target, event.status if isinstance(event, Rejected) else 503)

    def taken(self) -> Leg | None:
        """The leg that has the call."""
        if not isinstance(self.result, TakenBy):
            return None
        self._stops(self.result.target)
        return self._legs[self.result.target]

    def _drop_dumb(self, now: float) -> None:
        """Give up on those who have not reacted at all and whose time, or the round's, is over."""
        ends = self._forking.deadline
        for target, leg in list(self._legs.items()):
            by = self._react_by.get(target)
            if (ends is None or now < ends) and (by is None or now < by):
                continue
            self._react_by.pop(target, None)
            if leg.session is None or not leg.session.reacted:
                self.status = 408
                if isinstance(target.device, Binding):
                    self._equipment.registrar.unheard(target.device)
                self._obey(self._forking.silent(target, now))

    def _lose(self, target: RingTarget, status: int) -> None:
        self.status = status
        self._leave(target)
        self._obey(self._forking.rejected(target, status, self._equipment.clock()))

    def _leave(self, target: RingTarget) -> None:
        """It did not get the call."""
        self._stops(target)
        self._react_by.pop(target, None)
        self._call.drop(self._legs.pop(target))

    def _stops(self, target: RingTarget) -> None:
        """It rings no longer, if it did."""
        if target in self._rings:
            self._rings.remove(target)
            self._equipment.lines.rang(target.person)

    def _obey(self, orders: list[RingOrder]) -> None:
        """Carry out what the machine orders; an INVITE that cannot be sent is a refusal at once."""
        queue = list(orders)
        while queue:
            match queue.pop(0):
                case Invite(target):
                    leg = self._dial(target)
                    if leg is None:
                        queue += self._forking.rejected(target, 503, self._equipment.clock())
                    else:
                        self._legs[target] = leg
                        reaction = self._reaction(target)
                        if reaction is not None:
                            self._react_by[target] = self._equipment.clock() + reaction
                case Cancel(target, elsewhere):
                    if target in self._legs:
                        self._legs[target].cancel(elsewhere=elsewhere)
                        self._leave(target)
        self._equipment.wake()
