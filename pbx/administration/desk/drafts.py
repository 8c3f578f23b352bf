"""Sounds that were spoken, typed or brought and are not used yet, so that they can be heard before."""

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
"""Seconds a draft waits to be used."""
MOST = 20
"""That one person may have waiting; the oldest goes."""
ARRIVING = 2
"""Uploads of one person that are not whole yet: each may be large."""

State = Literal["arriving", "ringing", "speaking", "spoken", "ready", "failed"]


@dataclass(slots=True)
class Draft:
    """One of them."""

    id: str
    owner: str
    """Name of the account it was made for; nobody else hears it."""
    path: Path
    made: float
    """On the clock of `Drafts`."""
    state: State = "ready"
    """An upload arrives; a draft by phone rings, is spoken, then still has to be decoded, or has failed."""

    def turns(self, state: State) -> None:
        """It is in this state now; any thread may say so."""
        self.state = state


class Drafts:
    """The directory `takes` of the data folder; nothing in it outlives the daemon. Any thread may use it."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises OSError."""
        shutil.rmtree(directory, ignore_errors=True)
        self._directory = directory
        self._clock = clock
        self._drafts: dict[str, Draft] = {}
        self._lock = threading.Lock()

    def begin(self, owner: str, state: State = "ringing") -> Draft:
        """A new draft, whose sound is to be written to its path. Raises OSError."""
        private_directory(self._directory)
        id = secrets.token_urlsafe(16)
        draft = Draft(id, owner, self._directory / f"{id}.wav", self._clock(), state)
        with self._lock:
            self._sweep(owner, state)
            self._drafts[id] = draft
        return draft

    def keep(self, owner: str, sound: bytes) -> Draft:
        """A draft that is finished. Raises OSError."""
        draft = self.begin(owner)
        self.write(draft, sound)
        return draft

    def write(self, draft: Draft, sound: bytes) -> None:
        """This is what it sounds like. Raises OSError."""
        draft.path.write_bytes(sound)
        draft.turns("ready")

    def find(self, id: str, owner: str) -> Draft | None:
        """The draft, if it is the owner's and still there."""
        with self._lock:
            draft = self._drafts.get(id)
        return draft if draft is not None and draft.owner == owner else None

    def drop(self, draft: Draft) -> None:
        """It is not wanted. Raises OSError."""
        with self._lock:
            self._drafts.pop(draft.id, None)
        draft.path.unlink(missing_ok=True)

    def _sweep(self, owner: str, state: State) -> None:
        """Make room for one more of this owner in this state."""
        old = [draft for draft in self._drafts.values() if self._clock() - draft.made > KEPT]
        own = [draft for draft in self._drafts.values() if draft.owner == owner and draft not in old]
        too_many = own[: max(0, len(own) - MOST + 1)]
        arriving = [draft for draft in own if draft.state == "arriving" and draft not in too_many]
        if state == "arriving":
            too_many += arriving[: max(0, len(arriving) - ARRIVING + 1)]
        for draft in old + too_many:
            del self._drafts[draft.id]
            draft.path.unlink(missing_ok=True)
