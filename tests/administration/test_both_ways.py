"""An office that a newer version left, worked in by an older one: through commands, the list of changes, backups."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.store.backup import restoring
from tests.administration.beside import quick_backups
from tests.store.version_two import NEXT, TODAY, grown
from tests.webui.office import Web
from tests.webui.office import opened as page_before

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"
NEW = {"busy_to": "22", "hours": ["mo 9-17"], "nested": {"a": [1, None]}}
"""What a newer version says besides of everything there is."""


def _office(data: Path) -> None:
    """One of everything."""
    desk = open_desk(data)

    def do(verb: str, **given: Any) -> Any:
        return perform(desk, verb, given)

    do("user add", name="Anna", extension="21")
    do("user add", name="Bert", extension="22")
    do("group add", name="Sales", extension="30", members=["21", "22"])
    do("phone add", extension="21", name="desk")
    do("trunk add", name="amt", peer="192.0.2.20:5060")
    do("number add", number="+4930123450", trunk="amt", to=["30"])
    do("contact add", name="Bakery", number="+4930444")
    do("account add", name="chefin", password="Lamm-Regen-7-Kupfer", role="admin")
    do("user add", name="Clara", extension="23")
    do("user leave", person="23", extension_to="22")
    desk.close()


def newer(data: Path) -> None:
    """What a newer version makes of a data folder."""
    path = data / "settings.json"
    content = json.loads(path.read_bytes())
    for documents in content.values():
        for document in documents.values():
            document.update(NEW)
    [office] = content["office"].values()
    office["version"] = NEXT
    content["queues"] = {"1": {"extension": "60", "members": ["21"]}}
    path.write_text(json.dumps(content))
    grown(data / "records.sqlite")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    _office(tmp_path / "data")
    newer(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def desk(data: Path) -> Iterator[Desk]:
    desk = open_desk(data)
    yield desk
    desk.close()


def lacking(data: Path) -> list[str]:
    """Which documents have lost something of the newer version's."""
    content = json.loads((data / "settings.json").read_bytes())
    assert content["queues"] == {"1": {"extension": "60", "members": ["21"]}}
    [office] = content["office"].values()
    assert (office["version"], office["understood_from"]) == (NEXT, TODAY)
    kept = ((table, each) for table in content.keys() - {"queues"} for each in content[table].values())
    return [f"{table}: {each}" for table, each in kept if not NEW.items() <= each.items()]


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("user set", {"person": "21", "name": "Anna Adler"}),
    ("user set", {"person": "21", "pin": "8365"}),
    ("user set", {"person": "21", "extension": "29"}),
    ("group set", {"group": "30", "members": ["22"]}),
    ("group set", {"group": "30", "extension": "39"}),
    ("trunk set", {"trunk": "amt", "peer": "192.0.2.21"}),
    ("number set", {"number": "+4930123450", "extensions": "off"}),
    ("contact set", {"contact": "Bakery", "name": "Baker"}),
    ("account set", {"account": "chefin", "language": "en"}),
    ("office set", {"name": "Kanzlei", "area_code": "30"}),
    ("retention set", {"keep_history_days": 30}),
]


@pytest.mark.parametrize(("verb", "given"), CHANGES, ids=[f"{verb} {list(given)[-1]}" for verb, given in CHANGES])
def test_no_command_loses_what_it_does_not_know_and_undoing_brings_it_back(
    desk: Desk, verb: str, given: dict[str, Any]
) -> None:
    assert lacking(desk.data) == []
    before = desk.office
    perform(desk, verb, given)
    assert desk.office != before
    assert lacking(desk.data) == []
    newest = perform(desk, "change list", {"limit": 1})[0]
    perform(desk, "change undo", {"id": newest["id"]})
    assert desk.office == before
    assert lacking(desk.data) == []


def test_a_phone_keeps_it_too(desk: Desk) -> None:
    [username] = desk.office.phones
    for verb, given in (("phone set", {"name": "another"}), ("phone renew", {})):
        perform(desk, verb, {"username": username, **given})
        assert lacking(desk.data) == []


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("contact remove", {"name": "Bakery"}),
        ("number remove", {"number": "+4930123450"}),
        ("extension release", {"extension": "23"}),
    ],
)
def test_what_was_removed_comes_back_with_all_that_was_of_it(desk: Desk, verb: str, given: dict[str, Any]) -> None:
    before = desk.office
    perform(desk, verb, given)
    newest = perform(desk, "change list", {"limit": 1})[0]
    perform(desk, "change undo", {"id": newest["id"]})
    assert desk.office == before
    assert lacking(desk.data) == []


