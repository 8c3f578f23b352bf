"""A stick that was plugged in gets a folder below /run/media: `python -m pbx.box.stick sda1`, as root, by systemd.

Anybody may plug in anything. So only common file systems are mounted, nothing on them can be run or be a device, none
of their faults may stop the box, and a folder does not simply get the name that somebody gave their stick.
"""

import pwd
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pbx.box.places import mounts

PLACE = Path("run/media")
"""Below /: folders can be made there although the root is read-only, and none remains after a power cut."""
USER = "durchwahl"
"""The owner of a stick whose file system has no owners: the exchange, for its backups."""
SAFE = "nosuid,nodev,noexec,noatime,errors=remount-ro"
"""For all. A file system may ask the kernel to panic when it finds a fault; not here."""
OWNED = "uid={user},gid={group},umask=0077"
KINDS: Mapping[str, str] = {"vfat": f"{OWNED},utf8,flush", "exfat": OWNED, "ext4": ""}
"""The file systems that are mounted, with their options in addition to SAFE; ext4 keeps its owners."""
LONGEST = 40
"""Characters of a name."""
SECONDS = 90.0
"""Seconds after which systemd has certainly given up."""

Properties = Mapping[str, str]
Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


def plug_in(device: str, run: Run, user: tuple[int, int], root: Path = Path("/")) -> str:
    """Mount it, if it is a stick; returns what became of it, for the log.

    `user` are the numbers of the user and group that will own it.
    """
    found = properties(run(["udevadm", "info", "--query=property", f"--path=/sys/class/block/{device}"]).stdout)
    kind = found.get("ID_FS_TYPE", "")
    if kind not in KINDS:
        return f"{device} is left alone: it holds {kind or 'nothing'}, and only FAT, exFAT and ext4 are mounted."
    if is_own(device, root):
        return f"{device} is left alone: it is on a disk that the system uses."
    options = ",".join(filter(None, (SAFE, KINDS[kind]))).format(user=user[0], group=user[1])
    why = "all its names are taken"
    for name in names(found, device):
        place = root / PLACE / name
        if place in [each.point for each in mounts(root)]:
            continue
        words = ["systemd-mount", "--quiet", "--collect", "--fsck=no", "--property=LazyUnmount=yes"]
        words += [f"--type={kind}", f"--options={options}", f"--description=Stick {name}", f"/dev/{device}", str(place)]
        done = run(words)
        if done.returncode == 0:
            return f"{device} is mounted at {place}."
        why = done.stderr.strip()
    return f"{device} cannot be mounted: {why}"


def properties(text: str) -> dict[str, str]:
    """What udev knows of a device, as udevadm prints it."""
    return {name: value for name, is_one, value in (line.partition("=") for line in text.splitlines()) if is_one}


def names(found: Properties, device: str) -> Iterator[str]:
    """Possible names of its folder, nicest first: the stick's; one that tells namesakes apart; one that is unique."""
    number = _tame(found.get("ID_FS_UUID", "")) or device
    label = _tame(_decoded(found.get("ID_FS_LABEL_ENC", "")))
    yield label or number
    yield f"{label or 'stick'}-{number}"
    yield f"{label or 'stick'}-{device}"


def is_own(device: str, root: Path = Path("/")) -> bool:
    """Whether its disk is mounted somewhere else than sticks are: a Pi may start from USB."""
    disk = _disk(root / "sys/class/block" / device)
    for each in mounts(root):
        if _disk(root / "sys/dev/block" / each.number) == disk and not each.point.is_relative_to(root / PLACE):
            return True
    return False


def _disk(device: Path) -> Path | None:
    """The disk that a partition is part of; None if it is not on a disk."""
    if not device.exists():
        return None
    here = device.resolve()
    return here.parent if (here / "partition").exists() else here


def _decoded(text: str) -> str:
    """udev writes special characters as \\x20 and so on, byte by byte."""
    plain = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())
    return plain.decode("utf-8", "replace")


def _tame(text: str) -> str:
    """Letters, digits, dashes: never a path, never a leading dot, never too long for a folder's name."""
    return re.sub(r"[^\w-]+", "_", text)[:LONGEST].strip("_-")


def main(device: str) -> int:
    """The program; its exit code."""
    if not re.fullmatch(r"[a-z0-9]+", device):
        print(f"{device!r} is no disk")
        return 2
    owner = pwd.getpwnam(USER)
    print(plug_in(device, _run, (owner.pw_uid, owner.pw_gid)))
    return 0


def _run(words: list[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"{words[0]} gave no answer in {SECONDS:.0f} seconds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
