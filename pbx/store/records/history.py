"""Finding past calls by who took part and what their story says, and deleting them when their time has come."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pbx.store.kinds import EXTENSION
from pbx.store.records.database import Database
from pbx.store.records.paging import TablePage, TablePageRequest, page
from pbx.store.rows import CallDirection, CallRecord, Message, Outcome, Task


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that is searched for: it may be in any place of a call."""

    text: str
    """In names and in the story, in whatever case."""
    digits: str = ""
    """Part of a number; empty when the text is no number. Then names and story are not looked at."""
    numbers: tuple[str, ...] = ()
    """Numbers (E.164) of contacts that are called so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls to look for; a field left empty matches all."""

    seen_by: tuple[str, ...] | None = None
    """Only calls one of these extensions took part in; None: all."""
    words: tuple[Word, ...] = ()
    """All of them must be found."""
    extension: str = ""
    """The person or group that took part."""
    direction: CallDirection | None = None
    outcome: Outcome | None = None
    since: float | None = None
    until: float | None = None
    """Unix time; the call began in between."""


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that was found."""

    number: int
    """Its place in the history: the cursor that `find` goes on from."""
    record: CallRecord
    names: dict[str, str]
    """By extension, what those who took part were called then."""


class History:
    """The calls as they are looked up. Every method raises RecordsError."""

    def __init__(self, database: Database, read: Callable[[sqlite3.Row], CallRecord]) -> None:
        """`read` makes a call of its row."""
        self._database = database
        self._read = read

    def note_parts(self, number: int, record: CallRecord, names: Mapping[str, str]) -> None:
        """Write down who took part in the call that has this place; `names` are those of people and groups now."""
        self._database.rows("DELETE FROM parts WHERE call = ?", [number])
        for extension in sorted(_parties(record)):
            if not names or extension in names:
                values = [extension, number, names.get(extension, "")]
                self._database.rows("INSERT OR REPLACE INTO parts (extension, call, name) VALUES (?, ?, ?)", values)

    def move(self, old: str, new: str) -> None:
        """Somebody gets another extension: their calls stay theirs, whoever gets the old one."""
        with self._database.transaction():
            self._database.rows("DELETE FROM parts WHERE extension = ?", [new])
            self._database.rows("UPDATE parts SET extension = ? WHERE extension = ?", [new, old])

    def find(self, wanted: Wanted, before: int | None = None, most: int = 50) -> list[FoundCall]:
        """The last calls that fit, newest first; with `before`, those that come after that place. None is counted.

        Going on like that through all of them reads each call once, in the order of the table and without an index.
        """
        terms, values = _terms(wanted)
        if before is not None:
            terms, values = [*terms, "number < ?"], [*values, before]
        where = f"WHERE {' AND '.join(terms)}" if terms else ""
        rows = self._database.rows(
            f"SELECT * FROM calls NOT INDEXED {where} ORDER BY number DESC LIMIT ?", [*values, most]
        )
        return self._found(rows)

    def page(self, wanted: Wanted, request: TablePageRequest) -> tuple[list[FoundCall], TablePage]:
        """One page of the calls that fit, newest first, and where it is; all that fit are counted."""
        terms, values = _terms(wanted)
        where = f"WHERE {' AND '.join(terms)}" if terms else ""
        found = page(self._database, f"SELECT number AS place FROM calls {where}", values, request)
        rows = self._database.rows(
            "SELECT * FROM calls WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number DESC",
            [json.dumps(found.places)],
        )
        return self._found(rows), found

    def one(self, id: str, seen_by: tuple[str, ...] | None = None) -> FoundCall | None:
        """One call, if it is one of theirs."""
        terms, values = _terms(Wanted(seen_by))
        rows = self._database.rows(f"SELECT * FROM calls WHERE {' AND '.join(['id = ?', *terms])}", [id, *values])
        return next(iter(self._found(rows)), None)

    def with_number(self, number: str) -> list[FoundCall]:
        """Every call that has to do with an outside number, oldest first."""
        return self._found(
            self._database.rows(
                "SELECT * FROM calls WHERE from_ = ?1 OR to_ = ?1 OR instr(steps, ?2) > 0 ORDER BY number",
                [number, f'"{number}"'],
            )
        )

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget the calls that have these places, and all that is kept behind them."""
        with self._database.transaction():
            for number in numbers:
                rows = self._database.rows("DELETE FROM calls WHERE number = ? RETURNING id", [number])
                self._database.rows("DELETE FROM parts WHERE call = ?", [number])
                for row in rows:
                    self._database.rows("DELETE FROM traces WHERE call = ?", [row["id"]])
                    self._database.rows("DELETE FROM voices WHERE call = ?", [row["id"]])

    def remove_old(self, before: float, most: int) -> int:
        """Forget calls that ended before then, so many at most; how many there were."""
        rows = self._database.rows("SELECT number FROM calls WHERE ended < ? LIMIT ?", [before, most])
        self.remove(row["number"] for row in rows)
        return len(rows)

    def settle(self) -> None:
        """After forgetting: leave nothing of it in the files."""
        self._database.settle()

    def _found(self, rows: Sequence[sqlite3.Row]) -> list[FoundCall]:
        places = [row["number"] for row in rows]
        names: dict[int, dict[str, str]] = {place: {} for place in places}
        marks = ", ".join("?" * len(places))
        for part in self._database.rows(f"SELECT * FROM parts WHERE call IN ({marks})", places):
            names[part["call"]][part["extension"]] = part["name"]
        return [FoundCall(row["number"], self._read(row), names[row["number"]]) for row in rows]


