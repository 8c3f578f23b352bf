"""The trial's firmware, on a card of our layout: it starts what the documentation says, and what the box means."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from image import layout
from image.trial.firmware import chosen
from pbx.box.slots import BOOT, Slot, autoboot


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card whose two boot partitions can be started."""
    card = tmp_path_factory.mktemp("card") / "card"
    with card.open("wb") as file:
        file.truncate(layout.length() * layout.SECTOR)
    subprocess.run(["sfdisk", "-q", card], input=layout.sfdisk(), text=True, check=True)
    for name in ("select", "boot-a", "boot-b"):
        part = card.with_name(name)
        size = str(layout.named(name).megabytes * 1024)
        subprocess.run(["mkfs.vfat", "-F", "32", "-C", part, size], check=True, capture_output=True)
        place = f"seek={layout.starts()[name] // layout.ALIGNED}"
        words = ["dd", f"if={part}", f"of={card}", "bs=1M", place, "conv=notrunc,sparse", "status=none"]
        subprocess.run(words, check=True)
        if name != "select":
            put(card, name, "start4.elf", "firmware")
    return card


def put(card: Path, partition: str, name: str, text: str) -> None:
    place = f"{card}@@{layout.starts()[partition] * layout.SECTOR}"
    subprocess.run(["mcopy", "-o", "-i", place, "-", f"::{name}"], input=text, text=True, check=True)


@pytest.fixture
def card(blank: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "--sparse=always", blank, tmp_path / "card"], check=True)
    return tmp_path / "card"


@pytest.mark.parametrize("slot", ["a", "b"])
def test_it_starts_what_is_committed_and_tries_the_other_one(card: Path, slot: Slot) -> None:
    put(card, "select", "autoboot.txt", autoboot(slot))
    other: Slot = "b" if slot == "a" else "a"
    assert (chosen(card, tryboot=False), chosen(card, tryboot=True)) == (BOOT[slot], BOOT[other])


@pytest.mark.parametrize(
    "text",
    [None, "", "[none]\nboot_partition=3\n", "boot_partition=1\n", "\0" * 90],
    ids=["none", "empty", "below none", "itself", "zeros"],
)
def test_without_a_file_it_can_read_it_takes_the_first_it_can_start(card: Path, text: str | None) -> None:
    if text is not None:
        put(card, "select", "autoboot.txt", text)
    assert chosen(card, tryboot=False) == BOOT["a"]
