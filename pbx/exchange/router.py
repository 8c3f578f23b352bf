"""Who is calling, and what may they do? Every INVITE outside a dialog is judged here, before anything happens."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.calls.leg import Leg, Party
from pbx.exchange.calls.operator import Operator, Script
from pbx.exchange.calls.outgoing import outside_lines
from pbx.exchange.dialling.dialled import dialled
from pbx.exchange.dialling.dialplan import (
    Plan,
    ToEmergency,
    ToGroup,
    ToOutside,
    ToPerson,
    Undialable,
    caller_number,
    plan,
)
from pbx.exchange.dialling.emergency import is_emergency
from pbx.exchange.dialling.numbers import CalledNumber, called_number
from pbx.exchange.dialling.numbers import caller_number as number_of_caller
from pbx.exchange.phones.authentication import Authentication
from pbx.exchange.phones.authentication import NotAdmitted as NotAdmitted
from pbx.exchange.scripts import attendant, internal, outbound, recording, self_call
from pbx.exchange.scripts.click_to_call import click_to_call
from pbx.exchange.trunks.turned_away import OTHER_PORT, Allowance
from pbx.media.ports import NoPort
from pbx.sdp.description import SdpError
from pbx.sdp.negotiation import offered_codecs, wants_encryption
from pbx.sip.address import Address
from pbx.sip.events import Invited, TurnedAway
from pbx.sip.flow import Flow
from pbx.sip.message import Request
from pbx.sip.privacy import addresses, is_withheld
from pbx.store.models import Group, Person, Phone, Trunk
from pbx.store.rows import CallDirection

Begin = Callable[[Call, Leg | None, Script], None]
"""Lets a script run on a call."""

_STATUS = {
    "no-such-extension": 404,
    "own-extension": 486,
    "not-reachable": 480,
    "bad-number": 404,
    "unknown-code": 404,
    "no-trunk": 503,
    "with-access-digit": 404,
    "without-access-digit": 404,
    "unknown-abroad": 404,
}
MOST_CALLS = 250
"""Calls at the same time; one more gets 503, unless it is an emergency."""


_RETRY = {"too-many-calls": "5", "restarting": "20"}
"""Seconds after which a refused caller may try again (RFC 3261, 20.33)."""
ROWS, PER = 30, 60.0
"""Rows of refused calls that the history takes within so many seconds."""


class Router:
    """Admits a trunk's own calls and a phone with its credentials, nobody else."""

    def __init__(self, equipment: Equipment, authentication: Authentication, begin: Begin) -> None:
        self._equipment = equipment
        self._authentication = authentication
        self._begin = begin
        self._rows = Allowance(ROWS, PER, equipment.clock)
        self.draining = False
        """A restart waits for the calls to end: a new one gets 503, unless it is an emergency."""

    def invited(self, event: Invited) -> None:
        """A new INVITE: it becomes a call with a script, or is refused."""
        trunk = self._trunk_of(event.request, event.flow)
        if trunk is not None:
            self._from_trunk(trunk, event)
            return
        admitted = self._authentication.admit(event.request, event.flow)
        if isinstance(admitted, NotAdmitted):
            event.session.refuse(admitted.status, headers=admitted.headers)
            self._note_stranger(event.request, event.flow)
            return
        if admitted.extension == self_call.EXTENSION:
            self._from_itself(event)
            return
        person = self._equipment.office().people.get(admitted.extension)
        if person is None:
            call = self._call("internal", Party(admitted.extension), _asked_for(event.request))
            self._turn_away(call, event, 403, "nobody")
            return
        self._from_phone(person, event)

    def turned_away(self, event: TurnedAway) -> None:
        """The stack refused an INVITE: note whose it seems to be, within limits that no flood can exceed."""
        request, flow = event.request, event.flow
        trunk = self._trunk_of(request, flow) or self._equipment.trunks.trunk_at(flow)
        binding = self._equipment.registrar.binding_at(flow)
        phone = self._equipment.office().phones.get(binding.username) if binding else None
        if trunk is not None:
            self._equipment.trunks.refused(trunk.name, _asked_for(request), str(event.status), flow)
        elif phone is not None and (person := self._equipment.office().people.get(phone.extension)):
            call = self._call("internal", Party(person.extension, person.name), _asked_for(request))
            self._tell_refusal(call, request, str(event.status))
        else:
            self._equipment.stack.counters["stranger"] += 1

    def _note_stranger(self, request: Request, flow: Flow) -> None:
        """An INVITE from an unknown sender was asked for a password: a trunk's host cannot answer that."""
        if _has_credentials(request) or self._authentication.knows(request.from_.uri.user):
            return
        trunk = self._equipment.trunks.trunk_at(flow)
        if trunk is None:
            self._equipment.stack.counters["stranger"] += 1
            return
        plain = trunk.transport == "tls" and flow.transport != "tls"
        self._equipment.trunks.refused(trunk.name, _asked_for(request), "not-encrypted" if plain else OTHER_PORT, flow)

    def _too_much(self) -> str:
        """Why there is no room for one more call now; empty if there is."""
        if self.draining:
            return "restarting"
        return "too-many-calls" if len(self._equipment.calls) >= MOST_CALLS else ""

    def _turn_away(self, call: Call, event: Invited, status: int, reason: str, digit: str = "", text: str = "") -> None:
        """Refuse a call before it begins, and tell why: in the history, and on the page of the trunk it came over."""
        after = _RETRY.get(reason)
        event.session.refuse(status, text, headers=[("Retry-After", after)] if after else [])
        if call.trunk:
            self._equipment.trunks.refused(call.trunk, call.to, reason, event.flow)
        self._tell_refusal(call, event.request, reason, digit)

    def _tell_refusal(self, call: Call, request: Request, reason: str, digit: str = "") -> None:
        """Its row in the history, as far as there is room."""
        if not self._rows.take():
            self._equipment.stack.counters["refused without a row"] += 1
            return
        call.note("not-allowed", reason=reason, **({"digit": digit} if digit else {}))
        call.outcome = "refused"
        call.dropped[request.call_id] = call.caller
        self._equipment.trace.follow(request.call_id)
        self._begin(call, None, _over)

    def click_to_call(self, person: Person, number: str, name: str, extension: str) -> Call:
        """Ring the person's phone, then dial an outside number for them; an emergency number over any trunk."""
        office = self._equipment.office()
        shown, emergency = caller_number(person, office), is_emergency(number, office.country)
        lines = outside_lines(self._equipment, shown, emergency=emergency)
        then = partial(
            outbound.call_out, number=number, shown=shown, lines=lines, extension=extension, emergency=emergency
        )
        return self._click("out", person, Party(number, name), then)

    def click_to_colleague(self, person: Person, other: Person | Group) -> Call:
        """Ring the person's phone, then that of a colleague or a group."""
        wanted = Party(other.extension, other.name)
        planned = (ToGroup if isinstance(other, Group) else ToPerson)(wanted.number)
        return self._click("internal", person, wanted, partial(internal.connect, planned=planned, person=person))

    def _click(self, direction: CallDirection, person: Person, wanted: Party, then: Script) -> Call:
        call = self._call(direction, Party(person.extension, person.name), wanted.number)
        self._begin(call, None, partial(click_to_call, person=person, wanted=wanted, then=then))
        return call

    def expect_itself(self, guest: Phone) -> None:
        """Let the box call itself once, with this phone's account."""
        self._authentication.guest = guest

    def forget_itself(self, guest: Phone) -> None:
        """No longer accept this one."""
        if self._authentication.guest is guest:
            self._authentication.guest = None

    def record(self, person: Person, shown: str, path: Path, on_progress: recording.OnProgress) -> Call:
        """Ring the person's phone, so that they can record an announcement into the file."""
        call = self._call("internal", Party(person.extension, person.name), person.extension)
        script = partial(recording.record, person=person, shown=shown, path=path, on_progress=on_progress)
        self._begin(call, None, script)
        return call

    # --- from the telephone network --------------------------------------------------------------------------------

    def _trunk_of(self, request: Request, flow: Flow) -> Trunk | None:
        """The trunk a request comes over; a phone at the same address says who it is, and proves it."""
        if _has_credentials(request):
            return None
        if self._authentication.knows(request.from_.uri.user):
            return None
        return self._equipment.trunks.trunk_of(flow, request.uri.user or "")

    def _from_trunk(self, trunk: Trunk, event: Invited) -> None:
        office = self._equipment.office()
        called = self._called(trunk, event.request)
        caller = _caller(event.request, office_of=lambda user: number_of_caller(user, office))
        call = self._call("in", caller, called.number.e164 if called else _asked_for(event.request))
        call.trunk = trunk.name
        if reason := self._too_much():
            self._turn_away(call, event, 503, reason)
            return
        if called is None:  # noted in the history: a number that was forgotten in the settings looks just like this
            call.note("called", number=call.to, trunk=trunk.name)
            self._turn_away(call, event, 404, "not-our-number")
            return
        event.session.trusted |= self._equipment.trunks.addresses(trunk.name)
        event.session.names = self._equipment.trunks.names(trunk.name)
        routes = self._equipment.trunks.route(trunk.name)
        event.session.credentials = routes[0].credentials if routes else None  # some challenge our BYE
        script = partial(attendant.attend, number=called.number, extension=called.extension)
        self._take(call, event, caller, script)

    def _called(self, trunk: Trunk, request: Request) -> CalledNumber | None:
        """Which of our numbers is meant; the trunk's own first, as a spare trunk may bring calls for all of them."""
        office = self._equipment.office()
        candidates = _called_candidates(request)
        own = {e164: number for e164, number in office.numbers.items() if number.trunk == trunk.name}
        for numbers in (own, office.numbers):
            if numbers and (found := called_number(candidates, numbers, office.country, office.area_code)):
                return found
        return None

    # --- from a desk phone -----------------------------------------------------------------------------------------

    def _from_phone(self, person: Person, event: Invited) -> None:
        request, office = event.request, self._equipment.office()
        here = {event.flow.local[0], office.domain.lower(), request.from_.uri.host}
        asked = dialled(request.uri, office, here)
        planned = plan(asked, person, office)
        direction: CallDirection = "out" if isinstance(planned, ToOutside | ToEmergency) else "internal"
        caller = Party(person.extension, person.name)
        call = self._call(direction, caller, getattr(planned, "number", None) or asked[:32])
        if not isinstance(planned, ToEmergency) and (reason := self._too_much()):
            self._turn_away(call, event, 503, reason)
        elif isinstance(planned, Undialable):
            self._turn_away(call, event, _STATUS[planned.reason], planned.reason, planned.digit)
        else:
            self._take(call, event, caller, self._script(planned, person))

    def _script(self, planned: Plan, person: Person) -> Script:
        equipment = self._equipment
        match planned:
            case ToEmergency(number, shown):
                lines = outside_lines(equipment, shown, emergency=True)
                return partial(outbound.call_out, number=number, shown=shown, lines=lines, emergency=True)
            case ToOutside(number, shown):
                return partial(outbound.call_out, number=number, shown=shown, lines=outside_lines(equipment, shown))
            case _:
                return partial(internal.connect, planned=planned, person=person)

    def _from_itself(self, event: Invited) -> None:
        nobody = Party(self_call.EXTENSION)
        call = self._call("internal", nobody, self_call.EXTENSION)
        call.is_self_call = True
        self._take(call, event, nobody, self_call.attend)

    # --- both ------------------------------------------------------------------------------------------------------

    def _call(self, direction: CallDirection, caller: Party, to: str) -> Call:
        equipment = self._equipment
        return Call(
            equipment.ids.token(), direction, equipment.office(), caller, to, equipment.steady_wall(), equipment.on_step
        )

    def _take(self, call: Call, event: Invited, caller: Party, script: Script) -> None:
        """Give the caller a leg and run the script; a call without a usable codec is refused at once."""
        session = event.session
        try:
            if session.offer and not offered_codecs(session.offer):
                self._turn_away(
                    call, event, 488, "encryption" if wants_encryption(session.offer) else "no common codec"
                )
                return
            endpoint = self._equipment.pump.open(event.flow.local[0])
        except SdpError:
            self._turn_away(call, event, 400, "bad-description", text="Bad Session Description")
            return
        except NoPort:
            self._turn_away(call, event, 503, "no-port")
            return
        leg = Leg(caller, endpoint, call.signal, self._equipment.clock, self._equipment.ids.session_id())
        call.add(leg)
        session.is_phone = not caller.outside
        call.max_forwards = (70 if event.request.max_forwards is None else event.request.max_forwards) - 1
        self._equipment.connect(leg, session)
        self._begin(call, leg, script)


