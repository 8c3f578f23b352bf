"""Passwords in clear, as version 1 kept them, go from the folder and its copies once no older version comes back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.protocol import Refused
from pbx.daemon import office_work
from pbx.daemon.daemon import Daemon
from pbx.store.backup import restoring
from pbx.store.secrets import vault
from pbx.store.secrets.box_secret import FILE
from pbx.store.settings import settings, settings_file, settings_versions
from pbx.store.settings.settings import Settings, read_office
from tests.administration.beside import quick_backups
from tests.administration.made_updates import Root
from tests.peers.programs import free_ports, own_host

__all__ = ["quick_backups"]

PHONE, OLD_PHONE, GONE_PHONE = "telefongeheim", "telefongeheim-davor", "telefongeheim-weg"
TRUNK, OLD_TRUNK = "amtsgeheimnis", "amtsgeheimnis-davor"
NIGHT = f"{'n' * 24}.{'k' * 120}"
OLD_NIGHT = f"{'o' * 24}.{'k' * 120}"
CLEAR = (PHONE, OLD_PHONE, GONE_PHONE, TRUNK, OLD_TRUNK, NIGHT, OLD_NIGHT)

OFFICE = {"version": 1, "understood_from": 1, "name": "Büro", "backup_folder": "/media/stick", "backup_mount": "/",
          "backup_key": NIGHT}  # fmt: skip
SETTINGS = {
    "office": {"1": OFFICE},
    "people": {"1": {"extension": "21", "name": "Anna"}},
    "phones": {"1": {"username": "anna", "extension": "21", "password": PHONE, "label": "desk"}},
    "trunks": {"1": {"name": "amt", "user": "4930", "domain": "sip.example.org", "password": TRUNK}},
}
CHANGES: list[dict[str, Any]] = [
    {"table": "phones", "was": "gone", "now": "", "name": "Anna", "after": {},
     "before": {"username": "gone", "extension": "21", "password": GONE_PHONE, "label": ""}},
    {"table": "trunks", "was": "amt", "now": "amt", "name": "amt", "before": {"password": OLD_TRUNK},
     "after": {"password": TRUNK}},
    {"table": "phones", "was": "anna", "now": "anna", "name": "Anna", "before": {"password": OLD_PHONE},
     "after": {"password": PHONE}},
    {"table": "office", "was": "office", "now": "office", "name": "", "before": {"backup_key": OLD_NIGHT},
     "after": {"backup_key": NIGHT}},
]  # fmt: skip


def fill(folder: Path) -> None:
    """What version 1 left: settings, what it had set aside of them, and its list of changes."""
    open_desk(folder).close()
    (folder / FILE).unlink(missing_ok=True)
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    with closing(sqlite3.connect(folder / "records.sqlite", isolation_level=None)) as records:
        for change in CHANGES:
            records.execute(
                "INSERT INTO changes (at, who, role, verb, differences, along) VALUES (1, 'x', 'admin', 'x', ?, ?)",
                [json.dumps([change]), json.dumps({"moved": [], "handed": []})],
            )


def found(folder: Path) -> dict[str, list[str]]:
    """Which files hold which passwords in clear."""
    files = (path for path in folder.rglob("*") if path.is_file())
    holding = {str(path.relative_to(folder)): [text for text in CLEAR if text.encode() in path.read_bytes()]
               for path in files}  # fmt: skip
    return {name: texts for name, texts in holding.items() if texts}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    fill(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def desk(data: Path) -> Iterator[Desk]:
    desk = open_desk(data)
    yield desk
    desk.close()


def test_nothing_is_left_in_clear_and_all_of_it_is_known(data: Path, desk: Desk) -> None:
    desk.close()
    assert found(data) == {}
    assert (data / "settings.json").stat().st_mode & 0o777 == 0o600
    again = open_desk(data)
    phone, trunk = again.office.phones["anna"], again.office.trunks["amt"]
    assert (again.folder.vault.password_of(phone), again.folder.vault.password_of(trunk)) == (PHONE, TRUNK)
    assert again.folder.vault.opened([again.office.backup_key])[again.office.backup_key] == NIGHT
    assert (phone.label, again.office.name) == ("desk", "Büro")
    again.close()


def test_what_was_changed_before_can_still_be_undone(desk: Desk) -> None:
    for change in (4, 3, 2, 1):
        perform(desk, "change undo", {"id": change})
    phones, trunk = desk.office.phones, desk.office.trunks["amt"]
    known = {name: desk.folder.vault.password_of(phone) for name, phone in phones.items()}
    assert known == {"anna": OLD_PHONE, "gone": GONE_PHONE}
    assert desk.folder.vault.password_of(trunk) == OLD_TRUNK
    assert not found(desk.data)


def test_a_change_and_its_undoing_bring_the_old_password_back(desk: Desk) -> None:
    before = desk.office
    perform(desk, "phone renew", {"username": "anna"})
    perform(desk, "trunk set", {"trunk": "amt", "password": "something else"})
    perform(desk, "phone remove", {"username": "anna"})
    for _ in range(3):
        newest = next(each for each in perform(desk, "change list", {}) if each["undoable"] and not each["undoes"])
        perform(desk, "change undo", {"id": newest["id"]})
    assert desk.office == before
    assert not found(desk.data)


def test_a_password_typed_into_the_file_by_hand_does_not_stay_there(data: Path, desk: Desk) -> None:
    perform(desk, "user add", {"name": "Bert", "extension": "22"})
    desk.close()
    content = json.loads((data / "settings.json").read_bytes())
    content["phones"]["7"] = {"username": "bert", "extension": "22", "password": PHONE}
    (data / "settings.json").write_text(json.dumps(content))
    again = open_desk(data)
    assert again.folder.vault.password_of(again.office.phones["bert"]) == PHONE
    assert found(data) == {}
    again.close()


def test_while_an_update_is_tried_the_older_version_can_still_ring(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Root(tmp_path / "root")
    root.tells("trying", 1000.0)
    before = (data / "settings.json").read_bytes()
    tried = open_desk(data, root=tmp_path / "root")
    assert (data / "settings.json").read_bytes() == before
    perform(tried, "user set", {"person": "21", "name": "Anna Adler"})
    perform(tried, "phone renew", {"username": "anna"})
    assert set(found(data)) <= {"settings.version-1.json", "records.sqlite", "records.sqlite-wal"}
    tried.close()
    with monkeypatch.context() as older:
        for module in (settings, settings_file, settings_versions):
            older.setattr(module, "VERSION", 1)
        back = Settings(data / "settings.json")
        assert (back.office.phones["anna"].password, back.office.trunks["amt"].password) == (PHONE, TRUNK)
    again = open_desk(data, root=tmp_path / "root")
    assert "settings.version-1.json" in found(data)
    root.tells("kept", 1001.0)
    again.forget_clear_text()
    again.close()
    assert found(data) == {}
    assert not (data / "settings.version-1.json").exists()


@pytest.mark.parametrize("state", ["kept", "returned", "refused", "failed", None])
def test_once_it_is_kept_or_was_none_the_copies_go_with_the_next_start(
    data: Path, tmp_path: Path, state: str | None
) -> None:
    (data / "settings.version-1.json").write_bytes((data / "settings.json").read_bytes())
    if state:
        Root(tmp_path / "root").tells(state, 1000.0)
    open_desk(data, root=tmp_path / "root").close()
    assert found(data) == {}


def test_what_was_there_before_a_restore_is_rid_of_them_too_and_can_come_back(
    data: Path, desk: Desk, quick_backups: None
) -> None:
    desk.close()
    before = data / f"{restoring.BEFORE}1700000000000"
    fill(before)
    (before / "bindings.sqlite").unlink()
    assert found(data)
    again = open_desk(data)
    assert found(data) == {}
    again.host.restart = lambda: None
    perform(again, "user add", {"name": "Bert", "extension": "22"})
    perform(again, "backup back", {})
    again.close()
    there = open_desk(data)
    assert list(there.office.people) == ["21"]
    assert there.folder.vault.password_of(there.office.trunks["amt"]) == TRUNK
    there.close()


def test_cut_off_anywhere_the_next_start_goes_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "settings.version-1.json").write_bytes((data / "settings.json").read_bytes())
    with monkeypatch.context() as broken:
        broken.setattr(vault, "answered", lambda question: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        unsealed = open_desk(data)
        assert unsealed.office.phones["anna"].password == PHONE, "it rings all the same"
        with pytest.raises(Refused, match="key for passwords cannot be used"):
            perform(unsealed, "user set", {"person": "21", "name": "Anna Adler"})
        unsealed.close()
    with monkeypatch.context() as broken:
        broken.setattr(settings_versions, "aside", lambda path, version: path.with_name("none"))
        broken.setattr(
            "pbx.store.records.changes.Changes.rewrite", lambda *_: (_ for _ in ()).throw(OSError(28, "full"))
        )
        open_desk(data).close()
    assert found(data)
    perform(late := open_desk(data), "user set", {"person": "21", "name": "Anna Adler"})
    late.close()
    assert found(data) == {}


def test_a_backup_carries_the_key_to_a_new_box_and_nothing_in_clear(
    desk: Desk, tmp_path: Path, quick_backups: None
) -> None:
    made = perform(desk, "backup make", {"password": "Regen in Hamburg"})["name"]
    other = open_desk(tmp_path / "new box")
    perform(other, "user add", {"name": "Zoe", "extension": "50"})
    perform(other, "phone add", {"extension": "50"})
    content = (desk.data / "backups" / made).read_bytes()
    (tmp_path / "new box" / "backups").mkdir(exist_ok=True)
    (tmp_path / "new box" / "backups" / made).write_bytes(content)
    other.host.restart = lambda: None
    perform(other, "backup restore", {"name": made, "password": "Regen in Hamburg"})
    other.close()
    moved = open_desk(tmp_path / "new box")
    assert moved.office == desk.office
    assert moved.folder.vault.password_of(moved.office.trunks["amt"]) == TRUNK
    assert moved.folder.vault.password_of(moved.office.phones["anna"]) == PHONE
    assert moved.folder.vault.unreadable(moved.office) == ([], [], False)
    moved.close()
    assert found(tmp_path / "new box") == {}


def test_a_backup_of_version_1_is_opened_as_before_and_secured(data: Path, tmp_path: Path, quick_backups: None) -> None:
    Root(tmp_path / "root").tells("trying", 1000.0)
    old = open_desk(data, root=tmp_path / "root")
    made = perform(old, "backup make", {"password": "Regen in Hamburg"})["name"]
    assert read_office(data / "settings.json").phones["anna"].password == PHONE
    new = open_desk(tmp_path / "new box")
    (tmp_path / "new box" / "backups").mkdir(exist_ok=True)
    (tmp_path / "new box" / "backups" / made).write_bytes((data / "backups" / made).read_bytes())
    new.host.restart = lambda: None
    perform(new, "backup restore", {"name": made, "password": "Regen in Hamburg"})
    new.close()
    moved = open_desk(tmp_path / "new box")
    assert moved.folder.vault.password_of(moved.office.phones["anna"]) == PHONE
    assert found(tmp_path / "new box") == {}
    moved.close()
    old.close()


def test_rows_of_a_newer_version_s_forms_are_left_as_they_are(desk: Desk) -> None:
    row = [{"table": "phones", "was": "anna", "now": "anna", "name": "Anna", "before": {"password": "digest$9$x"},
            "after": {"password": "sealed$2$y"}}]  # fmt: skip
    desk.records._database.rows("UPDATE changes SET differences = ? WHERE id = 3", [json.dumps(row)])
    desk.forget_clear_text()
    [found] = desk.records._database.rows("SELECT differences FROM changes WHERE id = 3")
    assert json.loads(found["differences"]) == row


def test_the_running_exchange_forgets_them_as_soon_as_root_says_that_the_update_is_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "settings.version-1.json").write_bytes((data / "settings.json").read_bytes())
    root = Root(tmp_path / "root")
    root.tells("trying", time.time())

    async def script() -> None:
        host = own_host()
        with monkeypatch.context() as tried:
            tried.setattr("pbx.administration.desk.desk.is_tried", lambda root: True)
            exchange = Daemon(data, (host, free_ports(2, host)))
            exchange.desk.host.root = tmp_path / "root"
        monkeypatch.setattr(office_work, "UPDATE_EVERY", 0.02)
        await exchange.start()
        assert found(data)
        root.tells("kept", time.time())
        async with asyncio.timeout(20):
            while found(data):
                await asyncio.sleep(0.05)
        await exchange.stop()

    asyncio.run(script())
    assert found(data) == {}