def test_changes_of_the_newer_version_are_listed_without_what_may_be_secret(data: Path) -> None:
    with closing(sqlite3.connect(data / "records.sqlite", isolation_level=None)) as records:
        rows = [
            [{"table": "queues", "was": "", "now": "60", "name": "Hotline", "before": {}, "after": {"name": "H."}}],
            [{"table": "people", "was": "21", "now": "21", "name": "Anna", "before": {"busy_to": "sesame"},
              "after": {"busy_to": "22"}, "more": 1}],
            [{"table": "office", "was": "office", "now": "office", "name": "office", "before": {"nested": None},
              "after": {"nested": NEW["nested"]}}],
        ]  # fmt: skip
        for row in rows:
            records.execute(
                "INSERT INTO changes (at, who, role, verb, differences, along) VALUES (1, 'x', 'admin', 'x', ?, ?)",
                [json.dumps(row), json.dumps({"moved": [], "handed": [], "rung": 1})],
            )
    desk = open_desk(data)
    listed = perform(desk, "change list", {"limit": 3})
    assert [each["words"] for each in listed] == [
        ["Office: nested changed"], ["Anna (21): busy to changed"], ["queues 60 added"]
    ]  # fmt: skip
    assert "sesame" not in json.dumps(listed)
    assert [each["undoable"] for each in listed] == [True, True, False]
    perform(desk, "change undo", {"id": listed[1]["id"]})
    anna = next(each for each in json.loads((data / "settings.json").read_bytes())["people"].values()
                if each["extension"] == "21")  # fmt: skip
    assert (anna["busy_to"], anna["hours"]) == ("sesame", NEW["hours"])
    desk.close()


def test_a_backup_of_it_is_made_and_restored_by_the_older_version(desk: Desk, quick_backups: None) -> None:
    before = (desk.data / "settings.json").read_bytes()
    made = perform(desk, "backup make", {"password": PASSWORD})["name"]
    perform(desk, "user set", {"person": "21", "name": "Changed"})
    desk.host.restart = lambda: None
    opened = perform(desk, "backup open", {"name": made, "password": PASSWORD})
    perform(desk, "backup restore", {"opened": opened["opened"]})
    desk.close()
    again = open_desk(desk.data)
    assert again.folder.restored == "done"
    assert (desk.data / "settings.json").read_bytes() == before
    assert lacking(desk.data) == []
    again.close()
    assert _has_newer(desk.data)
    assert restoring.kept(desk.data)


def _has_newer(data: Path) -> bool:
    with closing(sqlite3.connect(data / "records.sqlite")) as records:
        return bool(records.execute("SELECT name FROM pragma_table_info('calls') WHERE name = 'newer'").fetchall())


@pytest.fixture
def web(data: Path) -> Iterator[Web]:
    """The older version's page before what the newer one left: a call that took a way nobody here knows."""
    with page_before(data) as page:
        steps = [
            {"at": 1000.0, "what": "called", "detail": {"number": "+4930123450", "trunk": "amt"}},
            {"at": 1001.0, "what": "queued", "detail": {"queue": "60", "place": 3}, "mood": "calm"},
            {"at": 1002.0, "what": "answered", "detail": {"extension": "21"}},
        ]
        page.desk.records._database.rows(
            "INSERT INTO calls (id, direction, from_, from_name, to_, extension, outcome, started, answered, ended,"
            " story, trunk, steps, legs) VALUES ('c1', 'in', '+4989111', '', '+4930123450', '21', 'queued', 1000.0,"
            " NULL, 1010.0, 'Somebody waited in a queue.', 'amt', ?, '[]')",
            [json.dumps(steps)],
        )
        page.desk.records._database.rows(
            "INSERT INTO tasks (extension, kind, from_, call, created) VALUES ('21', 'hotline', '+4989111', 'c1', 1000)"
        )
        yield page


PAGES = "/now /history /calls/c1 /tasks /people /people/21 /changes /numbers/+4930123450 /office /doctor /groups/30"


@pytest.mark.parametrize("path", PAGES.split())
def test_every_page_can_be_opened_though_there_is_something_in_it_that_nobody_here_knows(web: Web, path: str) -> None:
    assert web.admin.get(path).status_int == 200


def test_the_command_line_lists_it_too(desk: Desk) -> None:
    for verb in ("calls", "tasks", "status", "user list", "number list", "history", "doctor"):
        perform(desk, verb, {})
