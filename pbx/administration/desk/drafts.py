"""Takes: sounds that were spoken, typed or brought and are not used yet, so that they can be heard before."""

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pbx.store.disk.atomic import private_directory

KEPT = 3600.0
"""Seconds a take waits to be used."""
MOST = 20
"""That one person may have waiting; the oldest goes."""
ARRIVING = 2
"""Uploads of one person that are not whole yet: each may be large."""

State = Literal["arriving", "ringing", "speaking", "spoken", "ready", "failed"]


@dataclass(slots=True)
class Take:
    """One of them."""

    id: str
    owner: str
    """Name of the account it was made for; nobody else hears it."""
    path: Path
    made: float
    """On the clock of `Takes`."""
    state: State = "ready"
    """An upload arrives; a take by phone rings, is spoken, then still has to be decoded, or has failed."""

    def turns(self, state: State) -> None:
        """It is in this state now; any thread may say so."""
        self.state = state


class Takes:
    """The directory `takes` of the data folder; nothing in it outlives the daemon. Any thread may use it."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError."""
        shutil.rmtree(directory, ignore_errors=True)
        self._directory = directory
        self._clock = clock
        self._takes: dict[str, Take] = {}
        self._lock = threading.Lock()

    def begin(self, owner: str, state: State = "ringing") -> Take:
        """A new take, whose sound is to be written to its path. Raises OSError."""
        private_directory(self._directory)
        id = secrets.token_urlsafe(16)
        take = Take(id, owner, self._directory / f"{id}.wav", self._clock(), state)
        with self._lock:
            self._sweep(owner, state)
            self._takes[id] = take
        return take

    def keep(self, owner: str, sound: bytes) -> Take:
        """A take that is finished. Raises OSError."""
        take = self.begin(owner)
        self.write(take, sound)
        return take

    def write(self, take: Take, sound: bytes) -> None:
        """This is what it sounds like. Raises OSError."""
        take.path.write_bytes(sound)
        take.turns("ready")

    def find(self, id: str, owner: str) -> Take | None:
        """The take, if it is the owner's and still there."""
        with self._lock:
            take = self._takes.get(id)
        return take if take is not None and take.owner == owner else None

    def drop(self, take: Take) -> None:
        """It is not wanted. Raises OSError."""
        with self._lock:
            self._takes.pop(take.id, None)
        take.path.unlink(missing_ok=True)

    def _sweep(self, owner: str, state: State) -> None:
        """Make room for one more of this owner in this state."""
        old = [take for take in self._takes.values() if self._clock() - take.made > KEPT]
        own = [take for take in self._takes.values() if take.owner == owner and take not in old]
        too_many = own[: max(0, len(own) - MOST + 1)]
        arriving = [take for take in own if take.state == "arriving" and take not in too_many]
        if state == "arriving":
            too_many += arriving[: max(0, len(arriving) - ARRIVING + 1)]
        for take in old + too_many:
            del self._takes[take.id]
            take.path.unlink(missing_ok=True)
