"""A data folder is opened, the exchange started on it, and the control socket beside it."""

import asyncio
import errno
import logging
import ssl
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pbx.administration import calls, update_told
from pbx.administration.commands import perform, writes
from pbx.administration.live import LiveElsewhere
from pbx.administration.stores import open_stores
from pbx.control.door import LAMPS, PAGE
from pbx.control.protocol import SOCKET, Json
from pbx.control.server import ControlServer
from pbx.exchange.call import Call
from pbx.live import LiveExchange
from pbx.news import News
from pbx.sip.transport.tls import paths, server_context
from pbx.status_line import status_line
from pbx.store import stand_in
from pbx.store.atomic import write_file
from pbx.store.models import CallRecord, Step
from pbx.wiring import Exchange

log = logging.getLogger(__name__)

CERTIFICATE = "pbx.sip.transport.certificate"
"""The program that makes certificates."""
TLS_ABOVE = 1
"""TLS listens this many ports above UDP and TCP (RFC 3261, 19.1.2: 5060 and 5061)."""

LOOK_EVERY = 15.0
"""Seconds after which pages look at the machine's health again."""
UPDATE_EVERY = 1.0
"""And at how far an update is."""

LAST_WORDS = 0.5
"""Seconds between the command for a restart and the restart."""


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
        self.stores = open_stores(_usable(data))
        self._loop = asyncio.get_running_loop()
        self.news = News(self._publish, self._loop.call_later)
        self.exchange = Exchange(self.stores, rtp, self._step_heard, self._call_ended, self.news.changed)
        self.control = ControlServer(self.stores.data / SOCKET, self._answer, writes)
        self._for_others: list[ControlServer] = []
        if page is not None:
            self._for_others.append(ControlServer(page, self._answer, writes, PAGE))
        if lamps is not None:
            self._for_others.append(ControlServer(lamps, self._answer_lamps, writes, LAMPS))
        self.address = sip
        """Where SIP listens."""
        self.again = asyncio.Event()
        """Set when this exchange is to end and another one to begin: a restore waits for that."""
        self.told: Callable[[str], None] = lambda line: None
        """Hears now and then how it is, in one line."""
        self._live = LiveExchange(self.exchange, sip)
        self._looking: list[asyncio.TimerHandle | None] = [None, None]
        """The next look at the health, and at what root tells of an update."""

    @property
    def _servers(self) -> tuple[ControlServer, ...]:
        return self.control, *self._for_others

    async def start(self) -> None:
        """Answer phones, trunks and commands. Raises OSError when the port is taken."""
        self.address = await self.exchange.start(self._wanted)
        self._live = LiveExchange(self.exchange, self.address)
        self.stores.live = LiveElsewhere(self._live, self.control.on_loop)
        self.stores.changed = self._changed_elsewhere
        for server in self._servers:
            await server.start()
        self._look_at_health()
        if update_told.is_possible(self.stores):
            self._look_at_update(update_told.mark(self.stores))
        for message in self.stores.reconciled.recovered:
            log.warning("a message for %s that a crash had cut off was recovered", message.extension)
        if self.stores.restored == "refused":
            log.error("what was restored cannot be used: what was there before is there again")
        await self._listen_tls()

    async def stop(self) -> None:
        """End it all in reverse order."""
        for looking in self._looking:
            if looking is not None:
                looking.cancel()
        await asyncio.to_thread(self.stores.work.close)  # somebody may be waiting for it
        for server in self._servers:
            await server.stop()
        await self.exchange.stop()
        self.stores.close()
        if self.stores.unkept:
            stand_in.remove(self.stores.data)

    async def do(self, verb: str, **arguments: Json) -> Json:
        """Perform a command as the command line would. Raises Refused."""
        return await asyncio.to_thread(perform, self.stores, verb, arguments)

    def _answer(self, verb: str, arguments: dict[str, Json], session: str | None) -> Json:
        return perform(self.stores, verb, arguments, session)

    def _answer_lamps(self, verb: str, arguments: dict[str, Json], session: str | None) -> Json:
        """Who calls whom, and a code, is none of the lamps' business."""
        told = perform(self.stores, verb, arguments, session)
        return {name: told[name] for name in ("lamps",) if name in told}

    async def _listen_tls(self) -> None:
        """TLS comes last: making the first certificate takes a Pi some seconds."""
        host, port = self.address
        try:
            await _make_certificate(self.stores.data)
            if self._page is not None:
                _lend_certificate(self.stores.data, self._page.parent)
            context = server_context(*paths(self.stores.data))
            await self.exchange.transports.listen_tls(host, port + TLS_ABOVE, context)
        except (OSError, ssl.SSLError, OverflowError) as error:
            log.warning("no TLS on port %s: %s", port + TLS_ABOVE, error)

    def restart(self) -> None:
        """Ask for another exchange in this one's place. For any thread; whoever asked hears the answer first."""
        self._loop.call_soon_threadsafe(self._loop.call_later, LAST_WORDS, self.again.set)

    def _publish(self, event: Mapping[str, Json]) -> None:
        """To all; steps of calls, with their numbers, are told on our own socket only."""
        for server in self._servers:
            server.publish(event)

    def _changed_elsewhere(self, topic: str) -> None:
        """`stores.changed`: commands run in threads."""
        self._loop.call_soon_threadsafe(self.news.changed, topic)

    def _look_at_health(self) -> None:
        self.news.changed("health")
        self.told(status_line(self._live, self.stores.office, self.stores.unkept))
        self._looking[0] = self._loop.call_later(LOOK_EVERY, self._look_at_health)

    def _look_at_update(self, before: int) -> None:
        mark = update_told.mark(self.stores)
        if mark != before:
            self.news.changed("health")
        self._looking[1] = self._loop.call_later(UPDATE_EVERY, self._look_at_update, mark)

    def _step_heard(self, call: Call, step: Step) -> None:
        self.news.changed("calls")
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
        self.news.changed("calls")
        self.news.changed("tasks")
        if self.control.followed:
            self.control.publish({"event": "ended", "call": record.id, "record": calls.view(record)})


def _usable(data: Path) -> Path:
    """The folder, or its stand-in in memory when it cannot be written to: an office without telephones is worse.

    Raises Busy, OSError.
    """
    why = stand_in.unwritable(data)
    if not why:
        return data
    log.error("%s cannot be written to: %s. Telephones will ring, but nothing is kept.", data, why)
    return stand_in.make(data, why)


async def _make_certificate(folder: Path) -> None:
    """Have the box's own certificate made if there is none. Raises OSError."""
    if all(path.exists() for path in paths(folder)):
        return
    words = ("-P", "-m", CERTIFICATE, str(folder), datetime.now(UTC).isoformat())
    maker = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.PIPE)
    _, complaint = await maker.communicate()
    if maker.returncode:
        why = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(errno.EIO, f"no certificate could be made: {why}")


def _lend_certificate(ours: Path, page: Path) -> None:
    """Put the certificate and its key where the web page's user, who may not look into `ours`, can read it."""
    for source, copy in zip(paths(ours), paths(page), strict=True):
        write_file(copy, source.read_bytes(), 0o640)
