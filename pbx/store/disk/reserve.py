"""Some room that is kept for a start on a full disk: SQLite cannot even open its files without any."""

import contextlib
import os
import shutil
from pathlib import Path

RESERVE = "reserve"
"""In the data folder."""
_SIZE = 512 * 1024


def mind_reserve(data: Path) -> None:
    """Give the room away when there is none else; lay it by when there is plenty. A bad disk is others' to tell."""
    path = data / RESERVE
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(data).free
        if free < _SIZE:
            path.unlink(missing_ok=True)
        elif free > 20 * _SIZE and not path.exists():
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(handle, 0, _SIZE)
            finally:
                os.close(handle)
