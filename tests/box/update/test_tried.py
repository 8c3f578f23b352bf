"""A system that is tried: kept when it is healthy, else the old one comes back, and the reason is told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pbx.box import slots
from pbx.box.slots import read
from pbx.box.update import rauc_backend, state
from pbx.box.update.rauc import NoAnswer
from pbx.box.update.tried import after_start
from tests.box.card import Card, Cut


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """A box whose new system is written and about to be tried."""
    card = Card(tmp_path)
    card.install()
    return card


def committed(card: Card) -> str | None:
    return read(card.folder / "select")


def test_a_healthy_system_is_kept(card: Card) -> None:
    card.start()
    assert (card.running, committed(card)) == ("b", "b")
    assert card.state()["state"] == "kept"
    assert (card.states / "slot-b").read_text() == "good\n"
    card.start()
    assert (card.running, card.state()["state"]) == ("b", "kept")


def test_the_next_update_goes_to_the_slot_that_is_free_now(card: Card) -> None:
    card.start()
    card.offered["version"] = "1.2"
    assert card.install()
    card.start()
    assert card.holds == {"a": "1.2", "b": "1.1"}
    assert committed(card) == "a"


def test_one_that_is_not_healthy_in_time_goes_back_and_says_why(card: Card) -> None:
    card.ill = {"1.1"}
    began = card.now
    card.start()
    assert 300 <= card.now - began < 320
    assert (card.running, committed(card)) == ("a", "a")
    state = card.state()
    assert (state["state"], state["why"]) == ("returned", "unhealthy")
    assert state["said"] == {"say": "{who}.", "with": {"who": "Nobody"}}


def test_one_whose_exchange_does_not_answer_at_all_goes_back(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "now", -1000.0)
    card.start()
    assert card.running == "a"
    assert (card.state()["state"], card.state()["why"]) == ("returned", "unhealthy")
    assert "said" not in card.state()


def test_one_that_does_not_start_is_told_by_the_old_one(card: Card) -> None:
    card.dead.add("1.1")
    card.start()
    assert (card.running, committed(card)) == ("a", "a")
    assert (card.state()["state"], card.state()["why"]) == ("returned", "not-started")


def test_what_was_told_is_told_once(card: Card) -> None:
    card.dead.add("1.1")
    card.start()
    state = card.state()
    card.now += 1000
    card.start()
    assert card.state() == state


def test_a_firmware_that_knows_no_trying_leaves_the_old_system(card: Card) -> None:
    card.tryboot = False
    card.start()
    assert (card.running, card.state()["why"]) == ("a", "not-started")


def test_a_slot_that_is_tried_by_hand_is_judged_too(tmp_path: Path) -> None:
    card = Card(tmp_path)
    card.holds["b"], card.tryboot = "0.9", True
    card.ill = {"0.9"}
    card.start()
    assert (card.running, card.state()["state"]) == ("a", "returned")


def test_rauc_that_does_not_answer_leaves_the_way_back_to_systemd(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "_status", lambda: {"slots": []})
    with pytest.raises(NoAnswer):
        card.start()
    assert committed(card) == "a"


@pytest.mark.parametrize("content", ["", "[all]\nboot_partition=7\n", None], ids=["empty", "rubbish", "missing"])
def test_a_torn_autoboot_txt_is_mended_for_the_system_that_runs(tmp_path: Path, content: str | None) -> None:
    card = Card(tmp_path)
    file = card.folder / "select/autoboot.txt"
    file.unlink()
    if content is not None:
        file.write_text(content)
    card.start()
    assert committed(card) == "a"
    assert card.install()


def test_but_not_for_one_that_is_being_tried(card: Card) -> None:
    (card.folder / "select/autoboot.txt").unlink()
    card.running, card.ill = "b", {"1.1"}
    after_start(card.world(), 300)
    assert committed(card) == "a"
    assert card.rebooted[-1] == ""


# --- the plug, pulled before each step


def a_whole_update(card: Card) -> None:
    """Install, start, keep or not."""
    if card.install():
        card.start()


UNTIL_TRIED = [
    *("state.json checking", "state.json checking", "state.json writing", "slot-b"),
    *("write the first half", "state.json writing", "write the second half", "mount boot-b", "cmdline.txt"),
    *("drain", "state.json trying", "restart 0 tryboot"),
]
KEPT = ["slot-b", "mount select", "autoboot.txt", "state.json kept"]
RETURNED = ["state.json returned", "restart"]


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Card]:
    """Makes cards whose plug is pulled after so many steps."""

    def make(steps: int) -> Card:
        card = Card(tmp_path / str(steps), steps)
        for module in (slots, state, rauc_backend):
            monkeypatch.setattr(module, "write_file", card.write_file)
        return card

    return make


@pytest.mark.parametrize("ill", [False, True], ids=["a healthy system", "one that is not"])
def test_wherever_the_plug_is_pulled_the_box_starts_and_can_be_updated(
    pulled: Callable[[int], Card], ill: bool
) -> None:
    every = [*UNTIL_TRIED, *(RETURNED if ill else KEPT)]
    for steps in range(len(every) + 1):
        card = pulled(steps)
        card.ill = {"1.1"} if ill else set()
        with contextlib.suppress(Cut):
            a_whole_update(card)
        assert card.done == every[:steps]
        card.left = 10**6
        card.tryboot = False  # the flag does not outlive the power
        card.start()
        kept = steps > every.index("autoboot.txt") if not ill else False
        assert card.holds[card.running] == ("1.1" if kept else "1.0")
        assert committed(card) == card.running
        # What is told is so, and nothing is still under way.
        assert outcome(card) == told_after(every[:steps], ill)
        # And it can be updated, whatever was left behind.
        card.ill, card.offered["version"] = set(), "1.2"
        a_whole_update(card)
        assert (card.holds[card.running], card.state()["state"]) == ("1.2", "kept")


def outcome(card: Card) -> tuple[str, str]:
    """What the exchange reads."""
    state = card.state() if (card.states / "state.json").exists() else {}
    return state.get("state", ""), state.get("why", "")


def told_after(done: list[str], ill: bool) -> tuple[str, str]:
    """What is to be told when the plug was pulled after these steps."""
    if "autoboot.txt" in done:
        return "kept", ""
    if "state.json returned" in done:
        return "returned", "unhealthy"
    if "state.json trying" in done:
        return "returned", "not-started"
    return ("failed", "broken-off") if done else ("", "")


def test_the_plug_is_pulled_again_and_again(pulled: Callable[[int], Card]) -> None:
    card = pulled(0)
    for steps in [*range(16), *range(16)]:
        card.left = steps
        with contextlib.suppress(Cut):
            a_whole_update(card)
            card.start()
        card.left, card.tryboot = 10**6, False
        card.start()
        assert committed(card) == card.running
        card.offered["version"] = f"1.{int(str(card.offered['version']).split('.')[1]) + 1}"
