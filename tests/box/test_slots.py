"""Which slot the firmware starts, and that no autoboot.txt loses the box."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image import layout
from pbx.box import slots
from pbx.box.slots import Slot, autoboot, booted, commit, committed, other, read

BOTH: tuple[Slot, Slot] = ("a", "b")
either = st.sampled_from(BOTH)
LINES = st.sampled_from(
    ["[all]", "[tryboot]", "[none]", "[pi4]", "boot_partition=2", "boot_partition=3", "tryboot_a_b=1", "tryboot_a_b=0"]
)


@pytest.mark.parametrize("slot", BOTH)
def test_it_names_the_partitions_that_the_image_has(slot: Slot) -> None:
    assert {each: layout.named(f"boot-{each}").number for each in BOTH} == slots.BOOT
    assert len(autoboot(slot)) <= slots.LONGEST


@pytest.mark.parametrize("slot", BOTH)
def test_what_was_written_is_read(slot: Slot) -> None:
    assert committed(autoboot(slot).encode()) == slot
    assert committed(autoboot(slot).replace("\n", "\r\n").encode()) == slot
    assert other(other(slot)) == slot


@given(st.binary(max_size=600))
def test_whatever_stands_there_is_a_slot_or_nothing(content: bytes) -> None:
    assert committed(content) in ("a", "b", None)


@given(either, st.integers(0, 100))
def test_a_file_cut_off_anywhere_never_leads_to_the_other_slot(slot: Slot, length: int) -> None:
    assert committed(autoboot(slot).encode()[:length]) in (slot, None)


@given(either, st.integers(0, 100), st.integers(0, 100))
def test_zeros_in_the_middle_never_lead_to_the_other_slot(slot: Slot, start: int, length: int) -> None:
    content = bytearray(autoboot(slot).encode())
    content[start : start + length] = bytes(len(content[start : start + length]))
    assert committed(bytes(content)) in (slot, None)


@given(st.lists(LINES, max_size=12))
def test_a_slot_is_told_only_if_the_firmware_would_start_it_and_could_try_the_other(lines: list[str]) -> None:
    slot = committed("\n".join(lines).encode())
    if slot is not None:
        assert f"boot_partition={slots.BOOT[slot]}" in lines
        assert f"boot_partition={slots.BOOT[other(slot)]}" in lines
        assert "tryboot_a_b=1" in lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[all]\nboot_partition=2\n",
        "[all]\nboot_partition=2\n[tryboot]\nboot_partition=3\n",
        "[all]\ntryboot_a_b=1\nboot_partition=1\n[tryboot]\nboot_partition=3\n",
        "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=2\n",
        "[none]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n",
        autoboot("a") + "#" * 600,
    ],
    ids=["empty", "nothing to try", "not by partitions", "partition 1", "the same twice", "below none", "too long"],
)
def test_a_file_that_could_not_try_the_other_slot_is_as_good_as_none(text: str) -> None:
    assert committed(text.encode()) is None


def test_the_command_line_tells_which_slot_runs() -> None:
    assert booted(layout.cmdline("a")) == "a"
    assert booted(layout.cmdline("b")) == "b"
    assert booted("root=/dev/sda1 rauc.slot=c quiet") is None


@pytest.mark.parametrize("before", [autoboot("a"), "", "rubbish", None], ids=["whole", "empty", "rubbish", "missing"])
def test_committing_mends_whatever_was_there(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        (tmp_path / "autoboot.txt").write_text(before)
    (tmp_path / ".autoboot.txt.left.new").write_text("of a plug that was pulled")
    commit(tmp_path, "b")
    assert read(tmp_path) == "b"
    assert [each.name for each in tmp_path.iterdir()] == ["autoboot.txt"]


def test_what_is_so_already_is_not_written_again(tmp_path: Path) -> None:
    commit(tmp_path, "a")
    before = (tmp_path / "autoboot.txt").stat()
    commit(tmp_path, "a")
    assert (tmp_path / "autoboot.txt").stat().st_ino == before.st_ino


def test_a_folder_that_is_not_there_has_no_slot(tmp_path: Path) -> None:
    assert read(tmp_path / "nowhere") is None
