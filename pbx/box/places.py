"""Folders for backups: which disk a folder is on, and which disks somebody plugged in, as the kernel tells it."""

import re
from pathlib import Path

PLUGGED = ("media", "mnt", "run/media")
"""Below these, disks are mounted that come and go."""


def mount_points(root: Path = Path("/")) -> list[Path]:
    """Where a disk is mounted in the machine whose files are below `root`; the latest last.

    systemd shows a service folders of the system's own disk, and of /run, as mounts of their own: no other disks.
    """
    found = mounts(root)
    own = {number for number, point in found if point == Path("/")}
    return [point for number, point in found if point == Path("/") or number not in own | {_above(point, found)}]


def _above(point: Path, found: list[tuple[str, Path]]) -> str:
    """The number of what is mounted above a mount point."""
    above = [(number, each) for number, each in reversed(found) if each in point.parents]
    return max(above, key=lambda each: _depth(each[1]), default=("", point))[0]


def mounts(root: Path = Path("/")) -> list[tuple[str, Path]]:
    """All that is mounted, the latest last: the number of its device, like "8:1", and where."""
    try:
        lines = (root / "proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    found = [fields for line in lines if len(fields := line.split(" ")) > 9]
    return [(fields[2], Path(_unescaped(fields[4]))) for fields in found]


def mount_of(folder: Path, points: list[Path]) -> Path:
    """The mount point a folder (without symbolic links in it) is below."""
    return max((point for point in points if folder.is_relative_to(point)), key=_depth, default=Path("/"))


def is_plugged(point: Path, root: Path = Path("/")) -> bool:
    """Whether it is where disks are mounted that come and go."""
    return any((root / name) in (point, *point.parents) for name in PLUGGED)


def plugged(root: Path = Path("/")) -> list[Path]:
    """The disks that are plugged in, or lent by the network, each once."""
    return sorted({point for point in mount_points(root) if is_plugged(point, root)})


def _depth(point: Path) -> int:
    return len(point.parts)


def _unescaped(text: str) -> str:
    """The kernel writes blank, tab, newline and backslash as \\040 and so on (proc_pid_mountinfo(5))."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
