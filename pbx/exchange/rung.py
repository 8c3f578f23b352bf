"""The phones that ring for a call: what the machine (`ringing`) orders is done to their legs, and it hears of them."""

from collections.abc import Callable, Sequence

from pbx.exchange.call import Call
from pbx.exchange.house import House
from pbx.exchange.leg import Leg
from pbx.exchange.ringing import Cancel, Invite, Order, Result, Ringing, Round, Taken, Target
from pbx.exchange.signals import Gone, LegEvent, Refused, TookCall

Dial = Callable[[Target], Leg | None]
"""Sends the INVITE to a target; None when it cannot be sent."""


class Rung:
    """The legs of one ringing, until one of them has the call."""

    def __init__(self, house: House, call: Call, rounds: Sequence[Round], dial: Dial) -> None:
        self._house = house
        self._call = call
        self._dial = dial
        self._ringing = Ringing(rounds)
        self._legs: dict[Target, Leg] = {}
        self.status = 480
        """The last refusal."""

    @property
    def result(self) -> Result | None:
        """What came of it; None as long as it rings."""
        return self._ringing.result

    @property
    def deadline(self) -> float | None:
        """When `expire` is to be called."""
        return self._ringing.deadline

    def rings(self, leg: Leg) -> bool:
        """Whether it is one of those that ring now."""
        return leg in self._legs.values()

    @property
    def alone(self) -> bool:
        """Whether only one rings."""
        return len(self._legs) == 1

    def start(self) -> None:
        """Ring the first round."""
        self._obey(self._ringing.start(self._house.clock()))

    def expire(self) -> None:
        """A round has rung for long enough."""
        self._obey(self._ringing.expired(self._house.clock()))

    def abandon(self) -> None:
        """Nobody is to get the call any more."""
        self._obey(self._ringing.abandoned())

    def hear(self, leg: Leg, event: LegEvent) -> None:
        """A leg took the call, or will not; whatever else it says changes nothing."""
        target = next((target for target, known in self._legs.items() if known is leg), None)
        if target is None:
            return
        if isinstance(event, TookCall):
            self._obey(self._ringing.answered(target))
        elif isinstance(event, Refused | Gone):
            self._lose(target, event.status if isinstance(event, Refused) else 503)

    def drop_dumb(self) -> None:
        """Give up on those who have not reacted at all."""
        dumb = [(target, leg) for target, leg in self._legs.items() if leg.session is None or not leg.session.reacted]
        for target, leg in dumb:
            leg.cancel(elsewhere=False)
            self._lose(target, 408)

    def taken(self) -> Leg | None:
        """The leg that has the call."""
        if not isinstance(self.result, Taken):
            return None
        self._house.lines.rang(self.result.target.person)
        return self._legs[self.result.target]

    def _lose(self, target: Target, status: int) -> None:
        self.status = status
        self._leave(target)
        self._obey(self._ringing.rejected(target, status, self._house.clock()))

    def _leave(self, target: Target) -> None:
        """It did not get the call."""
        self._house.lines.rang(target.person)
        self._call.drop(self._legs.pop(target))

    def _obey(self, orders: list[Order]) -> None:
        """Carry out what the machine orders; an INVITE that cannot be sent is a refusal at once."""
        queue = list(orders)
        while queue:
            match queue.pop(0):
                case Invite(target):
                    leg = self._dial(target)
                    if leg is None:
                        queue += self._ringing.rejected(target, 503, self._house.clock())
                    else:
                        self._legs[target] = leg
                        self._house.lines.rings(target.person)
                case Cancel(target, elsewhere):
                    if target in self._legs:
                        self._legs[target].cancel(elsewhere=elsewhere)
                        self._leave(target)
        self._house.wake()
