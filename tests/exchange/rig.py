"""A whole exchange on made-up time: the real stack, registrar, trunks and switchboard between peers in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import cast

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.dialling.dialled import is_for_emergency
from pbx.exchange.dialling.pin_lockout import PinLockout
from pbx.exchange.phones.authentication import Authentication
from pbx.exchange.phones.keepalive import Keepalive
from pbx.exchange.phones.lines import Lines
from pbx.exchange.phones.lockout import Lockout
from pbx.exchange.phones.message_waiting import MessageWaiting
from pbx.exchange.phones.registrar import Registrar
from pbx.exchange.phones.throttle import Throttle
from pbx.exchange.switchboard import METHODS, Switchboard
from pbx.exchange.trunks.trunk import Resolve
from pbx.exchange.trunks.trunks import Trunks
from pbx.media.pump import Pump
from pbx.sip.digest import Challenger, Credentials, answer
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.stack import Stack
from pbx.sip.trace import Trace
from pbx.sip.transactions.timers import Timers
from pbx.sip.transport.hop import Hop
from pbx.store.models import Group, Number, Office, Person, Phone, RetiredExtension, Trunk
from pbx.store.rows import CallRecord, Step
from tests.exchange.made_up_pump import MadeUpEndpoint, MadeUpPump
from tests.exchange.memory_archive import MemoryArchive, Sounds
from tests.exchange.peers import BOX, Line, Peer, polite
from tests.line import play

WALL = 1_700_000_000.0
SETTLED = 0.05
"""Seconds in which everything has happened that needs no waiting."""
CALLER = "+491701234567"

PEOPLE = (
    Person("21", "Anna Berg", "en", number="+4930123459", pin="scrypt$set"),
    Person("22", "Bert Kurz", "en"),
    Person("23", "Carla Dorn", "en", voicemail=False),
    Person("24", "Dirk Ems", "en", reachable=False),
    Person("25", "Eva Falk", "en", outbound_only=True),
    Person("26", "Finn Gross", "en", announcement="finn.wav"),
)
USERS = {"anna": "21", "anna2": "21", "bert": "22", "carla": "23", "dirk": "24", "eva": "25", "finn": "26"}
OFFICE = Office(
    country="DE",
    area_code="30",
    language="en",
    number="+4930123450",
    people={person.extension: person for person in PEOPLE},
    phones={user: Phone(user, extension, f"secret of {user}") for user, extension in USERS.items()},
    groups={
        "30": Group("30", "Sales", ("21", "22")),
        "31": Group("31", "Support", ("21", "22"), "in-order", 20.0),
        "32": Group("32", "Night", ("21", "22"), "longest-idle", 20.0),
    },
    former={"27": RetiredExtension("27", "Gerd Hahn", to="22"), "28": RetiredExtension("28", "Hanna Igel")},
    trunks={"provider": Trunk("provider", peer="127.0.0.50:5060"), "spare": Trunk("spare", peer="127.0.0.51:5060")},
    numbers={
        "+4930123450": Number("+4930123450", "provider", ("21",)),
        "+4930123451": Number("+4930123451", "provider", ("22", "25"), extensions="distribution"),
        "+4930123452": Number("+4930123452", "provider", ("30",), extensions="off"),
        "+4930123453": Number("+4930123453", "provider", ("23",), greeting="hello.wav", extensions="off"),
        "+4930123454": Number("+4930123454", "provider", ("25",), extensions="off"),
        "+4930123455": Number("+4930123455", "provider", ("31",), extensions="off"),
        "+4930123456": Number("+4930123456", "provider", ("32",), extensions="off"),
        "+4930777": Number("+4930777", "provider", ("22",)),
    },
)


class Rig:
    """The exchange of `office`, its phones and its providers. To be made within a running made-up loop."""

    def __init__(self, office: Office = OFFICE, *, seed: int = 1, pump: Pump | None = None, most: int = 1000) -> None:
        loop = asyncio.get_running_loop()
        self.loop = loop
        self.office = office
        self.clock: Callable[[], float] = loop.time
        began = loop.time()
        self.wall: Callable[[], float] = lambda: WALL + loop.time() - began
        dice = random.Random(seed)
        self.timers = Timers()
        ids = Ids(dice.randbytes)
        self.throttle = Throttle(
            self.clock,
            lambda uri: is_for_emergency(uri, self.office),
            lambda host: self.trunks.is_trunk_host(host),
        )
        self.stack = Stack(
            clock=self.clock,
            timers=self.timers,
            ids=ids,
            agent="Durchwahl",
            methods=METHODS,
            rate_limiter=self.throttle,
        )
        self.lockout = Lockout(self.clock)
        self.challenger = Challenger("durchwahl", b"k" * 32, self.clock, dice.randbytes)
        authentication = Authentication(lambda: self.office, self.challenger, self.lockout)
        self.registrar = Registrar(lambda: self.office, authentication, self.timers, clock=self.clock, wall=self.wall)
        self.trunks = self._trunks(ids)
        self.message_waiting = MessageWaiting(
            lambda: self.office, self.registrar, self.stack, self.timers, ids, clock=self.clock, counts=lambda _: (0, 0)
        )
        self.keepalive = Keepalive(
            self.registrar, self.stack, self.timers, ids, clock=self.clock, chance=random.Random(seed).random
        )
        self.pump = MadeUpPump(loop, most)
        self.trace = Trace(self.wall)
        self.archive = MemoryArchive(self.pump.recordings, lambda: self.office.names)
        self.steps: list[tuple[Call, Step]] = []
        self.equipment = self._equipment(ids, pump)
        self.switchboard = Switchboard(
            self.equipment, authentication, self.message_waiting, self.keepalive, lambda *_: None
        )
        self.peers: dict[str, Peer] = {}
        self._turning = False
        self._alarm: asyncio.TimerHandle | None = None
        for number, (user, phone) in enumerate(office.phones.items()):
            self._add(user, (f"127.0.0.{60 + number}", 5060), phone)
        for name, trunk in office.trunks.items():
            host, _, port = trunk.peer.partition(":")
            self._add(name, (host, int(port)))

    def _trunks(self, ids: Ids) -> Trunks:
        return Trunks(
            lambda: self.office,
            self.stack,
            self.timers,
            ids,
            clock=self.clock,
            flow_to=lambda hop: Flow(hop.transport, BOX, (hop.host, hop.port)),
            secret=b"s" * 32,
            is_phone=lambda flow: self.registrar.binding_at(flow) is not None,
            wall=self.wall,
        )

    def _equipment(self, ids: Ids, pump: Pump | None) -> Equipment:
        return Equipment(
            stack=self.stack,
            trace=self.trace,
            pump=pump or cast(Pump, self.pump),
            registrar=self.registrar,
            trunks=self.trunks,
            lines=Lines(self.clock),
            pins=PinLockout(),
            sounds=Sounds(),
            archive=self.archive,
            ids=ids,
            clock=self.clock,
            wall=self.wall,
            office=lambda: self.office,
            on_step=lambda call, step: self.steps.append((call, step)),
            wake=self.wake,
        )

    def _add(self, name: str, address: tuple[str, int], phone: Phone | None = None) -> None:
        self.peers[name] = Peer(name, address, self._from_peer, phone)

    # -- the crank, as in pbx.daemon.wiring

    def wake(self) -> None:
        """Have `run_once` called soon."""
        if not self._turning:
            self._turning = True
            self.loop.call_soon(self.run_once)

    def run_once(self) -> None:
        """Events to their calls, messages to the peers, look-ups to the trunks, the next alarm."""
        self._turning = False
        self.switchboard.take_events()
        while self.stack.outgoing:
            send = self.stack.outgoing.popleft()
            peer = self.peer_at(send.flow.remote)
            if peer is not None:
                self.trace.said(bytes(send.message), send.flow)
                self.loop.call_soon(peer.take, bytes(send.message))
        while self.trunks.orders:
            order = self.trunks.orders.popleft()
            if isinstance(order, Resolve):
                hop = Hop("udp", order.target.host, order.target.port or 5060)
                self.loop.call_soon(self._found, order.trunk, hop)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self.timers.next()
        if due is not None:
            self._alarm = self.loop.call_at(due, self._ring_alarm)

    def peer_at(self, address: tuple[str, int]) -> Peer | None:
        """Who gets what is sent there."""
        return next((peer for peer in self.peers.values() if peer.address == address), None)

    def source_of(self, peer: Peer) -> tuple[str, int]:
        """The address that the peer's packets come from."""
        return peer.address

    def _ring_alarm(self) -> None:
        self.timers.run(self.clock())
        self.run_once()

    def _found(self, trunk: str, hop: Hop) -> None:
        self.trunks.resolved(trunk, (hop,))
        self.run_once()

    def _from_peer(self, peer: Peer, data: bytes) -> None:
        self.loop.call_soon(self._receive, data, Flow("udp", BOX, self.source_of(peer)))

    def _receive(self, data: bytes, flow: Flow) -> None:
        if self.throttle.drops(data, flow):
            return
        self.trace.heard(data, flow)
        self.stack.receive(data, flow)
        self.run_once()

    # -- what scripts do

    async def open(self, *phones: str) -> None:
        """Bring the trunks up and let these phones register."""
        self.trunks.start()
        self.wake()
        for name in phones:
            self._register(self.peers[name])
        await self.settle()
        for name in phones:
            assert self.registrar.bindings(name), f"{name} is not registered"
            self.peers[name].lines.clear()

    def _register(self, peer: Peer) -> None:
        line = peer.line()
        uri = f"sip:{BOX[0]}"
        line.target, line.theirs = uri, line.ours
        line.ask("REGISTER", self.proof(peer, "REGISTER", uri), "Expires: 3600")

    def proof(self, peer: Peer, method: str, uri: str, password: str = "") -> str:
        """The Authorization with which a phone proves who it is."""
        assert peer.phone is not None
        credentials = Credentials(peer.phone.username, password or peer.phone.password)
        return f"Authorization: {answer(self.challenger.challenge(), credentials, method, uri, b'', 'c', 1)}"

    def call(self, peer: str, user: str, *headers: str, sdp: str | None = None, caller: str = "") -> Line:
        """A phone (with its credentials), or a provider's caller, calls."""
        at = self.peers[peer]
        line = at.line(caller or ("" if at.phone else CALLER))
        proofs = [self.proof(at, "INVITE", f"sip:{user}@{BOX[0]}:{BOX[1]}")] if at.phone else []
        if any(header.startswith("Authorization") for header in headers):
            proofs = []
        line.invite_box(user, *proofs, *headers, sdp=sdp)
        return line

    def endpoint(self, line: Line) -> MadeUpEndpoint:
        """The box's ear and mouth in this call."""
        return self.pump.at(line.port)

    async def settle(self, seconds: float = 0.0) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds + SETTLED)

    async def quiet(self) -> None:
        """Wait until the last transaction has ended; then nothing may be left of any call."""
        await asyncio.sleep(200)
        self.assert_empty()

    def assert_empty(self) -> None:
        """No call, leg, script, port, session or lamp is left."""
        equipment = self.equipment
        left = {
            "calls": list(equipment.calls),
            "legs": list(equipment.legs),
            "scripts": list(equipment.scripts),
            "ringing": dict(equipment.lines._ringing),
            "talking": dict(equipment.lines._talking),
            "endpoints": self.pump.endpoints,
            "sessions": list(self.stack.sessions),
            "dialogs": list(self.stack._dialogs),
            "traces": self.trace._dialogs.keys() - {each.encode() for call in self.archive.dialogs for each in call},
            "faults": self.stack.counters["fault"] or [],
        }
        assert not any(left.values()), left

    @property
    def record(self) -> CallRecord:
        """The only call there was."""
        [record] = self.archive.calls
        return record

    @property
    def step_words(self) -> str:
        """What the only call's steps are, in words."""
        return " ".join(step.what for step in self.record.steps)


async def opened(*phones: str, office: Office = OFFICE, **answers: int) -> Rig:
    """An exchange with these phones; those not named in `answers` are silent."""
    rig = Rig(office)
    await rig.open(*phones)
    polite(rig.peers.values(), **answers)
    return rig


Work = Callable[[Rig], Awaitable[None]]


def after(work: Work, *phones: str, office: Office = OFFICE, **answers: int) -> Rig:
    """An exchange after that has happened, in good order."""

    async def worked() -> Rig:
        rig = await opened(*phones, office=office, **answers)
        await work(rig)
        await rig.quiet()
        return rig

    return play(worked())
