"""Once a night everything is backed up: by programs of their own, looked after from here, and tried again each hour."""

import logging
from collections.abc import Awaitable, Callable

from pbx.store.records.database import RecordsError

log = logging.getLogger(__name__)

LOOK = 3600.0
"""Seconds between two looks at the clock and at the disk."""
EVEN = 60.0
"""Seconds by which the two clocks may differ after an hour: what a clock that just jumped calls night may be none."""


class Nightly:
    """Sees to it that there is a backup of every night."""

    def __init__(
        self,
        look: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`look` makes one if it is due; `clock` is monotonic, `wall` Unix time, both seconds."""
        self._look = look
        self._clock, self._wall, self._sleep = clock, wall, sleep

    async def run(self) -> None:
        """For ever: an hour after the start and then each hour look whether one is due."""
        while True:
            drift = self._wall() - self._clock()
            await self._sleep(LOOK)
            if abs(self._wall() - self._clock() - drift) < EVEN:
                try:
                    await self._look()
                except (OSError, RecordsError) as error:
                    log.error("the backup of the night could not be looked after: %s", error)
