"""docs/moving.md, done: this card in a new Pi, and this backup in a new box."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.backup import backup
from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from tests.administration.beside import quick_backups
from tests.box import pi
from tests.threats.box import Box, besiege
from tests.threats.ends import Phone, conversation, phone

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"


def old_box(folder: Path) -> list[dict[str, Any]]:
    """An office in which a call was made; the accounts of its two phones."""
    accounts: list[dict[str, Any]] = []

    async def script(box: Box) -> None:
        phones = [await phone(box, extension) for extension in ("21", "22")]
        talk, _ = await conversation(box, *phones)
        assert await talk.hang_up() == 200
        await box.until(lambda: not box.calls)
        names = ("username", "password", "extension")
        accounts.extend({name: getattr(each, name) for name in names} for each in phones)

    besiege(folder, script)
    return accounts


def works_at(folder: Path, accounts: list[dict[str, Any]], root: Path) -> dict[str, str]:
    """Start on the folder at another address; phones that are told it get through. The doctor's states by name."""
    states: dict[str, str] = {}

    async def script(box: Box) -> None:
        box.daemon.desk.host.root = root
        phones = [Phone(box, account) for account in accounts]
        for each in phones:
            await each.register()
        talk, other = await conversation(box, *phones)
        for _ in range(5):
            talk.voice.say(talk.remote)
            await box.pass_time(0.02, 0.01)
        assert other.voice.heard()
        assert await talk.hang_up() == 200
        await box.until(lambda: not box.calls)
        assert len(await box.history()) == 2, "the old box's call, and this one"
        states.update({each["name"]: each["state"] for each in await box.do("doctor")})

    besiege(folder, script)
    return states


@pytest.fixture
def new_pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another machine: its id, its name and its network are not those of before."""
    monkeypatch.setattr(socket, "gethostname", lambda: "another-pi")
    monkeypatch.setattr(backup, "own_address", lambda: "192.0.2.77")
    return pi.make(tmp_path / "pi", {"etc/machine-id": "f" * 32 + "\n"})


def test_the_card_of_a_dead_pi_goes_on_in_a_new_one(
    tmp_path: Path, new_pi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = old_box(tmp_path / "data")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() % 1000)  # the new Pi has no clock yet
    states = works_at(tmp_path / "data", accounts, new_pi)
    assert states["clock"] == "fail", "which the doctor says; calls do not mind"
    assert states["records"] == "ok"


def test_a_backup_in_a_new_box_brings_the_office_back(
    tmp_path: Path, quick_backups: None, new_pi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = old_box(tmp_path / "old")
    old = open_desk(tmp_path / "old")
    old.host.root = pi.make(tmp_path / "old-pi")
    stick = tmp_path / "stick"
    stick.mkdir()
    perform(old, "nightly set", {"folder": str(stick), "password": PASSWORD})
    with monkeypatch.context() as there:
        there.setattr(backup, "own_address", lambda: "192.0.2.10")
        perform(old, "nightly now", {})
    office = old.office
    old.close()
    shutil.rmtree(old.data)  # nothing else is left
    [file] = stick.iterdir()
    new = open_desk(tmp_path / "new")
    (new.data / "backups").mkdir()
    shutil.copy(file, new.data / "backups")
    opened = perform(new, "backup open", {"name": file.name, "password": PASSWORD})
    assert any("192.0.2.77" in str(note) for note in opened["notes"]), "phones must be told the new address"
    perform(new, "backup restore", {"opened": opened["opened"]})
    new.close()
    states = works_at(tmp_path / "new", accounts, new_pi)
    assert states["records"] == "ok"
    again = open_desk(tmp_path / "new")
    assert again.office == office
    assert perform(again, "nightly now", {})["name"], "and the nights go on with the same password"
    again.close()
