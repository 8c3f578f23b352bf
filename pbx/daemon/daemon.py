"""A data folder is opened, the exchange started on it, and the control socket beside it."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pbx.control.door import LAMPS, PAGE
from pbx.control.protocol import SOCKET, Json
from pbx.control.server import ControlServer
from pbx.daemon.own_certificate import OwnCertificate
from pbx.daemon.own_names import own_names
from pbx.daemon.topics import Topics
from pbx.daemon.wiring import Exchange
from pbx.exchange.calls.call import Call
from pbx.exchange.story import story
from pbx.service.later import Later
from pbx.store.disk import stand_in
from pbx.store.folder import open_folder
from pbx.store.rows import CallRecord, Step

if TYPE_CHECKING:
    from pbx.daemon.office_work import Desk, OfficeWork

log = logging.getLogger(__name__)

TLS_ABOVE = 1
"""TLS listens this many ports above UDP and TCP (RFC 3261, 19.1.2: 5060 and 5061)."""

CERTIFICATE_EVERY = 60.0
"""Seconds after which the certificate is compared with all the box's names again."""

LAST_WORDS = 0.5
"""Seconds between the command for a restart and the restart."""

# Phones need not wait for this: a Pi takes a second to load it, and meanwhile it answers phones.
office_work = Later("pbx.daemon.office_work")


