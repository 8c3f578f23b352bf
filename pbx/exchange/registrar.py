"""The registrar: where each phone can be reached (RFC 3261, section 10.3; RFC 3327 Path; RFC 3581)."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pbx.exchange.doorkeeper import Doorkeeper, Refused
from pbx.exchange.registering import LONGEST, PER_PHONE, NotGranted, Wish, agent_of, takes_notify, wishes_of
from pbx.sip.flow import Flow
from pbx.sip.message import ParseError, Request, Response
from pbx.sip.timers import Timers
from pbx.sip.uri import Uri
from pbx.store.models import Binding, Office

SWEEP = 10.0
"""Seconds between two looks for bindings that ran out."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding was made or refreshed."""

    binding: Binding
    new: bool
    """Not merely refreshed."""
    notified: bool = True
    """Whether it may be sent a NOTIFY it did not ask for: its Allow, if it has one, says so."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """A binding was removed, replaced, or ran out."""

    binding: Binding


Change = Bound | Unbound


@dataclass(slots=True, eq=False)
class _Entry:
    """A binding with what only this process needs to know of it."""

    binding: Binding
    uri: Uri
    until: float
    """When it runs out, by the monotonic clock: the wall clock of a box without a battery jumps."""
    q: float = 1.0


class Registrar:
    """The location service of one office, and the answers to REGISTER.

    `clock` is monotonic, `wall` Unix time, both in seconds. What changes is queued in `changes` for whoever stores it
    or lights lamps. Expired bindings are not shown, and swept by `timers`.
    """

    def __init__(
        self,
        office: Callable[[], Office],
        doorkeeper: Doorkeeper,
        timers: Timers,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.changes: deque[Change] = deque()
        self._office = office
        self._doorkeeper = doorkeeper
        self._timers = timers
        self._clock = clock
        self._wall = wall
        self._entries: dict[str, list[_Entry]] = {}
        self._by_flow: dict[tuple[str, str, int], dict[str, None]] = {}
        self._by_host: dict[str, int] = {}
        self._sweeping = False
        self._phones = office().phones

    # -- what others ask ---------------------------------------------------------------------------------------------

    def bindings(self, username: str) -> tuple[Binding, ...]:
        """Where a phone can be reached now, best first (highest q, then the newest)."""
        now = self._clock()
        alive = [entry for entry in self._entries.get(username, ()) if entry.until > now]
        alive.sort(key=lambda entry: (-entry.q, -entry.until))
        return tuple(entry.binding for entry in alive)

    def all_bindings(self) -> tuple[Binding, ...]:
        """Every binding that has not run out."""
        return tuple(binding for username in list(self._entries) for binding in self.bindings(username))

    def binding_at(self, flow: Flow) -> Binding | None:
        """A binding registered over this flow (of several accounts on one phone, any)."""
        for username in self._by_flow.get(_key(flow.transport, flow.remote), ()):
            for binding in self.bindings(username):
                if (binding.transport, binding.remote) == (flow.transport, flow.remote):
                    return binding
        return None

    def is_home(self, host: str) -> bool:
        """Whether a phone is registered from this address."""
        return host in self._by_host

    def target(self, binding: Binding) -> tuple[Uri, Flow]:
        """The Request-URI and the flow to ring a binding.

        The URI is what the phone registered, as that is what it answers to; the packets go where its REGISTER came
        from, whatever the URI says. When its connection is gone (a restart of ours), a new one is tried at the port
        it named.
        """
        uri = Uri.parse(binding.contact)
        remote = binding.remote
        if binding.transport != "udp" and not binding.connection and not binding.path:
            remote = (remote[0], uri.port or (5061 if binding.transport == "tls" else 5060))
        return uri, Flow(binding.transport, binding.local, remote, binding.connection)

    # -- what happens ------------------------------------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> Response:
        """Answer a REGISTER; nothing changes unless the answer is 200, and then all of it does."""
        admitted = self._doorkeeper.admit(request, flow)
        if isinstance(admitted, Refused):
            return request.reply(admitted.status, headers=admitted.headers)
        username = admitted.username
        try:
            if request.to.uri.user != username:
                raise NotGranted(403)
            if request.star:
                self._remove_all(username, request)
            elif request.contacts:
                self._update(username, wishes_of(request), request, flow)
        except NotGranted as wrong:
            return request.reply(wrong.status, wrong.reason, headers=wrong.headers)
        except ParseError:
            return request.reply(400)
        return request.reply(200, headers=self._listing(username, request))

    def restore(self, bindings: Iterable[Binding]) -> None:
        """Take over what an earlier process stored, as far as it has not run out and its account still exists."""
        now, wall = self._clock(), self._wall()
        for binding in bindings:
            left = min(binding.expires - wall, LONGEST)
            try:
                uri = Uri.parse(binding.contact)
            except ParseError:
                continue
            if left > 0 and binding.username in self._office().phones:
                self._doorkeeper.remember(binding.remote[0], binding.username)
                self._add(_Entry(replace(binding, connection=0), uri, now + left))

    def connection_lost(self, flow: Flow) -> None:
        """The connection of a phone is gone; it may still take calls on a new one."""
        for username in self._by_flow.get(_key(flow.transport, flow.remote), ()):
            for entry in self._entries.get(username, ()):
                if flow.connection and entry.binding.connection == flow.connection:
                    entry.binding = replace(entry.binding, connection=0)

    def office_changed(self) -> None:
        """Forget the bindings of phones that are no more, or have another password now."""
        before, self._phones = self._phones, self._office().phones
        for username, phone in before.items():
            now = self._phones.get(username)
            if now is None or now.password != phone.password:
                self._doorkeeper.forget(username)
                for entry in list(self._entries.get(username, ())):
                    self._drop(entry)

    # -- one REGISTER ------------------------------------------------------------------------------------------------

    def _remove_all(self, username: str, request: Request) -> None:
        if request.expires != 0:
            raise NotGranted(400, "Contact * needs Expires: 0")
        entries = list(self._entries.get(username, ()))
        for entry in entries:
            self._check_order(entry, request)
        for entry in entries:
            self._drop(entry)

    def _update(self, username: str, wishes: list[Wish], request: Request, flow: Flow) -> None:
        known = [entry for wish in wishes if (entry := self._entry_of(username, wish)) is not None]
        repeated = [self._check_order(entry, request) for entry in known]
        if any(repeated):
            return  # the very same request again: the answer got lost, or somebody plays it back
        for wish in wishes:
            entry = self._entry_of(username, wish)  # looked for again: one request may name a contact twice
            if wish.seconds:
                self._bind(username, wish, entry, request, flow)
            elif entry is not None:
                self._drop(entry)
        self._make_room(username, request, flow, [wish.uri for wish in wishes if wish.seconds])

    def _entry_of(self, username: str, wish: Wish) -> _Entry | None:
        return next((each for each in self._entries.get(username, ()) if _same(each, wish)), None)

    def _check_order(self, entry: _Entry, request: Request) -> bool:
        """Whether it was seen before; raises NotGranted when a later one was (RFC 3261, section 10.3, step 7)."""
        if entry.binding.call_id != request.call_id:
            return False
        if request.cseq.number < entry.binding.cseq:
            raise NotGranted(500, "CSeq out of order")
        return request.cseq.number == entry.binding.cseq

    def _bind(self, username: str, wish: Wish, old: _Entry | None, request: Request, flow: Flow) -> None:
        seconds = min(wish.seconds, LONGEST)
        binding = Binding(
            username,
            wish.text,
            request.call_id,
            request.cseq.number,
            self._wall() + seconds,
            flow.transport,
            flow.local,
            flow.remote,
            flow.connection,
            request.headers.all("Path"),
            agent_of(request),
        )
        if old is not None:
            self._take_out(old)
        self._add(_Entry(binding, wish.uri, self._clock() + seconds, wish.q))
        self.changes.append(Bound(binding, old is None, takes_notify(request)))

    def _make_room(self, username: str, request: Request, flow: Flow, bound: list[Uri]) -> None:
        """Forget what the phone itself left behind when it restarted, then the oldest past the bound."""
        entries = self._entries.get(username, [])
        here = {(uri.host, uri.port) for uri in bound}
        for entry in list(entries):
            old = entry.binding
            at_same_place = (old.transport, old.remote) == (flow.transport, flow.remote)
            if at_same_place and old.call_id != request.call_id and (entry.uri.host, entry.uri.port) in here:
                self._drop(entry)
        for entry in sorted(entries, key=lambda each: each.until)[: max(0, len(entries) - PER_PHONE)]:
            self._drop(entry)

    def _listing(self, username: str, request: Request) -> list[tuple[str, str]]:
        now = self._clock()
        headers = [
            ("Contact", f"<{entry.binding.contact}>;expires={max(1, round(entry.until - now))}")
            for entry in self._entries.get(username, ())
            if entry.until > now
        ]
        headers += [("Path", value) for value in request.headers.all("Path")]
        return headers

    # -- the table ---------------------------------------------------------------------------------------------------

    def _add(self, entry: _Entry) -> None:
        binding = entry.binding
        self._entries.setdefault(binding.username, []).append(entry)
        self._by_flow.setdefault(_key(binding.transport, binding.remote), {})[binding.username] = None
        self._by_host[binding.remote[0]] = self._by_host.get(binding.remote[0], 0) + 1
        if not self._sweeping:
            self._sweeping = True
            self._timers.at(self._clock() + SWEEP, self._sweep)

    def _drop(self, entry: _Entry) -> None:
        self._take_out(entry)
        self.changes.append(Unbound(entry.binding))

    def _take_out(self, entry: _Entry) -> None:
        binding = entry.binding
        entries = self._entries[binding.username]
        entries.remove(entry)
        key = _key(binding.transport, binding.remote)
        if not any(_key(each.binding.transport, each.binding.remote) == key for each in entries):
            self._by_flow[key].pop(binding.username, None)
            if not self._by_flow[key]:
                del self._by_flow[key]
        if not entries:
            del self._entries[binding.username]
        self._by_host[binding.remote[0]] -= 1
        if not self._by_host[binding.remote[0]]:
            del self._by_host[binding.remote[0]]

    def _sweep(self) -> None:
        now = self._clock()
        for entry in [entry for entries in self._entries.values() for entry in entries if entry.until <= now]:
            self._drop(entry)
        self._sweeping = bool(self._entries)
        if self._sweeping:
            self._timers.at(now + SWEEP, self._sweep)


def _key(transport: str, remote: tuple[str, int]) -> tuple[str, str, int]:
    return transport, remote[0], remote[1]


def _same(entry: _Entry, wish: Wish) -> bool:
    return entry.binding.contact == wish.text or entry.uri.matches(wish.uri)