def _parties(record: CallRecord) -> set[str]:
    """The extensions that took part; an outside caller is none, whatever digits the network shows."""
    parties = {record.extension, *(str(step.detail.get("extension", "")) for step in record.steps)}
    if record.direction != "in":
        parties.add(record.from_)
    if record.direction != "out":
        parties.add(record.to)
    return {party for party in parties if EXTENSION.fullmatch(party)}


def _terms(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """The condition a call must meet, as SQL and its parameters; no text from outside is ever part of the SQL."""
    terms: list[str] = []
    values: list[Any] = []
    for extensions in (wanted.seen_by, (wanted.extension,) if wanted.extension else None):
        if extensions is not None:
            marks = ", ".join("?" * len(extensions))
            terms.append(f"number IN (SELECT call FROM parts WHERE extension IN ({marks}))")
            values += extensions
    for term, value in (
        ("direction = ?", wanted.direction),
        ("outcome = ?", wanted.outcome),
        ("started >= ?", wanted.since),
        ("started < ?", wanted.until),
    ):
        if value is not None:
            terms.append(term)
            values.append(value)
    for word in wanted.words:
        term, given = _word(word)
        terms.append(term)
        values += given
    return terms, values


def _word(word: Word) -> tuple[str, list[Any]]:
    any_of: list[str] = []
    values: list[Any] = []
    if word.numbers:  # thousands, if it is a word like “GmbH”
        any_of = [f"{party} IN (SELECT value FROM json_each(?))" for party in ("from_", "to_")]
        values = [json.dumps(word.numbers)] * 2
    if word.digits:
        any_of += ["number IN (SELECT call FROM parts WHERE extension = ?)", "instr(from_, ?) > 0", "instr(to_, ?) > 0"]
        values += [word.digits] * 3
    else:
        like = _like(word.text)
        any_of += [r"from_name LIKE ? ESCAPE '\'", r"story LIKE ? ESCAPE '\'"]
        any_of.append(r"number IN (SELECT call FROM parts WHERE name LIKE ? ESCAPE '\')")
        values += [like] * 3
    return f"({' OR '.join(any_of)})", values


def _like(text: str) -> str:
    """The pattern for a text anywhere; SQLite knows no capitals beyond ASCII, so an umlaut stands for any letter."""
    letters = (f"\\{char}" if char in "\\%_" else char if char.isascii() else "_" for char in text)
    return f"%{''.join(letters)}%"


class Leftovers:
    """Tasks and messages that are too old, or about somebody who wants to be forgotten.

    Every method raises RecordsError.
    """

    def __init__(
        self, database: Database, task: Callable[[sqlite3.Row], Task], message: Callable[[sqlite3.Row], Message]
    ) -> None:
        self._database = database
        self._task = task
        self._message = message

    def tasks_of(self, number: str) -> list[Task]:
        """Tasks to call this number back, done or not."""
        return list(map(self._task, self._database.rows("SELECT * FROM tasks WHERE from_ = ? ORDER BY id", [number])))

    def messages_of(self, number: str) -> list[Message]:
        """Messages from this number."""
        rows = self._database.rows("SELECT * FROM messages WHERE from_ = ? ORDER BY id", [number])
        return list(map(self._message, rows))

    def messages_of_call(self, call: str) -> list[Message]:
        """What was left in mailboxes by a call."""
        rows = self._database.rows("SELECT * FROM messages WHERE call = ? ORDER BY id", [call])
        return list(map(self._message, rows))

    def remove_tasks_of(self, number: str) -> None:
        """Forget them."""
        self._database.rows("DELETE FROM tasks WHERE from_ = ?", [number])

    def remove_done_tasks(self, before: float, most: int) -> int:
        """Forget tasks from before then that are done, so many at most; how many there were."""
        return len(
            self._database.rows(
                "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE done = 1 AND created < ? LIMIT ?)"
                " RETURNING 1",
                [before, most],
            )
        )

    def old_messages(self, before: float, most: int) -> list[Message]:
        """Messages from before then, so many at most."""
        rows = self._database.rows("SELECT * FROM messages WHERE started < ? ORDER BY id LIMIT ?", [before, most])
        return list(map(self._message, rows))
