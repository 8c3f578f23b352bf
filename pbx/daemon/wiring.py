"""One exchange, fully wired: the only place that knows every part of it."""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from pbx.box.forbidden import may_be_meant
from pbx.daemon.archive import Archive
from pbx.daemon.message_counts import MessageCounts
from pbx.daemon.pruning import Pruning
from pbx.daemon.sounds import Sounds
from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.dialling.dialled import is_for_emergency
from pbx.exchange.dialling.pin_lockout import PinLockout
from pbx.exchange.phones.authentication import ALGORITHMS, Authentication
from pbx.exchange.phones.keepalive import Keepalive
from pbx.exchange.phones.lamps import Lamps
from pbx.exchange.phones.lines import Lines
from pbx.exchange.phones.lockout import Lockout
from pbx.exchange.phones.message_waiting import MessageWaiting
from pbx.exchange.phones.registrar import Registrar
from pbx.exchange.phones.throttle import Throttle
from pbx.exchange.story import clause, story
from pbx.exchange.switchboard import METHODS, Switchboard
from pbx.exchange.trunks.trunk import Resolve
from pbx.exchange.trunks.trunks import Trunks
from pbx.media.pump import Pump
from pbx.service.later import Later
from pbx.sip.digest import Challenger
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.stack import Stack
from pbx.sip.trace import Trace
from pbx.sip.transactions.timers import Timers
from pbx.sip.transport.hop import Target, is_address
from pbx.sip.transport.listener import Transports
from pbx.sip.transport.resolve import DnsAnswer, Resolver
from pbx.sip.uri import Uri
from pbx.store.folder import Folder
from pbx.store.models import Office
from pbx.store.rows import CallRecord, Step
from pbx.store.secret_forms import REALM
from pbx.store.secrets.box_secret import box_secret
from pbx.store.secrets.vault import NotSealed

if TYPE_CHECKING:
    from pbx.sip.transport.name_servers import NameServers

log = logging.getLogger(__name__)
name_servers = Later("pbx.sip.transport.name_servers")

PING = b"\r\n\r\n"
BINDINGS_WAIT = 0.2
"""Seconds that changed bindings may wait to be written."""
FAREWELL = 2.0
"""Seconds that providers get to take our leave note when we stop."""


StepHeard = Callable[[Call, Step], None]
"""Hears each step of each call."""
CallEnded = Callable[[CallRecord], None]
"""Hears of each row that was written."""
TopicChanged = Callable[[str], None]
"""Hears that something of a topic (`pbx.daemon.topics.TOPICS`) is different now."""


