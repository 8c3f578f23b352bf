"""How the card is divided, and what the firmware reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from image import layout
from pbx.box.slots import autoboot

ROOT = Path(__file__).parents[2]


def table(card: Path) -> dict[int, tuple[int, int]]:
    """Start and size in sectors by number, as sfdisk reads the card."""
    table = json.loads(subprocess.run(["sfdisk", "-J", card], check=True, capture_output=True).stdout)
    parts = table["partitiontable"]["partitions"]
    return {int(part["node"].removeprefix(str(card))): (part["start"], part["size"]) for part in parts}


def write(card: Path) -> None:
    with card.open("wb") as file:
        file.truncate(layout.length() * layout.SECTOR)
    subprocess.run(["sfdisk", "-q", card], input=layout.sfdisk(), text=True, check=True)


def test_no_two_partitions_overlap_and_all_begin_at_whole_megabytes() -> None:
    places, end = layout.starts(), 0
    for partition in layout.PARTITIONS:
        start = places[partition.name]
        assert start >= end
        assert start % layout.ALIGNED == 0
        end = start + partition.megabytes * layout.ALIGNED
    assert end == layout.length()


def test_it_fits_a_card_of_four_gigabytes() -> None:
    assert layout.length() * layout.SECTOR < 3.6e9


def test_both_slots_are_of_one_size() -> None:
    for kind in ("boot", "root"):
        assert layout.named(f"{kind}-a").megabytes == layout.named(f"{kind}-b").megabytes


def test_the_slot_that_is_not_booted_is_the_one_to_try() -> None:
    assert autoboot("a").splitlines() == [
        "[all]",
        "tryboot_a_b=1",
        "boot_partition=2",
        "[tryboot]",
        "boot_partition=3",
    ]
    assert "boot_partition=3\n[tryboot]\nboot_partition=2\n" in autoboot("b")


def test_each_slot_has_a_root_of_its_own_and_both_the_same_data() -> None:
    a, b = layout.cmdline("a").split(), layout.cmdline("b").split()
    assert {*a} ^ {*b} == {"root=PARTUUID=44776c31-05", "root=PARTUUID=44776c31-06", "rauc.slot=a", "rauc.slot=b"}
    assert "durchwahl.data=PARTUUID=44776c31-07" in a
    assert "ro" in a
    assert "\n" not in layout.cmdline("a")


def test_the_screen_is_the_last_console_and_the_pins_of_every_pi_are_among_them() -> None:
    consoles = [word for word in layout.cmdline("a").split() if word.startswith("console=")]
    assert consoles[-1] == "console=tty0"
    assert {"console=ttyS1,115200", "console=ttyAMA10,115200"} <= {*consoles}


def test_the_boxs_table_of_mounts_names_the_partition_that_the_layout_has() -> None:
    assert f"PARTUUID={layout.named('select').uuid} /boot/select" in (ROOT / "image/files/etc/fstab").read_text()


def test_sfdisk_makes_the_table_as_it_was_calculated(tmp_path: Path) -> None:
    write(tmp_path / "card")
    found, places = table(tmp_path / "card"), layout.starts()
    for partition in layout.PARTITIONS:
        assert found[partition.number] == (places[partition.name], partition.megabytes * layout.ALIGNED)
    assert found[4][0] == places["extended"]


def test_growing_moves_nothing_and_may_be_cut_off_between_its_two_steps(tmp_path: Path) -> None:
    card = tmp_path / "card"
    write(card)
    before = table(card)
    with card.open("r+b") as file:
        file.truncate(8 << 30)
    for number in (4, 4, 7):  # as image/files/usr/lib/durchwahl-image/grow does; the first time the plug was pulled
        subprocess.run(["sfdisk", "-q", "--no-reread", "-N", str(number), card], input=",+", text=True, check=True)
    after = table(card)
    assert {number: place for number, (place, _) in after.items()} == {n: place for n, (place, _) in before.items()}
    assert sum(after[7]) == sum(after[4]) == (8 << 30) // layout.SECTOR
    assert {number: after[number] for number in (1, 2, 3, 5, 6)} == {n: before[n] for n in (1, 2, 3, 5, 6)}
