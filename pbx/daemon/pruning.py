"""Once a day what is too old goes: in the archive's thread, in small portions, and only by a clock that runs evenly."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from pbx.store import retention
from pbx.store.folder import Folder
from pbx.store.records.database import RecordsError

T = TypeVar("T")
log = logging.getLogger(__name__)

LOOK = 3600.0
"""Seconds between two looks at the clock."""
DAY = 86400.0
PAUSE = 0.2
"""Seconds between two portions, so that other writes come first."""
EVEN = 60.0
"""Seconds by which the two clocks may differ after an hour. A clock on the wall that jumped years ahead would have
everything thrown away: an hour later it has either been put right, or is believed."""


class Do(Protocol):
    """Does something in the archive's thread."""

    def __call__(self, act: Callable[[], T], /) -> Awaitable[T]: ...


class Pruning:
    """Lets go of old calls, messages, tasks and traces."""

    def __init__(
        self,
        folder: Folder,
        do: Do,
        mailbox_changed: Callable[[str], None],
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`clock` is monotonic, `wall` Unix time, both seconds; `mailbox_changed` hears of messages that went."""
        self._folder = folder
        self._do = do
        self._mailbox_changed = mailbox_changed
        self._clock, self._wall, self._sleep = clock, wall, sleep

    async def run(self) -> None:
        """For ever: first an hour after the start, then once a day."""
        next_time = self._clock() + LOOK
        while True:
            drift = self._wall() - self._clock()
            await self._sleep(LOOK)
            if self._clock() >= next_time and abs(self._wall() - self._clock() - drift) < EVEN:
                await self.prune()
                next_time = self._clock() + DAY - LOOK / 2

    async def prune(self) -> None:
        """Let go of what is too old now."""
        changed: set[str] = set()
        try:
            for portion in retention.portions(self._folder, self._wall(), changed.add):
                while await self._do(portion):
                    await self._sleep(PAUSE)
            await self._do(self._folder.records.history.settle)
        except (RecordsError, OSError) as error:
            log.error("what is too old could not be deleted: %s", error)
        for extension in sorted(changed):
            self._mailbox_changed(extension)
