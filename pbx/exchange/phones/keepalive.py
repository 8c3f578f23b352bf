"""Asking phones by OPTIONS whether they are there (RFC 3261, section 11), which keeps their NATs open.

Some NATs count only what leaves (RFC 4787, REQ-6): the phone's answer does. A CRLF has no answer, and is for TCP and
TLS alone (RFC 5626, 4.4.1); there the client sends it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pbx.exchange.phones.registrar import Registrar
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import Request
from pbx.sip.stack import Stack, contact_of
from pbx.sip.transactions.timers import Timer, Timers
from pbx.sip.uri import Uri
from pbx.store.rows import Binding

FIRST, LEAST = 20.0, 8.0
"""Seconds between two questions: with a NAT we know nothing of (many forget after 30), and at least."""
SHORTER = 2 / 3
"""What is made of the interval when a NAT forgot a phone in spite of it."""
SOON = (0.05, 0.4)
"""Between which shares of the interval the first question comes: while the NAT is open for sure, it tells whether the
phone answers questions at all."""
USUAL = (0.85, 1.0)
"""The same for those after it; phones that came together drift apart."""
PATIENCE = 6.0
"""Seconds until a question counts as unanswered; it was sent five times by then."""
MISSES = 2
"""Unanswered questions in a row, of a phone that used to answer, until it is not rung any more."""
PACE = 100
"""Questions a second at most, however many phones there are."""
REMEMBERED = 1024
"""NATs whose interval is kept; the longest unheard is forgotten first."""

BindingKey = tuple[str, str, str, str]


@dataclass(slots=True, eq=False)
class _Phone:
    """A phone behind a NAT, which is asked again and again."""

    binding: Binding
    timer: Timer | None = None
    token: str = ""
    """The question under way."""
    answers: bool = False
    """Whether it ever answered: one that answers no questions is not lost for that."""
    missed: int = 0


class Keepalive:
    """Asks phones whether they are there. Whatever one answers, it is: 200, 405, 486 or 500.

    `chance` tells a number from 0 to 1. The questions are spread in time, and the interval is learned for each NAT.
    """

    def __init__(
        self,
        registrar: Registrar,
        stack: Stack,
        timers: Timers,
        ids: Ids,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._registrar = registrar
        self._stack = stack
        self._timers = timers
        self._ids = ids
        self._clock = clock
        self._chance = chance
        self._phones: dict[BindingKey, _Phone] = {}
        self._asked: dict[str, Binding] = {}
        self._intervals: OrderedDict[str, float] = OrderedDict()
        self._free_at = 0.0
        """When the next question may go out."""

    # -- what happens ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Take over the bindings that an earlier process left."""
        for binding in self._registrar.all_bindings():
            self.bound(binding)

    def bound(self, binding: Binding) -> None:
        """A phone registered: if it came through a NAT, it is asked from now on."""
        phone = self._phones.get(_key(binding))
        if not binding.nat:
            self.unbound(binding)
            return
        when = USUAL
        if phone is None:
            when, phone = SOON, self._phones.setdefault(_key(binding), _Phone(binding))
        elif phone.binding.call_id == binding.call_id and (phone.missed or phone.binding.remote != binding.remote):
            self._learn(binding.remote[0])  # it was there all the time, and not to be reached
        phone.binding, phone.token, phone.missed = binding, "", 0
        self._wait(phone, self.interval(binding.remote[0]), when)

    def unbound(self, binding: Binding) -> None:
        """A binding is no more."""
        phone = self._phones.pop(_key(binding), None)
        if phone is not None and phone.timer is not None:
            phone.timer.cancel()

    def interval(self, host: str) -> float:
        """Seconds between two questions that suffice for the NAT at this address, as far as we know."""
        return self._intervals.get(host, FIRST)

    def ask(self, binding: Binding) -> None:
        """Ask the phone of a binding, once; the registrar hears when it answers."""
        self._paced(partial(self._ask_once, binding))

    def replied(self, token: str, flow: Flow) -> bool:
        """A response from the stack; whether it was to a question of ours."""
        binding = self._asked.pop(token, None)
        if binding is None:
            return False
        phone = self._phones.get(_key(binding))
        if phone is not None and phone.binding.remote == binding.remote:
            phone.answers, phone.token, phone.missed = True, "", 0
            self._wait(phone, self.interval(binding.remote[0]))
        self._registrar.is_there(binding, flow)
        return True

    def unanswered(self, token: str) -> bool:
        """No response, or no way there; whether the question was ours."""
        binding = self._asked.pop(token, None)
        if binding is None:
            return False
        phone = self._phones.get(_key(binding))
        if phone is not None and phone.token == token:
            self._overdue(phone, token)
        return True

    # -- one phone ---------------------------------------------------------------------------------------------------

    def _wait(self, phone: _Phone, interval: float, when: tuple[float, float] = USUAL) -> None:
        """Ask it (again) by then."""
        if phone.timer is not None:
            phone.timer.cancel()
        seconds = interval * (when[0] + (when[1] - when[0]) * self._chance())
        phone.timer = self._timers.at(self._clock() + seconds, lambda: self._paced(partial(self._question, phone)))

    def _question(self, phone: _Phone) -> None:
        if self._phones.get(_key(phone.binding)) is not phone:
            return
        if phone.token in self._asked and not phone.answers:  # the last question is still being repeated
            self._wait(phone, self.interval(phone.binding.remote[0]))
            return
        phone.token = self._ask(phone.binding)
        phone.timer = self._timers.at(self._clock() + PATIENCE, partial(self._overdue, phone, phone.token))

    def _overdue(self, phone: _Phone, token: str) -> None:
        """The question was not answered; the stack still repeats it for a while, and a late answer counts."""
        if phone.token != token or self._phones.get(_key(phone.binding)) is not phone:
            return
        if not phone.answers:
            self._wait(phone, self.interval(phone.binding.remote[0]))
            return
        phone.missed, phone.token = phone.missed + 1, ""
        if phone.missed == MISSES:
            self._registrar.falls_silent(phone.binding)
        self._wait(phone, 0.0 if phone.missed < MISSES else FIRST)

    def _learn(self, host: str) -> None:
        """The interval did not suffice for the NAT at this address."""
        self._intervals[host] = max(LEAST, self.interval(host) * SHORTER)
        self._intervals.move_to_end(host)
        if len(self._intervals) > REMEMBERED:
            self._intervals.popitem(last=False)

    # -- the question ------------------------------------------------------------------------------------------------

    def _ask_once(self, binding: Binding) -> None:
        self._ask(binding)

    def _paced(self, act: Callable[[], None]) -> None:
        """Do it now, or when the questions before have gone out."""
        now = self._clock()
        at = max(now, self._free_at)
        self._free_at = at + 1 / PACE
        if at <= now:
            act()
        else:
            self._timers.at(at, act)

    def _ask(self, binding: Binding) -> str:
        """Send the question; its token."""
        uri, flow = self._registrar.target(binding)
        box = Uri("sip", None, None, flow.local[0])
        items = [("Route", route) for route in binding.path]
        items += [
            ("From", f"<{box}>;tag={self._ids.tag()}"),
            ("To", f"<{uri}>"),
            ("Call-ID", self._ids.call_id()),
            ("CSeq", "1 OPTIONS"),
            ("Contact", contact_of("", flow)),
            ("Accept", "application/sdp"),
        ]
        token = f"alive:{self._ids.token()}"
        self._asked[token] = binding
        self._stack.request(Request("OPTIONS", uri, Headers(items)), flow, token=token)
        return token


def _key(binding: Binding) -> BindingKey:
    return binding.username, binding.contact, binding.instance, binding.reg_id