class Daemon:
    """An exchange that runs: make it inside a running loop, `start` it, `stop` it."""

    def __init__(
        self,
        data: Path,
        sip: tuple[str, int] = ("0.0.0.0", 5060),
        rtp: tuple[int, int] = (10000, 10999),
        page: Path | None = None,
        lamps: Path | None = None,
    ) -> None:
        """Open the data folder. Raises Busy, SettingsError, RecordsError, OSError.

        `page` and `lamps` are sockets for a web page and lamps that run as other users.
        """
        self._wanted = sip
        self._page = page
        self.folder = open_folder(_usable(data), story)
        self._loop = asyncio.get_running_loop()
        self.topics = Topics(self._publish, self._loop.call_later)
        self.exchange = Exchange(self.folder, rtp, self._step_heard, self._call_ended, self.topics.changed)
        self.control = ControlServer(self.folder.data / SOCKET, self._answer, _writes)
        self._for_others: list[ControlServer] = []
        if page is not None:
            self._for_others.append(ControlServer(page, self._answer, _writes, PAGE))
        if lamps is not None:
            self._for_others.append(ControlServer(lamps, self._answer_lamps, _writes, LAMPS))
        self.address = sip
        """Where SIP listens."""
        self.again = asyncio.Event()
        """Set when this exchange is to end and another one to begin: a restore waits for that."""
        self.begins_again = False
        """Whether our owner begins another one then."""
        self.on_status: Callable[[str], None] = lambda line: None
        """Hears now and then how it is, in one line."""
        self._work: OfficeWork | None = None
        self.certificate = OwnCertificate(self.folder.data, self._names, page.parent if page is not None else None)
        self._working: tuple[asyncio.Task[None], ...] = ()
        self._tls_trouble = ""

    @cached_property
    def desk(self) -> "Desk":
        """What commands work on."""
        desk: Desk = office_work.desk_over(self.folder)
        desk.changed = self._changed_elsewhere
        return desk

    @property
    def _servers(self) -> tuple[ControlServer, ...]:
        return self.control, *self._for_others

    async def start(self) -> None:
        """Answer phones, trunks and commands. Raises OSError when the port is taken."""
        self.address = await self.exchange.start(self._wanted)
        desk = await asyncio.to_thread(lambda: self.desk)
        desk.host.restart = self.restart if self.begins_again else None
        work: OfficeWork = office_work.OfficeWork(desk, self.exchange, self.address, self.control.on_loop)
        for server in self._servers:
            await server.start()
        work.begin(self.topics.changed, self.on_status)
        self._work = work
        for message in self.folder.reconciled.recovered:
            log.warning("a message for %s that a crash had cut off was recovered", message.extension)
        if self.folder.restored == "refused":
            log.error("what was restored cannot be used: what was there before is there again")
        await self._look_at_certificate()
        self._working = tuple(map(asyncio.create_task, (self._keep_certificate(), work.nights())))
        for task in self._working:
            task.add_done_callback(_complain)

    async def stop(self) -> None:
        """End it all in reverse order."""
        for task in self._working:
            task.cancel()
        if self._work is not None:
            self._work.end()
        await asyncio.to_thread(self.desk.backup_work.close)  # somebody may be waiting for it
        for server in self._servers:
            await server.stop()
        await self.exchange.stop()
        self.close()
        if self.folder.unkept:
            stand_in.remove(self.folder.data)

    def close(self) -> None:
        """Let go of the folder: all that is to be done when the start failed."""
        if "desk" in vars(self):
            self.desk.close()
        else:
            self.folder.close()

    async def do(self, verb: str, **arguments: Json) -> Json:
        """Perform a command as the command line would. Raises Refused."""
        return await asyncio.to_thread(self._answer, verb, arguments, None)

    def _answer(self, verb: str, arguments: dict[str, Json], session: str | None) -> Json:
        return office_work.perform(self.desk, verb, arguments, session)

    def _answer_lamps(self, verb: str, arguments: dict[str, Json], session: str | None) -> Json:
        """Who calls whom, and a code, is none of the lamps' business."""
        answer = self._answer(verb, arguments, session)
        return {name: answer[name] for name in ("lamps",) if name in answer}

    async def _look_at_certificate(self) -> None:
        """TLS comes last: making the first certificate takes a Pi some seconds."""
        host, port = self.address
        tls = any(name == "tls" for name, _ in self.exchange.transports.listening)
        trouble = ""
        try:
            if await self.certificate.look() and tls:
                log.info("The box's certificate is another one.")
            if not tls and self.certificate.context is not None:
                await self.exchange.transports.listen_tls(host, port + TLS_ABOVE, self.certificate.context)
        except (OSError, ssl.SSLError, OverflowError) as error:
            trouble = str(error)
            if trouble != self._tls_trouble:
                log.warning(
                    "%s: %s",
                    f"TLS on port {port + TLS_ABOVE} stays as it was" if tls else f"no TLS on port {port + TLS_ABOVE}",
                    error,
                )
        self._tls_trouble = trouble

    async def _keep_certificate(self) -> None:
        while True:
            await asyncio.sleep(CERTIFICATE_EVERY)
            await self._look_at_certificate()

    def _names(self) -> list[str]:
        return own_names(self.address[0], self.folder.office.domain, self.desk.host.root)

    def restart(self) -> None:
        """Ask for another exchange in this one's place. For any thread; whoever asked hears the answer first."""
        self._loop.call_soon_threadsafe(self._loop.call_later, LAST_WORDS, self.again.set)

    def _publish(self, event: Mapping[str, Json]) -> None:
        """To all; steps of calls, with their numbers, are sent on our own socket only."""
        for server in self._servers:
            server.publish(event)

    def _changed_elsewhere(self, topic: str) -> None:
        """`desk.changed`: commands run in threads."""
        self._loop.call_soon_threadsafe(self.topics.changed, topic)

    def _step_heard(self, call: Call, step: Step) -> None:
        self.topics.changed("calls")
        if not self.control.followed:
            return
        self.control.publish(
            {
                "event": "step",
                "call": call.id,
                "direction": call.direction,
                "from": call.caller.number,
                "to": call.to,
                "step": step.what,
                "detail": dict(step.detail),
                "words": self.exchange.latest(call),
            }
        )

    def _call_ended(self, record: CallRecord) -> None:
        log.info("%s -> %s: %s", record.from_ or "anonymous", record.to, record.story)
        self.topics.changed("calls")
        self.topics.changed("tasks")
        if self.control.followed and self._work is not None:
            self.control.publish({"event": "ended", "call": record.id, "record": self._work.row(record)})


def _writes(verb: str) -> bool:
    """Whether a command changes something."""
    return bool(office_work.writes(verb))


def _complain(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("background work failed", exc_info=task.exception())


def _usable(data: Path) -> Path:
    """The folder, or its stand-in in memory when it cannot be written to: an office without telephones is worse.

    Raises Busy, OSError.
    """
    why = stand_in.unwritable(data)
    if not why:
        return data
    log.error("%s cannot be written to: %s. Telephones will ring, but nothing is kept.", data, why)
    return stand_in.make(data, why)
