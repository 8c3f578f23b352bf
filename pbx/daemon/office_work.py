"""What a running exchange does apart from calls: commands, and a watch on its health, updates and the nights.

All of the administration comes along, and a Pi takes a second to load it: `Daemon` does so once phones are answered.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from pbx.administration.backup import nightly
from pbx.administration.commands import perform, writes
from pbx.administration.desk.desk import Desk, desk_over
from pbx.administration.desk.live import elsewhere
from pbx.administration.history import calls
from pbx.administration.update import progress
from pbx.box.update.state import KEPT
from pbx.daemon.live import LiveExchange
from pbx.daemon.nightly import Nightly
from pbx.daemon.status_line import status_line
from pbx.daemon.wiring import Exchange
from pbx.store.rows import CallRecord

__all__ = ["LOOK_EVERY", "UPDATE_EVERY", "Desk", "OfficeWork", "desk_over", "perform", "writes"]

LOOK_EVERY = 15.0
"""Seconds after which pages look at the machine's health again."""
UPDATE_EVERY = 1.0
"""And at how far an update is."""


class OfficeWork:
    """For the event loop's thread: `begin` it, `end` it."""

    def __init__(
        self,
        desk: Desk,
        exchange: Exchange,
        address: tuple[str, int],
        on_loop: Callable[[Callable[[], Any]], Any],
    ) -> None:
        """`on_loop` lets the loop do something for another thread."""
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._live = LiveExchange(exchange, address)
        desk.live = elsewhere(self._live, on_loop)
        self._changed: Callable[[str], None] = lambda topic: None
        self._on_status: Callable[[str], None] = lambda line: None
        self._looking: list[asyncio.TimerHandle | None] = [None, None]
        """The next look at the health, and at root's news of an update."""

    def begin(self, changed: Callable[[str], None], on_status: Callable[[str], None]) -> None:
        """Look at everything for the first time, and again as time passes.

        `changed` hears the topics that changed; `on_status` hears how the exchange is, in one line.
        """
        self._changed, self._on_status = changed, on_status
        self._look_at_health()
        if progress.is_possible(self._desk):
            self._look_at_update(progress.mark(self._desk))

    def end(self) -> None:
        """Look at nothing any more."""
        for looking in self._looking:
            if looking is not None:
                looking.cancel()

    async def nights(self) -> None:
        """See to it for ever that there is a backup of every night."""
        await Nightly(self._look_after_backup, clock=self._loop.time, wall=time.time, sleep=asyncio.sleep).run()

    def row(self, record: CallRecord) -> dict[str, Any]:
        """A call that ended, as commands show it."""
        return calls.view(record)

    async def _look_after_backup(self) -> None:
        await asyncio.to_thread(nightly.look, self._desk)

    def _look_at_health(self) -> None:
        self._changed("health")
        self._on_status(status_line(self._live, self._desk.office, self._desk.folder.unkept))
        self._looking[0] = self._loop.call_later(LOOK_EVERY, self._look_at_health)

    def _look_at_update(self, before: int) -> None:
        mark = progress.mark(self._desk)
        if mark != before:
            self._changed("health")
            if progress.current_progress(self._desk).phase == KEPT:
                self._loop.run_in_executor(None, self._desk.forget_clear_text)
        self._looking[1] = self._loop.call_later(UPDATE_EVERY, self._look_at_update, mark)