class Exchange:
    """SIP, sound, phones, trunks and storage of one data folder. Make it inside a running loop."""

    def __init__(
        self,
        folder: Folder,
        rtp: tuple[int, int],
        step_heard: StepHeard,
        call_ended: CallEnded,
        changed: TopicChanged = lambda topic: None,
    ) -> None:
        """`rtp` are the lowest and the highest port for media."""
        self.folder = folder
        self.started = time.time()
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        clock, wall, office = self._loop.time, time.time, self._office

        # the wire
        self.timers = Timers()
        self._ids = Ids(secrets.token_bytes)
        self.throttle = Throttle(clock, self._is_emergency, lambda host: self.trunks.is_trunk_host(host))
        self.stack = Stack(
            clock=clock,
            timers=self.timers,
            ids=self._ids,
            agent="Durchwahl",
            methods=METHODS,
            rate_limiter=self.throttle,
        )
        self.trace = Trace(wall)
        self.transports = Transports(self._received, self._failed, kept=self._is_needed)
        self.resolver = Resolver(random.SystemRandom().random, self._ask_dns)
        self._name_servers: NameServers | None = None
        self.pump = Pump(clock, *rtp, secrets.token_bytes, call_at=self._loop.call_at)

        # who may what
        self.lockout = Lockout(clock, self._is_ours)
        challenger = Challenger(REALM, secrets.token_bytes(32), clock, secrets.token_bytes, algorithms=ALGORITHMS)
        authentication = Authentication(office, challenger, self.lockout)
        self.registrar = Registrar(office, authentication, self.timers, clock=clock, wall=wall)
        self.trunks = self._trunks()

        # what calls use
        self.archive = Archive(folder, self.trace, self._sentence, self.mailbox_changed, call_ended)
        self._message_counts = MessageCounts(office, self.archive.counts)
        self.message_waiting = MessageWaiting(
            office, self.registrar, self.stack, self.timers, self._ids, clock=clock, counts=self._message_counts.of
        )
        self.keepalive = Keepalive(
            self.registrar, self.stack, self.timers, self._ids, clock=clock, chance=random.SystemRandom().random
        )
        self.equipment = self._equipment(step_heard)
        self.lamps = Lamps(office, self.equipment.lines, self._is_registered, clock, lambda: changed("lines"))
        self.switchboard = Switchboard(
            self.equipment, authentication, self.message_waiting, self.keepalive, self._bindings_changed
        )

        # what comes by the clock
        self._pruning = Pruning(
            folder, self.archive.do, self.mailbox_changed, clock=clock, wall=wall, sleep=asyncio.sleep
        )

        self._unsaved: set[str] = set()
        """User names whose bindings changed and are not written yet."""
        self._alarm: asyncio.TimerHandle | None = None
        self._turning = False
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()

    def _trunks(self) -> Trunks:
        return Trunks(
            self._office,
            self.stack,
            self.timers,
            self._ids,
            clock=self._loop.time,
            flow_to=self.transports.flow_to,
            secret=box_secret(self.folder.data),
            password_of=self.folder.vault.in_use,
            is_phone=lambda flow: self.registrar.binding_at(flow) is not None,
            changed=lambda: self._changed("trunks"),
            wall=time.time,
        )

    def _equipment(self, step_heard: StepHeard) -> Equipment:
        return Equipment(
            stack=self.stack,
            trace=self.trace,
            pump=self.pump,
            registrar=self.registrar,
            trunks=self.trunks,
            lines=Lines(self._loop.time, self._look),
            pins=PinLockout(),
            sounds=Sounds(self.folder.greetings),
            archive=self.archive,
            ids=self._ids,
            clock=self._loop.time,
            wall=time.time,
            office=self._office,
            on_step=step_heard,
            wake=self.wake,
        )

    @property
    def clock_moved(self) -> float:
        """Seconds by which the wall clock was put forward (or back: negative) since the start."""
        return (time.time() - self.started) - self.uptime

    @property
    def uptime(self) -> float:
        """Seconds since the start, whatever the wall clock did meanwhile."""
        return self._loop.time() - self._began

    # --- life ------------------------------------------------------------------------------------------------------

    async def start(self, sip: tuple[str, int]) -> tuple[str, int]:
        """Listen and go to work; the address in use. Raises OSError when the port is taken."""
        await self._message_counts.count_uncounted()
        self.registrar.restore(self.folder.records.bindings())
        self.lamps.look_at_all()
        address = await self.transports.listen(*sip)
        self._begin(self._start_trunks())
        self.keepalive.begin()
        self._begin(self._pruning.run())
        self.wake()
        return address

    async def _start_trunks(self) -> None:
        """Open the trunks' passwords first; phones and commands are answered meanwhile."""
        try:
            await asyncio.to_thread(self.folder.vault.prepare, self._office())
        except NotSealed as error:  # their trunks say so
            log.error("%s", error)
        if not self._stopping:
            self.trunks.start()
            self.wake()

    async def stop(self) -> None:
        """End the calls, take leave of the providers, write everything down."""
        self._stopping = self.equipment.stopping = self.switchboard.router.draining = True
        for leg in list(self.equipment.legs.values()):
            leg.hang_up("shutdown")
        self.trunks.stop()
        self.run_once()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self.equipment.calls or not self.trunks.settled:
                    await asyncio.sleep(0.02)
        self._turning = True  # nothing more goes out
        if self._alarm is not None:
            self._alarm.cancel()
        for task in self._tasks:
            task.cancel()
        self._save_bindings()
        self.pump.close()
        await self.transports.close()
        await self.archive.close()

    # --- the loop of events ----------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Have `run_once` called soon: somebody has something for the wire."""
        if not self._turning:
            self._turning = True
            self._loop.call_soon(self.run_once)

    def run_once(self) -> None:
        """Let what happened have its consequences: events to their calls, messages to the wire, the next alarm."""
        self._turning = False
        self.switchboard.take_events()
        while self.stack.outgoing:
            send = self.stack.outgoing.popleft()
            data = bytes(send.message)
            self.trace.said(data, send.flow)
            self.transports.send(data, send.flow)
        while self.trunks.orders:
            order = self.trunks.orders.popleft()
            if isinstance(order, Resolve):
                self._begin(self._find(order.trunk, order.target))
            else:
                self.transports.send(PING, order.flow)
        self._set_alarm()

    def _set_alarm(self) -> None:
        due = self.timers.next()
        if self._alarm is not None:
            if self._alarm.when() == due:
                return
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            self._alarm = self._loop.call_at(due, self._ring_alarm)

    def _ring_alarm(self) -> None:
        self._alarm = None
        try:
            self.timers.run(self._loop.time())
        finally:  # whatever went wrong there, the other calls' alarms must be set
            self.run_once()

    # --- from the wire ---------------------------------------------------------------------------------------------

    def _received(self, data: bytes, flow: Flow) -> None:
        if self.lockout.silent(flow.remote[0]):
            self.stack.counters["silenced"] += 1
            return
        if self.throttle.drops(data, flow):
            self.stack.counters["slowed"] += 1
            return
        self.trace.heard(data, flow)
        self.stack.receive(data, flow)
        self.run_once()

    def _failed(self, flow: Flow, why: str) -> None:
        self.stack.flow_failed(flow, why)
        if flow.transport != "udp":
            self.registrar.connection_lost(flow)
            self.trunks.connection_lost(flow)
        self.run_once()

    def _is_needed(self, flow: Flow) -> bool:
        """Whether an idle connection must stay: somebody may be called, or is talking, over it."""
        return (
            self.registrar.binding_at(flow) is not None
            or self.trunks.trunk_of(flow) is not None
            or any(leg.session is not None and leg.session.flow == flow for leg in self.equipment.legs.values())
        )

    def _is_ours(self, host: str) -> bool:
        return self.registrar.is_home(host) or self.trunks.is_trunk_host(host)

    def _is_emergency(self, uri: Uri) -> bool:
        return is_for_emergency(uri, self._office())

    async def _find(self, trunk: str, target: Target) -> None:
        hops = await self.resolver.resolve(target)
        if not is_address(target.host):
            listening = [host for _, (host, _) in self.transports.listening]
            hops = tuple(hop for hop in hops if may_be_meant(hop.host, listening))
        self.trunks.resolved(trunk, hops)
        self.run_once()

    async def _ask_dns(self, name: str, kind: str) -> DnsAnswer | None:
        """The library is large: an office without a name to look up never loads it, and calls go on meanwhile."""
        make = await asyncio.to_thread(getattr, name_servers, "NameServers")
        self._name_servers = self._name_servers or make()
        return await self._name_servers.ask(name, kind)

    # --- towards the storage ---------------------------------------------------------------------------------------

    def _office(self) -> Office:
        return self.folder.office

    def office_changed(self) -> None:
        """The settings were changed: running calls keep what they began with."""
        self.registrar.office_changed()
        self.trunks.office_changed()
        self.message_waiting.office_changed()
        self.lamps.look_at_all()
        self._begin(self._message_counts.count_uncounted())
        self.wake()

    def mailbox_changed(self, extension: str) -> None:
        """Messages came, went or were heard: count, then tell the lamps."""
        self._changed("messages")
        self._begin(self._relight(extension))

    async def _relight(self, extension: str) -> None:
        await self._message_counts.count([extension])
        group = self._office().groups.get(extension)
        for each in group.members if group is not None else (extension,):
            self.message_waiting.changed(each)
        self.wake()

    def _look(self, extension: str) -> None:
        self.lamps.look(extension)

    def _is_registered(self, username: str) -> bool:
        return bool(self.registrar.bindings(username))

    def _bindings_changed(self, username: str, moved: bool) -> None:
        """Have it written soon, together with others: after a power cut a thousand phones come at once."""
        phone = self._office().phones.get(username)
        if moved and phone is not None:
            self._changed("phones")
            self.lamps.look(phone.extension)
        if not self._unsaved:
            self._loop.call_later(BINDINGS_WAIT, self._save_bindings)
        self._unsaved.add(username)

    def _save_bindings(self) -> None:
        if self._unsaved:
            self.archive.save_bindings({username: self.registrar.kept(username) for username in self._unsaved})
            self._unsaved.clear()

    # --- what people read ------------------------------------------------------------------------------------------

    def _sentence(self, call: Call) -> str:
        return story(call.steps, call.office.language, self._office().names)

    def latest(self, call: Call) -> str:
        """What happened last in a call, in words."""
        return clause(call.steps, call.office.language, self._office().names)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background work failed", exc_info=task.exception())
