"""Folders for backups: which disk a folder is on, and which disks somebody plugged in, as the kernel tells it."""

import re
from pathlib import Path
from typing import NamedTuple

PLUGGED = ("media", "mnt", "run/media")
"""Below these, disks are mounted that come and go."""


class Mount(NamedTuple):
    """One line of proc_pid_mountinfo(5)."""

    number: str
    """Of its device, like "8:1"."""
    point: Path
    kind: str
    """Of file system: vfat, nfs4 ..."""
    options: frozenset[str]
    """Of this mount and of its file system."""


def mount_points(root: Path = Path("/")) -> list[Path]:
    """Where a disk is mounted in the machine whose files are below `root`; the latest last.

    systemd shows a service folders of the system's own disk, and of /run, as mounts of their own: no other disks.
    """
    found = mounts(root)
    return [each.point for each in _apart(found)]


def _apart(found: list[Mount]) -> list[Mount]:
    """Those that are more than a folder of what is mounted above them."""
    own = {each.number for each in found if each.point == Path("/")}
    return [each for each in found if each.point == Path("/") or each.number not in own | {_above(each.point, found)}]


def _above(point: Path, found: list[Mount]) -> str:
    """The number of what is mounted above a mount point."""
    above = [(each.number, each.point) for each in reversed(found) if each.point in point.parents]
    return max(above, key=lambda each: _depth(each[1]), default=("", point))[0]


def mounts(root: Path = Path("/")) -> list[Mount]:
    """All that is mounted, the latest last."""
    try:
        lines = (root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    return [_mount(fields, fields.index("-", 6)) for line in lines if "-" in (fields := line.split(" "))[6:-3]]


def _mount(fields: list[str], end: int) -> Mount:
    """A line of it: the facts about the file system follow the hyphen at `end`."""
    options = frozenset((*fields[5].split(","), *fields[end + 3].split(",")))
    return Mount(fields[2], Path(_unescaped(fields[4])), fields[end + 1], options)


def mount_of(folder: Path, points: list[Path]) -> Path:
    """The mount point a folder (without symbolic links in it) is below."""
    return max((point for point in points if folder.is_relative_to(point)), key=_depth, default=Path("/"))


def is_plugged(point: Path, root: Path = Path("/")) -> bool:
    """Whether it is where disks are mounted that come and go."""
    return any((root / name) in (point, *point.parents) for name in PLUGGED)


def plugged(root: Path = Path("/")) -> list[Mount]:
    """What is plugged in, or lent by the network: at each place what was mounted there last."""
    found = {each.point: each for each in _apart(mounts(root)) if is_plugged(each.point, root)}
    # autofs waits there for a disk that nobody has asked for yet.
    return [each for _, each in sorted(found.items()) if each.kind != "autofs"]


def capacity(mount: Mount, root: Path = Path("/")) -> int | None:
    """Bytes of the disk that is mounted there, by its driver: no disk is waited for. None for what has no disk."""
    try:
        return int((root / "sys/dev/block" / mount.number / "size").read_text("ascii")) * 512
    except (OSError, ValueError):
        return None


def _depth(point: Path) -> int:
    return len(point.parts)


def _unescaped(text: str) -> str:
    """The kernel writes blank, tab, newline and backslash as \\040 and so on (proc_pid_mountinfo(5))."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