async def _over(operator: Operator) -> None:
    """The script of a call that was refused at once."""


def _has_credentials(request: Request) -> bool:
    return "Authorization" in request.headers or "Proxy-Authorization" in request.headers


def _asked_for(request: Request) -> str:
    """The dialled text of an impossible call, as it came, to show it."""
    return (request.uri.user or request.uri.opaque)[:32]


def _called_candidates(request: Request) -> list[str]:
    """The places where providers put the called number, best first."""
    users: list[str | None] = [request.uri.user or request.uri.opaque]
    users += [address.uri.user for address in addresses(request, "P-Called-Party-ID")]
    users.append(request.to.uri.user)
    return [user for user in users if user]


def _caller(request: Request, office_of: Callable[[str], str]) -> Party:
    """Who calls, as far as the network tells and the caller allows (RFC 3323, RFC 3325)."""
    if is_withheld(request):
        return Party("", outside=True)
    asserted = addresses(request, "P-Asserted-Identity") or (request.from_,)
    number = next(filter(None, (office_of(_user_of(address)) for address in asserted)), "")
    name = next(filter(None, (address.display for address in (*asserted, request.from_))), "")
    return Party(number, "".join(char for char in name if char.isprintable())[:60], outside=True)


def _user_of(address: Address) -> str:
    return address.uri.user or (address.uri.opaque if address.uri.scheme == "tel" else "")
