"""A folder in memory for an exchange whose own cannot be written to: telephones ring, and nothing new is kept.

A card that dies, or a file system with a fault, can often still be read. What telephones need of it is copied; all that
comes then is gone with the next start. A file in the stand-in says so, whoever opens it.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from pbx.store.disk.atomic import private_directory
from pbx.store.disk.lock import Busy, Lock
from pbx.store.disk.owner import rights_of

MARK = "stands-in.json"
UNWRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
"""What the kernel says then."""
COPIED = (
    *("secret", "tls.crt", "tls.key", "tls.json", "authority.crt", "authority.key", "access-code.json", "nightly.json"),
    *("bindings.sqlite", "bindings.sqlite-wal", "greetings"),
)
"""Besides the settings, as far as it is there and can be read."""
MOST = 64 << 20
"""Bytes of greetings; there may be little memory."""
PLACES = (Path("/run/durchwahl"), Path("/dev/shm"))
"""In memory, where the first that may be written to is the exchange's and its command line's."""


def unwritable(data: Path) -> str:
    """Why nothing can be written to a folder that has settings; empty when it can, or has none."""
    if not os.access(data / "settings.json", os.R_OK):
        return ""
    try:
        tempfile.TemporaryFile(dir=data).close()
    except OSError as error:
        return os.strerror(error.errno) if error.errno in UNWRITABLE else ""
    return ""


def place(data: Path) -> Path:
    """Where a folder's stand-in is, while there is one."""
    number = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    where = next((each for each in PLACES if os.access(each, os.W_OK | os.X_OK)), PLACES[-1])
    return where / f"stand-in-{number}"


def make(data: Path, why: str) -> Path:
    """The stand-in of a folder, made anew. Raises Busy when another exchange works on it; OSError."""
    folder = private_directory(place(data))
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "It belongs to somebody else", str(folder))
    lock = Lock(folder)
    try:
        clear(folder)
        (folder / MARK).write_text(json.dumps({"for": str(data), "why": why}))
        shutil.copyfile(data / "settings.json", folder / "settings.json")
        for name in COPIED:
            with contextlib.suppress(OSError):
                _copy(data / name, folder / name)
    finally:
        lock.close()
    return folder


def clear(folder: Path) -> None:
    """Remove all that is in a stand-in, but its lock. Raises OSError."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def reason(folder: Path) -> str:
    """Why this folder stands in for another; empty when it is one of its own."""
    try:
        return str(json.loads((folder / MARK).read_bytes())["why"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def in_use(data: Path) -> Path:
    """The folder itself, or its stand-in while an exchange works there."""
    folder = place(data)
    try:
        with rights_of(data):
            if reason(folder):
                Lock(folder).close()
    except Busy:
        return folder
    except OSError:
        pass
    return data


def remove(folder: Path) -> None:
    """The exchange that worked there has ended."""
    with contextlib.suppress(OSError):
        clear(folder)
        shutil.rmtree(folder)


def _copy(source: Path, target: Path) -> None:
    if not source.is_dir():
        shutil.copyfile(source, target)
        target.chmod(0o600)
        return
    private_directory(target)
    room = MOST
    for path in sorted(source.iterdir()):
        room -= path.stat().st_size
        if room >= 0 and path.is_file():
            shutil.copyfile(path, target / path.name)
