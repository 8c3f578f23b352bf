"""An update on the box: what is refused, what is written, and when the machine starts again."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from pbx.box import slots
from pbx.box.update import state
from pbx.box.update.install import numbers
from pbx.store.disk.atomic import write_file
from tests.box.card import HALF, MEGABYTE, Card


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path)


def test_a_newer_system_is_written_to_the_other_slot_and_tried(card: Card) -> None:
    assert card.install()
    assert card.rebooted == ["0 tryboot"]
    assert card.holds == {"a": "1.0", "b": "1.1"}
    assert slots.read(card.folder / "select") == "a", "until it is kept the firmware starts the old one"
    state = card.state()
    assert (state["state"], state["from"], state["to"], state["slot"]) == ("trying", "1.0", "1.1", "b")


def test_the_written_slot_has_its_own_command_line_and_is_marked_bad_until_it_was_healthy(card: Card) -> None:
    card.install()
    assert (card.folder / "boot-b/cmdline.txt").read_text() == "of slot b"
    assert (card.states / "slot-b").read_text() == "bad\n"


def test_what_is_told_may_be_read_by_everybody_and_has_its_time(card: Card) -> None:
    card.install()
    assert (card.states / "state.json").stat().st_mode & 0o777 == 0o644
    assert card.state()["at"] == int(1.7e9 + card.now)


@pytest.mark.parametrize(
    ("offered", "why"),
    [
        ({"version": "1.0"}, "equal"),
        ({"version": "1.0.0"}, "equal"),
        ({"version": "0.9.9"}, "downgrade"),
        ({"version": "0.10"}, "downgrade"),
        ({"version": "new"}, "compatible"),
        ({"version": "1.1; reboot"}, "compatible"),
        ({"compatible": "somebody-elses-box"}, "compatible"),
        ({"size": 1201 * MEGABYTE}, "room"),
    ],
)
def test_what_must_not_be_installed_is_refused_before_anything_is_written(
    card: Card, offered: dict[str, str], why: str
) -> None:
    card.offered |= offered
    assert not card.install()
    assert (card.state()["state"], card.state()["why"]) == ("refused", why)
    assert card.holds["b"] == ""
    assert card.rebooted == []


def test_a_bundle_without_our_signature_is_refused(card: Card) -> None:
    card.signed = False
    assert not card.install()
    assert (card.state()["state"], card.state()["why"]) == ("refused", "signature")
    assert "to" not in card.state()


def test_a_bundle_that_is_not_there_is_said(card: Card) -> None:
    (card.folder / "data/update/bundle.raucb").unlink()
    assert not card.install()
    assert card.state()["why"] == "no-bundle"


def test_a_bundle_that_turns_out_damaged_leaves_the_old_system_and_takes_calls_again(card: Card) -> None:
    card.breaks = "LastError: Installation error: Failed to read: Input/output error"
    assert not card.install()
    assert (card.state()["state"], card.state()["why"]) == ("failed", "install")
    assert card.holds == {"a": "1.0", "b": HALF}
    card.start()
    assert card.running == "a"
    card.breaks = ""
    assert card.install(), "and the next one is installed over what is left"


def test_what_was_exchanged_between_checking_and_writing_is_not_tried(card: Card) -> None:
    """The file is the exchange's, which may be in wrong hands: an older bundle is signed too."""

    def exchange() -> None:
        card.offered["version"] = "0.5"

    card.on_install = exchange
    assert not card.install()
    assert card.state()["state"] == "failed"
    assert card.rebooted == []


def test_while_a_system_is_tried_no_other_is_written_over_the_good_one(card: Card) -> None:
    card.install()
    card.running = "b"
    card.offered["version"] = "1.2"
    assert not card.install()
    assert card.holds == {"a": "1.0", "b": "1.1"}
    assert card.state()["state"] == "trying"


def test_rauc_that_gives_no_answer_is_told_of_this_update_and_not_of_the_last(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.install()
    card.start()
    assert (card.state()["state"], card.state()["to"]) == ("kept", "1.1")
    monkeypatch.setattr(card, "_status", lambda: {"slots": []})
    assert not card.install()
    state = card.state()
    assert (state["state"], state["why"], state["from"], "to" in state) == ("failed", "install", "1.1", False)


def test_but_what_is_told_of_a_system_that_is_tried_goes_on(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    card.install()
    monkeypatch.setattr(card, "_status", lambda: {"slots": []})
    assert not card.install()
    assert card.state()["state"] == "trying"


def test_calls_may_end_before_the_restart_but_not_for_ever(card: Card) -> None:
    card.calls = 10
    assert card.install()
    began = card.now
    assert card.calls == 0
    card.running, card.calls, card.offered["version"] = "a", 10**6, "1.2"
    assert card.install(drain=60)
    assert 90 <= card.now - began < 100


@pytest.mark.parametrize("answer", [None, [], {}, {"calls": None}, {"calls": "many"}, {"calls": math.inf}])
def test_an_exchange_in_wrong_hands_keeps_no_update_from_being_tried(
    card: Card, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(card, "ask", lambda *_: answer)
    assert card.install()
    assert card.rebooted == ["0 tryboot"]


def test_the_progress_is_told_while_it_is_written(card: Card) -> None:
    seen = []
    card.on_install = lambda: seen.append((card.state()["state"], card.state()["progress"]))
    card.install()
    assert seen == [("writing", 40)]


def test_a_disk_that_is_full_ends_the_update_before_it_begins(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "write_file", full)
    with pytest.raises(OSError, match="No space left"):
        card.install()
    assert card.holds["b"] == ""


def test_a_disk_that_becomes_full_meanwhile_leaves_the_old_system(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes, mode: int) -> None:
        if b"draining" in content or b"trying" in content:
            raise OSError(28, "No space left on device")
        write_file(path, content, mode)

    monkeypatch.setattr(state, "write_file", full)
    assert not card.install()
    assert card.state()["state"] == "failed"
    card.start()
    assert card.running == "a"


@pytest.mark.parametrize(
    ("older", "newer"), [("1.0", "1.0.1"), ("1.9", "1.10"), ("0.9.9", "1"), ("2.0", "10.0"), ("", "0.1")]
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert numbers(older) < numbers(newer)
