"""Once a night everything is backed up: by programs of their own, looked after from here, and tried again each hour."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from pbx.administration.backup import nightly
from pbx.administration.desk.desk import Stores
from pbx.store.records.database import RecordsError

log = logging.getLogger(__name__)

LOOK = 3600.0
"""Seconds between two looks at the clock and at the disk."""
EVEN = 60.0
"""Seconds by which the two clocks may differ after an hour: what a clock that just jumped calls night may be none."""


class Do(Protocol):
    """Does something where it may take long."""

    def __call__(self, act: Callable[[Stores], None], stores: Stores, /) -> Awaitable[None]: ...


class Nightly:
    """Sees to it that there is a backup of every night."""

    def __init__(
        self,
        stores: Stores,
        do: Do,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`clock` is monotonic, seconds; what time it is, the stores know."""
        self._stores = stores
        self._do = do
        self._clock, self._sleep = clock, sleep

    async def run(self) -> None:
        """For ever: an hour after the start and then each hour look whether one is due."""
        while True:
            drift = self._stores.clock() - self._clock()
            await self._sleep(LOOK)
            if abs(self._stores.clock() - self._clock() - drift) < EVEN:
                await self._look()

    async def _look(self) -> None:
        try:
            await self._do(nightly.look, self._stores)
        except (OSError, RecordsError) as error:
            log.error("the backup of the night could not be looked after: %s", error)
