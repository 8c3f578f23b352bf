"""Bundles that must not be installed: each is refused in words, and nothing is written."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from image import bundle, keys
from image.trial.box import Box
from image.trial.firmware import partitions
from image.trial.updating import bring, install, phase, state, why
from pbx import VERSION
from pbx.box.slots import BOOT

NEWER = "900.0"
RAUC = ("busctl", "call", "de.pengutronix.rauc", "/", "de.pengutronix.rauc.Installer", "GetSlotStatus")


def small(folder: Path, version: str, **options: Any) -> Path:
    """A bundle with next to nothing in it, which is refused before anything is missed."""
    about = folder / "root" / bundle.ABOUT.lstrip("/")
    about.parent.mkdir(parents=True)
    about.write_text(f'VERSION = "{VERSION}"\n')
    root, boot = folder / "root.ext4", folder / "boot.vfat"
    words = ("mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", folder / "root", root, "16M")
    subprocess.run(words, check=True)
    boot.write_bytes(random.Random(1).randbytes(100_000))
    return bundle.make(version, folder / "bundle", **{"boot": boot, "root": root, **options})


def equal(folder: Path) -> Path:
    return small(folder, VERSION)


def downgrade(folder: Path) -> Path:
    return small(folder, "0.0.1")


def compatible(folder: Path) -> Path:
    return small(folder, NEWER, compatible="another-box")


def signature(folder: Path) -> Path:
    """By keys that no box of ours believes in."""
    keys.ensure(folder / "stranger")
    return small(folder, NEWER, signed_with=folder / "stranger")


def room(folder: Path) -> Path:
    huge = folder / "huge.vfat"
    with huge.open("wb") as image:
        image.write(random.Random(2).randbytes(100_000))
        image.truncate(200 << 20)
    return small(folder, NEWER, boot=huge)


@pytest.mark.parametrize("reason", [equal, downgrade, compatible, signature, room])
def test_what_must_not_be_installed_is_refused(box: Box, tmp_path: Path, reason: Any) -> None:
    bring(box, reason(tmp_path))
    install(box)
    told = phase(box, "refused", "failed")
    assert (told["phase"], why(box)) == ("refused", reason.__name__)
    assert state(box)["version"] == VERSION
    assert box.do("update", "forget")["bundle"] is None


def free_slot(box: Box) -> str:
    """A checksum of the boot partition that an update is written to, on the card."""
    box.run("sync")
    place = partitions(box.card)[BOOT["b"]]
    with box.card.open("rb") as card:
        card.seek(place.start)
        return hashlib.sha256(card.read(len(place))).hexdigest()


def test_one_with_a_torn_block_is_given_up_before_anything_is_written(box: Box, tmp_path: Path) -> None:
    before = free_slot(box)
    made = small(tmp_path, NEWER)
    content = bytearray(made.read_bytes())
    content[5000] ^= 1
    made.write_bytes(content)
    bring(box, made)
    install(box)
    told = phase(box, "refused", "failed")
    assert (told["phase"], why(box)) == ("failed", "install")
    assert free_slot(box) == before
    assert "slot-b" not in box.run("ls", "/data/system/update").split(), "nor marked as bad"


def test_half_a_bundle_is_not_even_taken(box: Box, tmp_path: Path) -> None:
    made = small(tmp_path, NEWER)
    half = tmp_path / "half"
    half.write_bytes(made.read_bytes()[: made.stat().st_size // 2])
    subprocess.run(box.command("sh", "-c", "cat >/run/half"), stdin=half.open("rb"), check=True)
    box.do("update", "forget")
    said = box.run("sh", "-c", "durchwahl update offer /run/half 2>&1 && echo taken", check=False)
    assert "no update of Durchwahl, or not all of it" in said
    assert state(box)["bundle"] is None


def test_nobody_but_root_may_command_rauc(box: Box) -> None:
    box.run(*RAUC)
    said = box.run("sh", "-c", f"runuser -u durchwahl-web -- {' '.join(RAUC)} 2>&1", check=False)
    assert "denied" in said.lower()
