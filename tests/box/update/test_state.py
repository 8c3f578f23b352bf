"""The two programs of an update, as systemd starts them."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from pbx.box.update import __main__
from tests.box.card import Card


def test_a_wish_that_comes_while_the_last_update_is_settled_waits_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, waits = Card(tmp_path), threading.Event()
    held = os.open(card.states / __main__.LOCK, os.O_RDONLY | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    lock = fcntl.flock

    def flock(handle: int, how: int) -> None:
        waits.set()
        lock(handle, how)

    monkeypatch.setattr(__main__, "FOLDER", card.states)
    monkeypatch.setattr(__main__, "real", card.world)
    monkeypatch.setattr(fcntl, "flock", flock)
    codes: list[int] = []
    wish = threading.Thread(target=lambda: codes.append(__main__.main(["install", "--drain", "0"])))
    wish.start()
    assert waits.wait(5)
    assert not (card.states / "state.json").exists()
    os.close(held)
    wish.join(5)
    assert (codes, card.state()["state"]) == ([0], "trying")


def test_nobody_but_root_may_hold_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(tmp_path)
    monkeypatch.setattr(__main__, "FOLDER", card.states)
    monkeypatch.setattr(__main__, "real", card.world)
    anybody = os.open(card.states, os.O_RDONLY)
    fcntl.flock(anybody, fcntl.LOCK_EX)
    assert __main__.main(["tried"]) == 0
    os.close(anybody)
    assert (card.states / __main__.LOCK).stat().st_mode & 0o777 == 0o600
