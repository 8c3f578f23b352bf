"""What RAUC asks about the slots: exactly the words of its documentation, and no others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import layout
from pbx.box.slots import BOOT, autoboot
from pbx.box.update import rauc_backend
from pbx.box.update.programs import Done, Heard, run
from pbx.box.update.rauc_backend import Backend, Impossible, main, mounted


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    """Of a new card whose slot a runs."""
    for name in ("1", "2", "3", "states"):
        (tmp_path / name).mkdir()
    (tmp_path / "1/autoboot.txt").write_text(autoboot("a"))

    @contextlib.contextmanager
    def at(number: int, writable: bool) -> Iterator[Path]:
        yield tmp_path / str(number)

    return Backend(at, tmp_path / "states", layout.cmdline("a"))


def test_the_primary_is_the_one_that_the_firmware_starts(backend: Backend) -> None:
    assert backend.do(["get-primary"]) == "a"
    assert backend.do(["set-primary", "b"]) == ""
    assert backend.do(["get-primary"]) == "b"
    assert backend.do(["get-current"]) == "a"


def test_on_a_new_card_the_slot_that_runs_is_good(backend: Backend) -> None:
    assert [backend.do(["get-state", slot]) for slot in "ab"] == ["good", "bad"]


def test_states_are_kept(backend: Backend) -> None:
    backend.do(["set-state", "b", "good"])
    backend.do(["set-state", "a", "bad"])
    assert [backend.do(["get-state", slot]) for slot in "ab"] == ["bad", "good"]
    (backend.states / "slot-a").write_text("rubbish")
    assert backend.do(["get-state", "a"]) == "good"


def test_the_written_slot_gets_its_own_command_line(backend: Backend, tmp_path: Path) -> None:
    for slot in ("a", "b"):
        (tmp_path / f"3/cmdline-{slot}.txt").write_text(layout.cmdline(slot))
    (tmp_path / "3/cmdline.txt").write_text(layout.cmdline("a"))
    backend.do(["installed"])
    assert (tmp_path / "3/cmdline.txt").read_text() == layout.cmdline("b")
    assert not list((tmp_path / "2").iterdir())


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["get-primary", "a"],
        ["set-primary"],
        ["set-primary", "c"],
        ["set-state", "a", "ugly"],
        ["get-state", "../a"],
    ],
)
def test_what_is_none_of_its_words_is_refused(backend: Backend, words: list[str]) -> None:
    with pytest.raises(Impossible):
        backend.do(words)


def test_an_autoboot_txt_that_leads_nowhere_is_said(backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "1/autoboot.txt").write_text("")
    with pytest.raises(Impossible):
        backend.do(["get-primary"])


def test_a_machine_that_is_not_our_box_has_no_slot(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get-current"]) == 1
    assert capsys.readouterr().out == ""


def test_partitions_are_named_as_the_layout_names_them() -> None:
    for name, number in (
        ("select", rauc_backend.SELECT),
        *((f"boot-{s}", n) for s, n in BOOT.items()),
    ):
        assert rauc_backend.PARTITION.format(number).endswith(f"/{layout.named(name).uuid}")


def test_a_partition_that_somebody_else_has_is_waited_for_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    asked: list[tuple[str, ...]] = []

    def programs(words: tuple[str, ...], heard: Heard) -> Done:
        asked.append(words)
        return Done(0 if words[0] == "umount" or now[0] > until else 32, "")

    def sleep(seconds: float) -> None:
        now[0] += seconds

    until = 3.0
    with mounted(1, True, programs, lambda: now[0], sleep) as place:
        assert place.is_dir()
        assert "rw," in asked[-1][4]
        assert asked[-1][-2:] == ("/dev/disk/by-partuuid/44776c31-01", str(place))
    assert " ".join(asked[-1]) == f"umount {place}"
    assert not place.exists()
    until = 1e9
    with pytest.raises(Impossible), mounted(1, False, programs, lambda: now[0], sleep):
        pass
    assert "ro," in asked[-1][4]


def test_programs_are_heard_line_by_line_and_a_missing_one_is_an_exit_code() -> None:
    lines: list[str] = []
    assert run(("printf", "one\\ntwo\\377\n"), lines.append) == Done(0, "one\ntwo\ufffd\n")
    assert lines == ["one", "two\ufffd"]
    assert run(("false",), lines.append).code == 1
    assert run(("/nowhere/at-all",), lines.append).code == 127
