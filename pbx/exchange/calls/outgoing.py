"""How a call of ours leaves the box: the INVITE to a desk phone, and the one to the telephone network."""

from collections.abc import Sequence
from dataclasses import dataclass

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.calls.forking import RingTarget, Round
from pbx.exchange.calls.leg import Leg, Party
from pbx.exchange.trunks.trunk import PROVEN, USABLE, Route
from pbx.media.ports import NoPort
from pbx.sip.address import Address
from pbx.sip.digest import Credentials
from pbx.sip.flow import Flow
from pbx.sip.uri import Uri
from pbx.store.models import Group, Office, Person, Trunk
from pbx.store.rows import Binding


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """One way over one trunk."""

    trunk: Trunk
    route: Route


def outside_lines(equipment: Equipment, shown: str, *, emergency: bool = False) -> list[OutsideLine]:
    """Every way out, best first: the trunk that owns the number to show, then those that work, then the rest.

    In an emergency a trunk that is known to work comes before all others, whichever number is shown.
    """
    office = equipment.office()
    number = office.numbers.get(shown)
    owner = number.trunk if number is not None else ""
    states = {state.name: state.state for state in equipment.trunks.states()}
    working = PROVEN if emergency else USABLE
    names = sorted(office.trunks, key=lambda name: (states.get(name) not in working, name != owner))
    return [OutsideLine(office.trunks[name], route) for name in names for route in equipment.trunks.route(name)]


def phones_of(equipment: Equipment, person: Person) -> list[RingTarget]:
    """Every place where one of the person's phones is registered."""
    return [
        RingTarget(binding, person.extension)
        for phone in equipment.office().phones_of(person.extension)
        for binding in equipment.registrar.bindings(phone.username)
    ]


def rounds_for_person(equipment: Equipment, person: Person) -> list[Round]:
    """All the person's phones at once."""
    return [Round(tuple(phones_of(equipment, person)), person.ring_seconds)]


def rounds_for_group(equipment: Equipment, group: Group, but_for: str = "") -> list[Round]:
    """As the group's strategy says; in order, the members share the group's time.

    `but_for` is the extension of a member who calls their own group: they need not be rung.
    """
    office = equipment.office()
    members = [
        office.people[ext]
        for ext in group.members
        if ext in office.people and not office.people[ext].outbound_only and ext != but_for
    ]
    if group.strategy == "longest-idle":
        order = equipment.lines.longest_idle(person.extension for person in members)
        members.sort(key=lambda person: order.index(person.extension))
    each = [tuple(phones_of(equipment, person)) for person in members]
    if group.strategy == "all":
        return [Round(tuple(target for targets in each for target in targets), group.ring_seconds)]
    rung = [targets for targets in each if targets]
    return [Round(targets, share(group, len(rung))) for targets in rung]


def share(group: Group, members: int) -> float:
    """Seconds each of so many members rings when they ring in turn: long enough to get to the phone."""
    return max(5.0, group.ring_seconds / members)


def ring_phone(
    equipment: Equipment, call: Call, target: RingTarget, caller: Party, codecs: Sequence[str]
) -> Leg | None:
    """Send the INVITE to a registered phone, showing the caller's number and name."""
    binding = target.device
    assert isinstance(binding, Binding)
    uri, flow = equipment.registrar.target(binding)
    number = shown_to_phones(caller, call.office)
    shown = Address(_uri(number or "anonymous", flow.local[0]), caller.name)
    return _invite(
        equipment,
        call,
        Party(target.person),
        uri,
        flow,
        from_=shown,
        to=Address(_uri(target.person, flow.local[0])),
        contact=number or "anonymous",
        codecs=codecs,
        routes=binding.path,
    )


def shown_to_phones(caller: Party, office: Office) -> str:
    """A caller's number in the form in which a phone can dial it from its own list of calls.

    Numbers with a + are dialled as they are; a short one from outside (115) needs the digit for an outside line.
    """
    needs_line = caller.outside and caller.number and not caller.number.startswith("+")
    return f"{office.access_digit}{caller.number}" if needs_line else caller.number


def ring_outside(
    equipment: Equipment, call: Call, line: OutsideLine, number: str, shown: str, codecs: Sequence[str]
) -> Leg | None:
    """Send the INVITE for an outside number over a trunk, with the number we may show as caller.

    A registering trunk knows us by its account, so From carries that and P-Preferred-Identity (RFC 3325) the number;
    a peer believes what we assert.
    """
    trunk, route = line.trunk, line.route
    domain = route.host
    if trunk.user:
        from_ = Address(_uri(trunk.user, domain), "")
        identity = [("P-Preferred-Identity", f"<{_uri(shown, domain)}>")] if shown else []
    else:
        from_ = Address(_uri(shown or "anonymous", route.flow.local[0]))
        identity = [("P-Asserted-Identity", f"<{_uri(shown, route.flow.local[0])}>")] if shown else []
    target = _uri(number, domain, route.port)
    return _invite(
        equipment,
        call,
        Party(number, outside=True),
        target,
        route.flow,
        from_=from_,
        to=Address(_uri(number, domain)),
        contact=route.contact_user or shown or "anonymous",
        codecs=codecs,
        routes=route.routes,
        headers=identity,
        credentials=route.credentials,
        trunk=trunk.name,
    )


def _invite(
    equipment: Equipment,
    call: Call,
    party: Party,
    target: Uri,
    flow: Flow,
    *,
    from_: Address,
    to: Address,
    contact: str,
    codecs: Sequence[str],
    routes: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    credentials: Credentials | None = None,
    trunk: str = "",
) -> Leg | None:
    try:
        endpoint = equipment.pump.open(flow.local[0])
    except NoPort:
        call.note("failed", reason="no-port")
        return None
    leg = Leg(party, endpoint, call.signal, equipment.clock, equipment.ids.session_id())
    session = equipment.stack.invite(
        target,
        flow,
        from_=from_,
        to=to,
        contact_user=contact,
        sdp=leg.make_offer(codecs),
        headers=headers,
        routes=tuple(routes),
        credentials=credentials,
        max_forwards=call.max_forwards,
    )
    session.trusted |= equipment.trunks.addresses(trunk)
    session.names = equipment.trunks.names(trunk)
    session.is_phone = not trunk
    call.add(leg)
    equipment.connect(leg, session)
    return leg


def _uri(user: str, host: str, port: int | None = None) -> Uri:
    return Uri("sip", user, None, host, port)
