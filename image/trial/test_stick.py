"""Sticks that hands plug into the box and pull out: the folder each gets, what it may do there, the backup on it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pyrage

from image.trial.box import Box
from tests.peers.programs import until

SLOW = 180.0
FAT, EXFAT, EXT4 = ("mkfs.vfat", "-F", "32", "-n"), ("mkfs.exfat", "-L"), ("mke2fs", "-t", "ext4", "-e", "panic", "-L")
"""What makes the content of a stick; the last wants the kernel to give up at the first fault."""


PASSWORD = "a horse that reads by night"


def stick(folder: Path, name: str, label: str, kind: tuple[str, ...], megabytes: int = 40) -> Path:
    """A stick's content."""
    path = folder / f"{name}.stick"
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
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


def files(stick: Path) -> list[str]:
    """What a PC sees on it."""
    told = subprocess.run(["mdir", "-b", "-a", "-i", stick, "::"], check=True, capture_output=True, text=True).stdout
    return [line.removeprefix("::/") for line in told.split("\n") if line]


def nightly(box: Box) -> Any:
    """What became of the last backups."""
    return box.do("nightly", "show")


def test_a_backup_goes_to_the_stick_also_after_one_that_was_pulled_while_it_was_written(
    box: Box, tmp_path: Path
) -> None:
    path = stick(tmp_path, "nights", "NIGHTS", FAT, megabytes=300)
    box.do("user", "add", "Alice", "--extension", "21")
    with box.hands() as hands:
        hands.plug_in(path, "nights")
        until(lambda: "NIGHTS" in sticks(box), "it is mounted", SLOW)
        box.run("sh", "-c", f"echo '{PASSWORD}' | durchwahl nightly set --folder /run/media/NIGHTS --password-file -")
        # A greeting of a hundred megabytes, so that writing takes its time.
        long = "/data/durchwahl/greetings/long.wav"
        as_exchange = f"mkdir -p {long.rpartition('/')[0]}; head -c 100000000 /dev/urandom >{long}"
        box.run("runuser", "-u", "durchwahl", "--", "sh", "-c", as_exchange)
        writing = subprocess.Popen(box.command("durchwahl", "nightly", "now"), stderr=subprocess.PIPE, text=True)
        until(lambda: box.run("find", "/run/media/NIGHTS", "-size", "+4M"), "it is being written", SLOW)
        hands.pull_out("nights")
        said = writing.communicate(timeout=SLOW)[1]
        assert writing.returncode != 0
        assert "pulled" in said, said  # whether it was, or may have been: the kernel takes its time
        assert "pulled" in str(nightly(box)["failed"])
        until(lambda: not sticks(box), "it is not mounted any more", SLOW)
        assert box.page("/")[0] < 400, "the exchange goes on"

        box.run("rm", long)
        hands.plug_in(path, "again")
        until(lambda: "NIGHTS" in sticks(box), "it is mounted", SLOW)
        box.do("nightly", "now")
        told = nightly(box)
        assert told["failed"] is None
        hands.pull_out("again")
    assert [name for name in files(path) if not name.startswith(".")] == [told["last"]["name"]], "no half ones"
    copy = tmp_path / "backup"
    subprocess.run(["mcopy", "-n", "-i", path, f"::{told['last']['name']}", copy], check=True)
    plain = pyrage.passphrase.decrypt(copy.read_bytes(), PASSWORD)
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        settings = archive.extractfile("settings.json")
        assert settings is not None
        assert b"Alice" in settings.read()
