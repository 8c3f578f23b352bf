"""One writer for a data folder: the daemon, or a command while no daemon runs."""

import fcntl
import os
import time
from pathlib import Path

from pbx.store.errors import FolderError


class Busy(FolderError):
    """Another program has the data folder."""


class Lock:
    """Held from the making to `close`, or until the process ends, however it ends."""

    def __init__(self, data: Path, patience: float = 0.0) -> None:
        """Take the folder's lock, trying for `patience` seconds. Raises Busy, OSError."""
        self._handle = os.open(data / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= until:
                    self.close()
                    raise Busy(f"{data} is in use by another Durchwahl.") from None
            time.sleep(0.05)

    def close(self) -> None:
        """Let others have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
