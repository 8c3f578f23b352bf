"""A next version of everything that is kept, made of today's code: tables, fields and columns that it does not know.

`newer(monkeypatch)` makes today's code that version, `monkeypatch.undo()` makes it today's again.
"""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pbx.store.models import Number, Office, Person
from pbx.store.settings import differences, settings, settings_file, settings_versions

TODAY, NEXT = settings_versions.VERSION, settings_versions.VERSION + 1
MODULES: tuple[Any, ...] = (settings, settings_file, settings_versions)


@dataclass(frozen=True, slots=True)
class Queue:
    """A table of its own."""

    extension: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPerson(Person):
    """A person with one field more."""

    busy_to: str = ""


@dataclass(frozen=True, slots=True)
class NewNumber(Number):
    """A number with two more, one of them no plain value."""

    recorded: bool = False
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewOffice(Office):
    """An office with a field and a table more."""

    hold_music: str = ""
    queues: dict[str, Queue] = field(default_factory=dict)


TABLES = settings_file.TABLES | {
    "people": (NewPerson, "extension"),
    "numbers": (NewNumber, "e164"),
    "queues": (Queue, "extension"),
}


def newer(monkeypatch: pytest.MonkeyPatch, understood_from: int = TODAY) -> None:
    """From now on this is the next version."""
    for module in MODULES:
        monkeypatch.setattr(module, "VERSION", NEXT)
    for module in (settings, settings_versions):
        monkeypatch.setattr(module, "UNDERSTOOD_FROM", understood_from)
    for module in (settings, settings_file, differences):
        monkeypatch.setattr(module, "TABLES", TABLES)
        monkeypatch.setattr(module, "Office", NewOffice)


def office(**more: Any) -> NewOffice:
    """What the next version has set."""
    people: dict[str, Person] = {
        "21": NewPerson("21", "Anna", busy_to="22"),
        "22": NewPerson("22", "Bert", voicemail=False, busy_to="30"),
        "23": NewPerson("23", "Clara"),
    }
    numbers = {"+4930123450": NewNumber("+4930123450", "amt", ("21",), recorded=True, hours=("mo 9-17", "tu 9-17"))}
    queues = {"60": Queue("60", "Hotline", ("21", "22"))}
    return NewOffice(name="Büro", people=people, hold_music="bach.wav", queues=queues, **({"numbers": numbers} | more))


TOLD = ["calls", "tasks", "messages", "parts", "voices", "traces", "sessions", "invitations", "changes", "task_log"]
"""All tables of the records."""


def grown(path: Path) -> None:
    """A records file of the next version: a table, columns, an index, a trigger more; rows with more than is known."""
    more = "".join(f"ALTER TABLE {table} ADD COLUMN newer TEXT NOT NULL DEFAULT 'kept';" for table in TOLD)
    with closing(sqlite3.connect(path, isolation_level=None)) as records:
        records.executescript(
            f"""
            BEGIN;
            CREATE TABLE queued (call TEXT PRIMARY KEY, seconds REAL NOT NULL);
            INSERT INTO queued VALUES ('old', 12.5);
            CREATE INDEX queued_by_seconds ON queued (seconds);
            CREATE TABLE seen (call TEXT);
            CREATE TRIGGER calls_are_seen AFTER INSERT ON calls BEGIN INSERT INTO seen VALUES (NEW.id); END;
            {more}
            COMMIT;
            """
        )


def columns(path: Path) -> dict[str, dict[str, str]]:
    """Of each table in a database, its columns with their types."""
    with closing(sqlite3.connect(path)) as opened:
        tables = [row[0] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _columns(opened, table) for table in tables if not table.startswith("sqlite_")}


def _columns(opened: sqlite3.Connection, table: str) -> dict[str, str]:
    rows = opened.execute(f"PRAGMA table_info({table})").fetchall()
    return {name: f"{kind}{' NOT NULL' if not_null else ''}" for _, name, kind, not_null, _, _ in rows}


def fields() -> list[str]:
    """Every field of the settings today, as TABLE.FIELD."""
    kinds = {"office": Office} | {table: kind for table, (kind, _) in settings_file.TABLES.items()}
    names = ((table, each.name) for table, kind in kinds.items() for each in dataclasses.fields(kind))
    return [f"{table}.{name}" for table, name in names if name != "unknown_fields" and name not in settings_file.TABLES]


__all__ = ["columns", "fields", "grown", "newer", "office"]
