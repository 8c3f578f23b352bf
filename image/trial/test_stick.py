"""Sticks that hands plug into the box and pull out: what folder each gets, and what it may do there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from image.trial.box import Box
from tests.peers.programs import until

SLOW = 180.0
FAT, EXFAT, EXT4 = ("mkfs.vfat", "-F", "32", "-n"), ("mkfs.exfat", "-L"), ("mke2fs", "-t", "ext4", "-e", "panic", "-L")
"""What makes the content of a stick; the last wants the kernel to give up at the first fault."""


def stick(folder: Path, name: str, label: str, kind: tuple[str, ...]) -> Path:
    """A stick's content."""
    path = folder / f"{name}.stick"
    with path.open("wb") as file:
        file.truncate(40 << 20)
    subprocess.run([*kind, label, path], check=True, capture_output=True)
    return path


def sticks(box: Box) -> dict[str, str]:
    """What is mounted below /run/media, with its options."""
    told = box.run("findmnt", "-rno", "TARGET,OPTIONS", check=False).splitlines()
    found = dict(line.split(" ", 1) for line in told if line.startswith("/run/media/"))
    return {place.removeprefix("/run/media/"): options for place, options in found.items()}


def test_sticks_are_mounted_under_their_names_and_cannot_do_any_harm(box: Box, tmp_path: Path) -> None:
    with box.hands() as hands:
        hands.plug_in(stick(tmp_path, "one", "BACKUP", FAT), "one")
        hands.plug_in(stick(tmp_path, "two", "BACKUP", EXFAT), "two")
        hands.plug_in(stick(tmp_path, "bad", "../../etc", EXT4), "bad")
        until(lambda: len(sticks(box)) == 3, "all are mounted", SLOW)
        found = sticks(box)
        assert {"BACKUP", "etc"} < {*found}
        for name, options in found.items():
            assert {"nosuid", "nodev", "noexec", "errors=remount-ro"} <= {*options.split(",")}, name
        box.run("runuser", "-u", "durchwahl", "--", "touch", "/run/media/BACKUP/written")
        for name in ("one", "two", "bad"):
            hands.pull_out(name)
    until(lambda: not sticks(box), "none is left mounted", SLOW)
    failed = box.run("systemctl", "--failed", "--plain", "--no-legend")
    assert "stick" not in failed
    assert "media" not in failed
