"""The registrar: where each phone can be reached (RFC 3261, section 10.3; RFC 3327 Path; RFC 3581)."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pbx.exchange.phones.authentication import Authentication, NotAdmitted
from pbx.exchange.phones.bound import BindingChange, Bound, Doubted, Trouble, Unbound
from pbx.exchange.phones.devices import Kin, came_through_nat, kin
from pbx.exchange.phones.registering import (
    FRAGILE,
    LONGEST,
    PER_PHONE,
    NotGranted,
    RequestedContact,
    agent_of,
    requested_contacts,
    takes_notify,
)
from pbx.exchange.phones.sequence import LATE, Sequence
from pbx.sip.flow import Flow
from pbx.sip.message import ParseError, Request, Response
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from pbx.store.models import Office
from pbx.store.rows import Binding

SWEEP = 10.0
"""Seconds between two looks for bindings that ran out."""


@dataclass(slots=True, eq=False)
class _Entry:
    """A binding with what only this process needs to know of it."""

    binding: Binding
    uri: Uri
    until: float
    """When it runs out, by the monotonic clock: the wall clock of a box without a battery jumps."""
    q: float = 1.0
    age: int = 0
    """Grows with every REGISTER that was granted: who has the highest was heard last."""
    takes_notify: bool = True
    trouble: Trouble = ""
    troubled_at: float = 0.0
    unheard: bool = False


class Registrar:
    """The location service of one office, and the answers to REGISTER.

    `clock` is monotonic, `wall` Unix time, both in seconds. What changes is queued in `changes` for whoever stores it
    or lights lamps. Expired bindings are not shown, and swept by `timers`.
    """

    def __init__(
        self,
        office: Callable[[], Office],
        authentication: Authentication,
        timers: Timers,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.changes: deque[BindingChange] = deque()
        self._office = office
        self._authentication = authentication
        self._timers = timers
        self._clock = clock
        self._wall = wall
        self._entries: dict[str, list[_Entry]] = {}
        self._by_flow: dict[tuple[str, str, int], dict[str, None]] = {}
        self._by_host: dict[str, int] = {}
        self._sequence = Sequence(clock)
        self._granted = 0
        self._sweeping = False
        self._phones = office().phones

    # -- what others ask ---------------------------------------------------------------------------------------------

    def bindings(self, username: str) -> tuple[Binding, ...]:
        """Where a phone can be reached now, best first (highest q, then the newest).

        Each device once, however many flows it keeps (RFC 5626, 5.3).
        """
        alive = [entry for entry in self._alive(username) if not entry.trouble]
        alive.sort(key=lambda entry: (-entry.q, -entry.age))
        places: dict[object, Binding] = {}
        for entry in alive:
            places.setdefault(entry.binding.instance or entry, entry.binding)
        return tuple(places.values())

    def kept(self, username: str) -> tuple[Binding, ...]:
        """What a restart must not forget: also bindings that are not rung now."""
        return tuple(entry.binding for entry in self._alive(username) if entry.trouble != "replaced")

    def all_bindings(self) -> tuple[Binding, ...]:
        """Every place where a phone can be reached."""
        return tuple(binding for username in list(self._entries) for binding in self.bindings(username))

    def troubles(self) -> tuple[tuple[Binding, Trouble], ...]:
        """What is registered and not rung all the same, with the reason."""
        alive = [entry for username in list(self._entries) for entry in self._alive(username)]
        return tuple((entry.binding, entry.trouble) for entry in alive if entry.trouble not in ("", "replaced"))

    def _alive(self, username: str) -> list[_Entry]:
        now = self._clock()
        return [entry for entry in self._entries.get(username, ()) if entry.until > now]

    def binding_at(self, flow: Flow) -> Binding | None:
        """A binding registered over this flow (of several accounts on one phone, any)."""
        for username in self._by_flow.get(_key(flow.transport, flow.remote), ()):
            for entry in self._alive(username):
                if (entry.binding.transport, entry.binding.remote) == (flow.transport, flow.remote):
                    return entry.binding
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
        admitted = self._authentication.admit(request, flow)
        if isinstance(admitted, NotAdmitted):
            return request.reply(admitted.status, headers=admitted.headers)
        username = admitted.username
        try:
            if request.to.uri.user != username:
                raise NotGranted(403)
            if request.star:
                self._remove_all(username, request)
            elif request.contacts:
                self._update(username, requested_contacts(request), request, flow)
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
                self._authentication.remember(binding.remote[0], binding.username)
                nat = binding.nat or came_through_nat(binding)  # an older version did not write it down
                entry = _Entry(replace(binding, connection=0, nat=nat), uri, now + left)
                self._add(entry)
                if binding.transport != "udp":
                    self._lose(entry)

    def is_there(self, binding: Binding, flow: Flow) -> None:
        """The phone of a binding answered, over this flow: it is rung again."""
        entry = self._entry(binding)
        if entry is None or not entry.trouble:
            return
        if entry.trouble == "lost":
            self._take_out(entry)
            entry.binding = replace(entry.binding, remote=flow.remote, connection=flow.connection)
            self._add(entry)
        entry.trouble = ""
        self.changes.append(Bound(entry.binding, True, entry.takes_notify))

    def unheard(self, binding: Binding) -> None:
        """A call to the phone was not answered by anything, not even 100."""
        if (entry := self._entry(binding)) is not None:
            entry.unheard = True

    def heard(self, binding: Binding) -> None:
        """The phone reacted to a call."""
        if (entry := self._entry(binding)) is not None:
            entry.unheard = False

    def is_unheard(self, device: object) -> bool:
        """Whether a device to ring is a phone that did not react to the last call, and has not registered since."""
        entry = self._entry(device) if isinstance(device, Binding) else None
        return entry is not None and entry.unheard

    def falls_silent(self, binding: Binding) -> None:
        """The phone of a binding answers no questions any more: it is not rung until it is heard from."""
        entry = self._entry(binding)
        if entry is not None and not entry.trouble:
            entry.trouble, entry.troubled_at = "silent", self._clock()
            self.changes.append(Doubted(entry.binding, ask=False))

    def connection_lost(self, flow: Flow) -> None:
        """The connection of a phone is gone: it is not rung until it takes a new one, or comes by itself."""
        for username in self._by_flow.get(_key(flow.transport, flow.remote), ()):
            for entry in self._entries.get(username, ()):
                if flow.connection and entry.binding.connection == flow.connection:
                    entry.binding = replace(entry.binding, connection=0)
                    self._lose(entry)

    def _lose(self, entry: _Entry) -> None:
        """Its connection is gone; a desk phone that listens at the port it named takes a new one."""
        binding = entry.binding
        if not entry.trouble:
            entry.trouble, entry.troubled_at = "lost", self._clock()
        callable_ = binding.transport == "tcp" and not binding.path and entry.uri.host == binding.remote[0]
        self.changes.append(Doubted(binding, ask=callable_))

    def office_changed(self) -> None:
        """Forget the bindings of phones that are no more, or have another password now."""
        before, self._phones = self._phones, self._office().phones
        for username, phone in before.items():
            now = self._phones.get(username)
            if now is None or now.password != phone.password:
                self._authentication.forget(username)
                self._sequence.forget(username)
                for entry in list(self._entries.get(username, ())):
                    self._drop(entry)

    # -- one REGISTER ------------------------------------------------------------------------------------------------

    def _remove_all(self, username: str, request: Request) -> None:
        if request.expires != 0:
            raise NotGranted(400, "Contact * needs Expires: 0")
        if self._is_copy(username, request):
            return
        for entry in list(self._entries.get(username, ())):
            self._drop(entry)

    def _update(self, username: str, contacts: list[RequestedContact], request: Request, flow: Flow) -> None:
        if self._is_copy(username, request):
            return  # the very same request again: the answer got lost, or somebody plays it back
        self._granted += 1
        named = [entry for contact in contacts if (entry := self._entry_of(username, contact, flow)) is not None]
        for contact in contacts:
            entry = self._entry_of(username, contact, flow)  # looked for again: one request may name a contact twice
            if contact.seconds:
                self._bind(username, contact, entry, request, flow, named)
            elif entry is not None:
                self._drop(entry)
        entries = self._entries.get(username, [])
        if len(entries) <= PER_PHONE:
            return
        for entry in sorted(entries, key=lambda each: each.age)[: len(entries) - PER_PHONE]:
            self._drop(entry)

    def _entry(self, binding: Binding) -> _Entry | None:
        """The entry of a binding, which may have been refreshed meanwhile."""
        return next((each for each in self._alive(binding.username) if _names(each.binding, binding)), None)

    def _entry_of(self, username: str, contact: RequestedContact, flow: Flow) -> _Entry | None:
        """The binding a Contact names."""
        return next((each for each in self._entries.get(username, ()) if _same(each, contact, flow)), None)

    def _is_copy(self, username: str, request: Request) -> bool:
        """Whether the request was taken already; raises NotGranted when it is older than one that was."""
        known = [entry for entry in self._alive(username) if entry.binding.call_id == request.call_id]
        latest = max((entry.binding.cseq for entry in known), default=None)
        return self._sequence.is_copy(username, request, latest, rung=not all(entry.trouble for entry in known))

    def _bind(
        self,
        username: str,
        contact: RequestedContact,
        old: _Entry | None,
        request: Request,
        flow: Flow,
        named: list[_Entry],
    ) -> None:
        """Make or refresh a binding; it stands in the place of what else the same device had registered before."""
        seconds = min(contact.seconds, LONGEST)
        binding = Binding(
            username,
            contact.text,
            request.call_id,
            request.cseq.number,
            self._wall() + seconds,
            flow.transport,
            flow.local,
            flow.remote,
            flow.connection,
            request.headers.values("Path"),
            agent_of(request),
            contact.instance,
            contact.reg_id,
            request.via.host,
        )
        known = (each.binding for each in (*named, *self._entries.get(username, ())))
        if came_through_nat(binding) or any(each.nat and _is_from(each, flow) for each in known):
            binding = replace(binding, nat=True)  # phones learn the NAT's address from our answers, and name it then
        if seconds > FRAGILE and (flow.reliable or binding.nat):
            binding, seconds = replace(binding, expires=binding.expires - seconds + FRAGILE), FRAGILE
        entry = _Entry(binding, contact.uri, self._clock() + seconds, contact.q, self._granted, takes_notify(request))
        if old is not None:
            self._refresh(old, entry)
        for other in list(self._entries.get(username, ())):
            if other.age != self._granted and other not in named:
                self._supersede(other, entry, refresh=old is not None and old.binding.call_id == request.call_id)
        self._add(entry)
        new = old is None or old.trouble != entry.trouble or not _same_contact(old, entry)
        self.changes.append(Bound(binding, new, entry.takes_notify))

    def _refresh(self, old: _Entry, new: _Entry) -> None:
        """The new one stands in the place of the old one."""
        self._take_out(old)
        if old.binding.call_id != new.binding.call_id:
            self._sequence.give_up(old.binding.username, old.binding.call_id)
        elif old.trouble == "replaced" and self._clock() - old.troubled_at < LATE:
            new.trouble, new.troubled_at = old.trouble, old.troubled_at  # it may have been on its way since before
        if not _same_contact(old, new):
            self.changes.append(Unbound(old.binding))

    def _supersede(self, old: _Entry, new: _Entry, *, refresh: bool) -> None:
        """Let go of what the device itself left behind; who may be another one is asked, once."""
        match kin(old.binding, old.uri, new.binding, new.uri):
            case Kin.SAME:
                if old.binding.call_id != new.binding.call_id:
                    self._sequence.give_up(old.binding.username, old.binding.call_id)
                self._drop(old)
            case Kin.PERHAPS if old.trouble == "lost":
                self._drop(old)
            case Kin.PERHAPS if not refresh and not old.trouble:
                old.trouble, old.troubled_at = "replaced", self._clock()
                self.changes.append(Doubted(old.binding, ask=True))

    def _listing(self, username: str, request: Request) -> list[tuple[str, str]]:
        now = self._clock()
        headers = [
            ("Contact", f"<{entry.binding.contact}>;expires={max(1, round(entry.until - now))}")
            for entry in self._alive(username)
            if entry.trouble != "replaced"
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


def _is_from(binding: Binding, flow: Flow) -> bool:
    """Whether its phone came from the same address by the same transport."""
    return (binding.transport, binding.remote[0]) == (flow.transport, flow.remote[0])


def _same(entry: _Entry, contact: RequestedContact, flow: Flow) -> bool:
    """Whether a Contact names this binding: as a URI (RFC 3261, 10.3), or as this flow of this device (RFC 5626, 6)."""
    binding = entry.binding
    same_uri = binding.contact == contact.text or entry.uri.matches(contact.uri)
    if binding.instance and binding.instance == contact.instance and (binding.reg_id or contact.reg_id):
        return binding.reg_id == contact.reg_id
    if binding.instance and contact.instance and binding.instance != contact.instance:
        return same_uri and binding.remote[0] == flow.remote[0]
    return same_uri


def _same_contact(one: _Entry, other: _Entry) -> bool:
    return one.binding.contact == other.binding.contact or one.uri.matches(other.uri)


def _names(one: Binding, other: Binding) -> bool:
    return (one.contact, one.instance, one.reg_id) == (other.contact, other.instance, other.reg_id)
