"""The message lamp: who has how many messages waiting (RFC 3842), sent to their own phones only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pbx.exchange.phones.registrar import Registrar
from pbx.sip.accept import accepts
from pbx.sip.events import Requested
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response
from pbx.sip.stack import Stack
from pbx.sip.subscription import Effects, Subscription, contact_of, package_of
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from pbx.store.models import Office, Phone
from pbx.store.rows import Binding

PACKAGE = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"
PER_PHONE = 4
"""Subscriptions of one account; the oldest gives way."""
UNASKED_AFTER = 3.0
"""Seconds that a phone has to subscribe after it registered, until it gets an unasked NOTIFY."""
SWEEP = 15.0
"""Seconds between two looks for subscriptions that ran out."""


@dataclass(slots=True)
class _Watcher:
    """A subscription and whose phone holds it."""

    subscription: Subscription
    phone: Phone


class MessageWaiting:
    """Message waiting indication: to phones that subscribe, and unasked to those that registered and did not.

    `counts(extension)` tells new and old messages. A phone only ever hears about the mailbox of its own person.
    """

    def __init__(
        self,
        office: Callable[[], Office],
        registrar: Registrar,
        stack: Stack,
        timers: Timers,
        ids: Ids,
        *,
        clock: Callable[[], float],
        counts: Callable[[str], tuple[int, int]],
    ) -> None:
        self._office = office
        self._registrar = registrar
        self._stack = stack
        self._timers = timers
        self._ids = ids
        self._clock = clock
        self._counts = counts
        self._watchers: dict[tuple[str, str, str], _Watcher] = {}
        self._tokens: dict[str, _Watcher | tuple[str, str]] = {}
        self._deaf: set[tuple[str, str]] = set()
        """User name and Contact of phones that refused an unasked NOTIFY."""
        self._sweeping = False

    # -- subscriptions -----------------------------------------------------------------------------------------------

    def subscribe(self, request: Request, event: Requested, phone: Phone) -> None:
        """Answer a SUBSCRIBE of a phone that has proved who it is, and tell it the state."""
        watcher = self._watchers.get((request.call_id, request.to.tag, request.from_.tag))
        if request.to.tag and (watcher is None or watcher.phone.username != phone.username):
            self._stack.reply(event.transaction, request.reply(481))
            return
        refusal = self._refusal(request, phone) if watcher is None else _refused_body(request)
        if refusal is not None:
            self._stack.reply(event.transaction, refusal)
            return
        if watcher is None:
            watcher = _Watcher(Subscription(request, event.flow, self._ids.tag()), phone)
        response = watcher.subscription.grant(request, event.flow, self._clock())
        self._stack.reply(event.transaction, response)
        if response.status == 200:
            self._keep(watcher)
            self._tell(watcher)

    def _refusal(self, request: Request, phone: Phone) -> Response | None:
        if package_of(request) != PACKAGE:
            return request.reply(489, headers=[("Allow-Events", PACKAGE)])
        wanted = request.uri.user
        if wanted in self._office().people and wanted != phone.extension:
            return request.reply(403)
        return _refused_body(request)

    def _keep(self, watcher: _Watcher) -> None:
        if watcher.subscription.id in self._watchers:
            return
        same = [each for each in self._watchers.values() if each.phone.username == watcher.phone.username]
        for old in same[: max(0, len(same) - PER_PHONE + 1)]:
            del self._watchers[old.subscription.id]
        self._watchers[watcher.subscription.id] = watcher
        if not self._sweeping:
            self._sweeping = True
            self._timers.at(self._clock() + SWEEP, self._sweep)

    def _tell(self, watcher: _Watcher) -> None:
        body = self._body(watcher.phone, watcher.subscription.flow)
        self._act(watcher, watcher.subscription.notify(body, CONTENT_TYPE, self._clock()))

    def _act(self, watcher: _Watcher, effects: Effects) -> None:
        for effect in effects:
            token = f"messages:{self._ids.token()}"
            self._tokens[token] = watcher
            self._stack.request(effect.request, effect.flow, token=token)
        if watcher.subscription.over:
            self._watchers.pop(watcher.subscription.id, None)

    def _sweep(self) -> None:
        now = self._clock()
        for watcher in [each for each in self._watchers.values() if each.subscription.until <= now]:
            self._tell(watcher)
            self._watchers.pop(watcher.subscription.id, None)
        self._sweeping = bool(self._watchers)
        if self._sweeping:
            self._timers.at(now + SWEEP, self._sweep)

    # -- what happens ------------------------------------------------------------------------------------------------

    def greet(self, binding: Binding, *, takes_notify: bool = True) -> None:
        """A phone has just registered: show it the state, unless it soon asks itself.

        One that does not take NOTIFY is not sent one unasked: pyVoIP 1.6.8 never answers, and fails at the call it
        just makes.
        """
        if not takes_notify:
            self._leave_alone(binding.username, binding.contact)
            return
        self._deaf.discard((binding.username, binding.contact))
        self._timers.at(self._clock() + UNASKED_AFTER, partial(self._greet, binding.username, binding.contact))

    def _greet(self, username: str, contact: str) -> None:
        phone = self._office().phones.get(username)
        if phone is None or self._watches(phone):
            return
        for binding in self._registrar.bindings(username):
            if binding.contact == contact:
                self._send_unasked(phone, binding)

    def changed(self, extension: str) -> None:
        """A message came, was heard or removed: tell the person's phones."""
        for watcher in [each for each in self._watchers.values() if each.phone.extension == extension]:
            self._tell(watcher)
        for phone in self._office().phones_of(extension):
            if not self._watches(phone):
                for binding in self._registrar.bindings(phone.username):
                    self._send_unasked(phone, binding)

    def office_changed(self) -> None:
        """Phones that are no more, or belong to somebody else now, get no more NOTIFYs."""
        phones = self._office().phones
        for key, watcher in list(self._watchers.items()):
            now = phones.get(watcher.phone.username)
            if now is None or now.extension != watcher.phone.extension:
                del self._watchers[key]

    def replied(self, token: str, response: Response) -> bool:
        """A response from the stack; whether it was to a NOTIFY of ours."""
        asked = self._tokens.pop(token, None)
        if isinstance(asked, _Watcher):
            self._act(asked, asked.subscription.replied(response, self._clock()))
        elif asked is not None and 400 <= response.status < 500:
            self._leave_alone(*asked)
        return asked is not None

    def unanswered(self, token: str) -> bool:
        """No response; whether the request was ours."""
        asked = self._tokens.pop(token, None)
        if isinstance(asked, _Watcher):
            asked.subscription.unanswered()
            self._watchers.pop(asked.subscription.id, None)
        return asked is not None

    # -- unasked -----------------------------------------------------------------------------------------------------

    def _watches(self, phone: Phone) -> bool:
        return any(each.phone.username == phone.username for each in self._watchers.values())

    def _leave_alone(self, username: str, contact: str) -> None:
        self._deaf = {each for each in self._deaf if self._is_bound(*each)}  # phones move, and leave these behind
        self._deaf.add((username, contact))

    def _is_bound(self, username: str, contact: str) -> bool:
        return any(binding.contact == contact for binding in self._registrar.bindings(username))

    def _send_unasked(self, phone: Phone, binding: Binding) -> None:
        if (binding.username, binding.contact) in self._deaf or phone.extension not in self._office().people:
            return
        uri, flow = self._registrar.target(binding)
        aor = Uri("sip", phone.username, None, flow.local[0])
        items = [("Route", route) for route in binding.path]
        items += [
            ("From", f"<{aor}>;tag={self._ids.tag()}"),
            ("To", f"<{aor}>"),
            ("Call-ID", self._ids.call_id()),
            ("CSeq", "1 NOTIFY"),
            ("Contact", f"<{contact_of(flow)}>"),
            ("Event", PACKAGE),
            ("Subscription-State", "terminated"),
            ("Content-Type", CONTENT_TYPE),
        ]
        token = f"messages:{self._ids.token()}"
        self._tokens[token] = (binding.username, binding.contact)
        request = Request("NOTIFY", uri, Headers(items), self._body(phone, flow))
        self._stack.request(request, flow, token=token)

    def _body(self, phone: Phone, flow: Flow) -> bytes:
        new, old = self._counts(phone.extension)
        return summary(Uri("sip", phone.extension, None, self._office().domain or flow.local[0]), new, old)


def _refused_body(request: Request) -> Response | None:
    """A 406 to who cannot read what we would tell (RFC 6665, 4.2.1.3)."""
    return None if accepts(request.headers, CONTENT_TYPE) else request.reply(406, headers=[("Accept", CONTENT_TYPE)])


def summary(account: Uri, new: int, old: int) -> bytes:
    """A message-summary body (RFC 3842, section 5.2)."""
    waiting = "yes" if new else "no"
    lines = [f"Messages-Waiting: {waiting}", f"Message-Account: {account}", f"Voice-Message: {new}/{old} (0/0)"]
    return "".join(f"{line}\r\n" for line in lines).encode()
