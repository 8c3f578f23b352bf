"""Putting other files in the place of a data folder's, so that a power cut leaves the old or the new ones, whole.

A journal says what is being done; while there is one, nobody opens the folder before it is done to the end. The files
that were there are kept beside the others, and can be put back in the same way.
"""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pbx.store.backup.backup_file import AUTHORITY, RECORDS, TOP
from pbx.store.disk.atomic import private_directory, remove_file, sync_directory, write_file

STAGE = "restoring"
"""Where a backup is unpacked and looked at; it counts for nothing until `begin`."""
BEFORE = "before-restore-"
"""What the folders begin with in which the files of before are kept."""
_REFUSED = "restoring-refused"
_JOURNAL = "restore.json"
_MOVED = (*TOP, f"{RECORDS}-wal", f"{RECORDS}-shm")


@dataclass(frozen=True, slots=True)
class Kept:
    """The files that a restore replaced."""

    folder: Path
    at: float
    """Unix time of the restore."""


def begin(data: Path, new: str) -> None:
    """From now on the files of the folder `new` are to be this data folder's; `finish` makes it so. Raises OSError."""
    _begin(data, new, f"{BEFORE}{time.time_ns() // 1_000_000}")


def finish(data: Path) -> str:
    """Do to the end what was begun; whoever calls has the folder's lock.

    The name of the folder with what was there before; empty when nothing was begun. Raises OSError.
    """
    journal = _read(data)
    if journal is None:
        return ""
    new, old = data / journal["new"], private_directory(data / journal["old"])
    if journal["step"] == "out":
        # A backup of before boxes had an authority leaves this box its own: whoever trusts it need not again.
        kept = () if any((new / name).exists() for name in AUTHORITY) else AUTHORITY
        _move(data, old, kept)
        _write(data, journal | {"step": "in"})
    if new.is_dir():
        _move(new, data)
    return journal["old"]


def confirm(data: Path) -> None:
    """What `finish` did is for good: only the newest files of before are kept. Raises OSError."""
    journal = _read(data)
    if journal is None:
        return
    if journal["old"] == _REFUSED:
        gone = [data / journal["new"], data / _REFUSED]
    else:
        gone = [folder for folder in (data / journal["new"], *_folders(data)) if folder.name != journal["old"]]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    remove_file(data / _JOURNAL)


def go_back(data: Path) -> None:
    """What `finish` brought cannot be used: begin to put back what was there. Raises OSError."""
    journal = _read(data)
    if journal is not None:
        shutil.rmtree(data / _REFUSED, ignore_errors=True)
        _begin(data, journal["old"], _REFUSED)


def kept(data: Path) -> list[Kept]:
    """What was there before restores, the newest first."""
    return sorted((Kept(path, _at(path.name)) for path in _folders(data)), key=lambda each: each.at, reverse=True)


def forget(data: Path) -> None:
    """Delete what was there before restores: cut off, it is gone all the same. Raises OSError."""
    for folder in _folders(data):
        gone = folder.rename(data / f"{STAGE}-{folder.name}")
        shutil.rmtree(gone, ignore_errors=True)


def is_begun(data: Path) -> bool:
    """Whether a restore waits for the next start."""
    return (data / _JOURNAL).exists()


def clear_stage(data: Path) -> None:
    """Throw away what was only looked at, unless a restore waits for it."""
    if not is_begun(data):
        for folder in data.glob(f"{STAGE}*"):
            shutil.rmtree(folder, ignore_errors=True)


def _folders(data: Path) -> list[Path]:
    return [path for path in data.glob(f"{BEFORE}*") if path.is_dir()]


def _begin(data: Path, new: str, old: str) -> None:
    _write(data, {"step": "out", "new": new, "old": old})


def _move(source: Path, target: Path, kept: Collection[str] = ()) -> None:
    """Move what there is, but for what is kept; what is there already was moved before a power cut."""
    for name in _MOVED:
        if name in kept:
            continue
        with contextlib.suppress(FileNotFoundError):
            os.replace(source / name, target / name)
    sync_directory(target)
    sync_directory(source)


def _at(name: str) -> float:
    digits = name.removeprefix(BEFORE)
    return int(digits) / 1000 if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0.0


def _write(data: Path, journal: dict[str, str]) -> None:
    write_file(data / _JOURNAL, json.dumps(journal).encode())


def _read(data: Path) -> dict[str, str] | None:
    try:
        journal: dict[str, str] = json.loads((data / _JOURNAL).read_bytes())
    except FileNotFoundError:
        return None
    return journal
