"""Every saved change of the settings: when, who, and what differs, so that it can be read later, and taken back.

A row is written before the settings are, so that no saved change is ever missing here. What the plug cut off in
between shows at the next start: the settings are still as they were before the newest row.
"""

import dataclasses
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pbx.store.records.database import Database
from pbx.store.records.paging import TablePage, TablePageRequest, page
from pbx.store.settings.differences import Difference, Moved, place_of
from pbx.store.shapes import made

MOST = 500
"""Changes that are kept."""
LONGEST = 400 * 86400.0
"""Seconds they are kept."""
_ALWAYS = 20
"""The newest, which are kept however old: a clock that jumped must not empty the list."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Tasks or messages that got another owner."""

    what: Literal["tasks", "messages"]
    ids: tuple[int, ...]
    was: str
    """Extension they belonged to; empty: the office."""
    now: str

    def back(self) -> "Handed":
        """The way back."""
        return Handed(self.what, self.ids, self.now, self.was)


@dataclass(frozen=True, slots=True)
class MovedRows:
    """What moves in the records together with a change of the settings."""

    moved: Moved = ()
    """Extensions that were given up, each with its bearer's new one: everything of theirs moves along."""
    handed: tuple[Handed, ...] = ()

    def back(self) -> "MovedRows":
        """The way back."""
        moved = tuple((new, old) for old, new in reversed(self.moved))
        return MovedRows(moved, tuple(each.back() for each in reversed(self.handed)))


NO_MOVED_ROWS = MovedRows()


@dataclass(frozen=True, slots=True)
class Change:
    """One saved change."""

    id: int
    at: float
    """Unix time, seconds."""
    who: str
    """Name of the account; empty when `role` says it all."""
    role: str
    """admin, user, visitor or root, as `rights.Actor` has it; empty: the box itself."""
    verb: str
    """The command; empty when there was none."""
    differences: tuple[Difference, ...]
    along: MovedRows = NO_MOVED_ROWS
    undoes: int | None = None
    """Id of the change that this one takes back."""

    def is_of(self, item: Any) -> bool:
        """Whether it changed this item of the settings: one of a table, or the office's own fields."""
        place = place_of(item)
        return any(place in ((each.table, each.was), (each.table, each.now)) for each in self.differences)


class Changes:
    """The table of changes. Every method raises RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        at: float,
        who: str,
        role: str,
        verb: str,
        differences: Sequence[Difference],
        along: MovedRows = NO_MOVED_ROWS,
        undoes: int | None = None,
    ) -> int:
        """A change that is about to be saved; its id. Changes too many or too old go."""
        found = json.dumps([dataclasses.asdict(each) for each in differences])
        with self._database.transaction():
            [row] = self._database.rows(
                "INSERT INTO changes (at, who, role, verb, differences, along, undoes) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " RETURNING id",
                [at, who, role, verb, found, json.dumps(dataclasses.asdict(along)), undoes],
            )
            newest = int(row["id"])
            self._database.rows("DELETE FROM changes WHERE id <= ?", [newest - MOST])
            self._database.rows("DELETE FROM changes WHERE id <= ? AND at < ?", [newest - _ALWAYS, at - LONGEST])
        return newest

    def revoke(self, id: int) -> None:
        """The change was not saved after all."""
        self._database.rows("DELETE FROM changes WHERE id = ?", [id])

    def all(self) -> tuple[Change, ...]:
        """All changes, the newest first."""
        return tuple(map(_change, self._database.rows("SELECT * FROM changes ORDER BY id DESC")))

    def page(self, request: TablePageRequest) -> TablePage:
        """Where one page of them is."""
        return page(self._database, "SELECT id AS place FROM changes", (), request)

    def newest(self) -> Change | None:
        """The last change."""
        return next(map(_change, self._database.rows("SELECT * FROM changes ORDER BY id DESC LIMIT 1")), None)

    def change(self, id: int) -> Change | None:
        """One change."""
        return next(map(_change, self._database.rows("SELECT * FROM changes WHERE id = ?", [id])), None)

    def differences(self) -> dict[int, list[Difference]]:
        """Of each change what it changed."""
        rows = self._database.rows("SELECT id, differences FROM changes")
        return {row["id"]: [made(Difference, each) for each in json.loads(row["differences"])] for row in rows}

    def rewrite(self, found: Mapping[int, Sequence[Difference]]) -> None:
        """Say in another form what changes changed; of the form it had nothing is left in the file."""
        with self._database.transaction():
            for id, differences in found.items():
                text = json.dumps([dataclasses.asdict(each) for each in differences])
                self._database.rows("UPDATE changes SET differences = ? WHERE id = ?", [text, id])
        self._database.settle()

    def mention(self, word: str) -> bool:
        """Whether a change has this as the value of a field: a file it names must stay while it can be undone."""
        value = json.dumps(word)
        return bool(self._database.rows("SELECT 1 FROM changes WHERE instr(differences, ?) LIMIT 1", [value]))

    def forget(self, word: str) -> int:
        """Remove all changes that have this as the value of a field (privacy); how many there were."""
        value = json.dumps(word)
        return len(self._database.rows("DELETE FROM changes WHERE instr(differences, ?) RETURNING id", [value]))


def _change(row: sqlite3.Row) -> Change:
    values = dict(row)
    values["differences"] = tuple(made(Difference, each) for each in json.loads(values["differences"]))
    along = json.loads(values["along"])
    handed = tuple(Handed(each["what"], tuple(each["ids"]), each["was"], each["now"]) for each in along["handed"])
    values["along"] = MovedRows(tuple((old, new) for old, new in along["moved"]), handed)
    return made(Change, values)
