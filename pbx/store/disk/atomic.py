"""Files that are there whole or not at all, whenever the plug is pulled."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path`: after any crash either the old or the new content is there, whole.

    The rename is what a reader sees; the two fsyncs make sure that neither the name is on the disk before
    the content, nor "saved" is said before the name is. Raises OSError, and then the old file is untouched.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync_directory(path.parent)


def move_file(source: Path, target: Path) -> None:
    """Give a finished file its final name, with its content on the disk first. Raises OSError."""
    sync_file(source)
    os.replace(source, target)
    sync_directory(target.parent)
    if source.parent != target.parent:
        sync_directory(source.parent)


def remove_file(path: Path) -> None:
    """Remove a file for good; one that is gone already is as good. Raises OSError."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_directory(path.parent)


def sweep(directory: Path) -> None:
    """Remove what a killed `write_file` left lying there."""
    for left in directory.glob(".*.new"):
        with contextlib.suppress(OSError):
            left.unlink()


def private_directory(path: Path) -> Path:
    """The directory, made if needed, that only its owner can enter. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk. Raises OSError."""
    _sync(path, os.O_RDONLY)


def sync_directory(path: Path) -> None:
    """Wait until a directory's names are on the disk. Raises OSError."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
