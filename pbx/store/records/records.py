"""What calls leave behind (history, tasks, messages) and where phones are, in SQLite."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pbx.store.records.changes import Changes, MovedRows
from pbx.store.records.database import Database, RecordsError
from pbx.store.records.history import History, Leftovers
from pbx.store.records.paging import TablePage, TablePageRequest, page
from pbx.store.records.sessions import Sessions
from pbx.store.records.task_log import TaskLog
from pbx.store.records.traces import Traces
from pbx.store.records.unfinished import Unfinished
from pbx.store.rows import Binding, CallDirection, CallRecord, LegQuality, Message, Outcome, Step, Task, TaskKind
from pbx.store.shapes import made

__all__ = ["Records", "RecordsError"]

_BINDINGS = """CREATE TABLE IF NOT EXISTS bindings (
    username TEXT NOT NULL, position INTEGER NOT NULL, binding TEXT NOT NULL,
    PRIMARY KEY (username, position)
) WITHOUT ROWID"""


NOBODY: Mapping[str, str] = {}


def _column(field: str) -> str:
    return "to_" if field == "to" else field


_CALL_FIELDS = tuple(field.name for field in dataclasses.fields(CallRecord))
_CALL_COLUMNS = [_column(name) for name in _CALL_FIELDS]
_ADD_CALL = (
    f"INSERT INTO calls ({', '.join(_CALL_COLUMNS)}) VALUES ({', '.join('?' * len(_CALL_COLUMNS))})"
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CALL_COLUMNS)}"
    " RETURNING number"
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What changed its owner when somebody left."""

    extension: str
    """Who had it."""
    tasks: tuple[int, ...]
    messages: tuple[int, ...]
    """Their ids."""


class Records:
    """The records file, with the bindings in a second one beside it; any thread may use it.

    What a method has returned from is on the disk (only bindings may lose their last seconds, as phones
    register again by themselves). Every method raises RecordsError.
    """

    def __init__(self, path: Path) -> None:
        schema = files("pbx.store.records").joinpath("schema.sql").read_text("utf-8")
        self._database = Database(path, schema, "FULL")
        self.sessions = Sessions(self._database)
        """The sessions of people who are logged in."""
        self.changes = Changes(self._database)
        """What was changed in the settings."""
        self.task_log = TaskLog(self._database)
        """Who did what with a task."""
        self.history = History(self._database, _call)
        """The calls, for searching."""
        self.traces = Traces(self._database)
        """The SIP messages kept with their stories."""
        self.leftovers = Leftovers(self._database, _task, _message)
        """Tasks and messages to delete."""
        self.unfinished = Unfinished(self._database)
        """Calls that have no row yet and left something."""
        self._bindings = _bindings(path.with_name("bindings.sqlite"))

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()
        self._bindings.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make several changes one: all of them reach the disk at the end, or none; costs one wait instead of many."""
        with self._database.transaction():
            yield

    def is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the file; reads all of it."""
        return self._database.is_sound()

    # Calls

    def add_call(self, record: CallRecord, names: Mapping[str, str] = NOBODY) -> None:
        """Keep a call; one with the same id is replaced in its place. `names` are those of people and groups now."""
        values = _flat(record)
        values["steps"] = json.dumps([_flat(step) for step in record.steps])
        values["legs"] = json.dumps([_flat(leg) for leg in record.legs])
        with self.together():
            [row] = self._database.rows(_ADD_CALL, list(values.values()))
            self.unfinished.forget(record.id)
            self.history.note_parts(row["number"], record, names)

    def calls(self, last: int = 20, extension: str | None = None) -> tuple[CallRecord, ...]:
        """The last calls (with an extension: those it took part in), the newest at the end."""
        wanted, values = ("", [])
        if extension is not None:
            wanted, values = "WHERE ? IN (extension, from_, to_)", [extension]
        rows = self._database.rows(f"SELECT * FROM calls {wanted} ORDER BY number DESC LIMIT ?", [*values, last])
        return tuple(_call(row) for row in reversed(rows))

    def directions(self, trunk: str) -> frozenset[CallDirection]:
        """In which directions calls have gone over a trunk: what came in and was taken, and what the network heard."""
        wanted: tuple[tuple[CallDirection, tuple[Outcome, ...]], ...] = (
            ("in", ("answered", "voicemail", "missed", "gave-up")),
            ("out", ("answered", "refused")),
        )
        query = "SELECT 1 FROM calls WHERE trunk = ? AND direction = ? AND outcome = ? LIMIT 1"
        return frozenset(
            direction
            for direction, outcomes in wanted
            if any(self._database.rows(query, [trunk, direction, outcome]) for outcome in outcomes)
        )

    def call(self, id: str) -> CallRecord | None:
        """One call."""
        return next(map(_call, self._database.rows("SELECT * FROM calls WHERE id = ?", [id])), None)

    # Tasks

    def add_task(self, extension: str, kind: TaskKind, from_: str, call: str, created: float) -> Task:
        """Somebody should call back. A call makes one task for an extension: adding it again only changes its kind."""
        rows = self._database.rows(
            "INSERT INTO tasks (extension, kind, from_, call, created) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (call, extension) DO UPDATE SET kind = excluded.kind RETURNING *",
            [extension, kind, from_, call, created],
        )
        return _task(rows[0])

    def tasks(self, extension: str | None = None, *, open_only: bool = False) -> tuple[Task, ...]:
        """The tasks, oldest first: all, or those of one extension ("": the office's)."""
        rows = self._database.rows(
            "SELECT * FROM tasks WHERE (?1 IS NULL OR extension = ?1) AND done <= ?2 ORDER BY id",
            [extension, 0 if open_only else 1],
        )
        return tuple(map(_task, rows))

    def tasks_page(
        self, extensions: Sequence[str] | None, done: bool, request: TablePageRequest
    ) -> tuple[list[Task], TablePage]:
        """One page of the tasks that are done or open, newest first: of these extensions ("": the office's), or all."""
        rows, where = self._page("tasks", extensions, request, f"done = {int(done)}")
        return list(map(_task, rows)), where

    def task(self, id: int) -> Task | None:
        """One task."""
        return next(map(_task, self._database.rows("SELECT * FROM tasks WHERE id = ?", [id])), None)

    def reopen_task(self, id: int) -> Task | None:
        """Mark one as open again; None if there is none."""
        return next(map(_task, self._database.rows("UPDATE tasks SET done = 0 WHERE id = ? RETURNING *", [id])), None)

    def give_task(self, id: int, extension: str) -> Task | None:
        """Give it to somebody else ("": the office), even if they have one for the same call; None if there is none."""
        rows = self._database.rows(
            "UPDATE OR REPLACE tasks SET extension = ? WHERE id = ? RETURNING *", [extension, id]
        )
        return next(map(_task, rows), None)

    def open_tasks(self) -> int:
        """How many open tasks there are, for all."""
        return int(self._database.rows("SELECT COUNT(*) FROM tasks WHERE done = 0")[0][0])

    def finish_task(self, id: int) -> Task | None:
        """Mark one as done; None if there is none."""
        return next(map(_task, self._database.rows("UPDATE tasks SET done = 1 WHERE id = ? RETURNING *", [id])), None)

    def close_tasks(self, number: str, extension: str | None = None) -> tuple[Task, ...]:
        """Somebody spoke with `number`: mark its open tasks as done and return them.

        `extension` narrows it to that extension's tasks: for calls between colleagues, where having spoken
        with one says nothing about another. A withheld number ("") closes nothing.
        """
        if not number:
            return ()
        rows = self._database.rows(
            "UPDATE tasks SET done = 1 WHERE from_ = ?1 AND done = 0 AND (?2 IS NULL OR extension = ?2) RETURNING *",
            [number, extension],
        )
        return tuple(sorted(map(_task, rows), key=lambda task: task.id))

    # Messages

    def add_message(self, extension: str, from_: str, call: str, started: float, seconds: float, file: str) -> Message:
        """A message whose file is in its place; `file` is its path below `mailboxes/`."""
        rows = self._database.rows(
            "INSERT INTO messages (extension, from_, call, started, seconds, file)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
            [extension, from_, call, started, seconds, file],
        )
        return _message(rows[0])

    def messages(self, extension: str | None = None) -> tuple[Message, ...]:
        """The messages of one mailbox, or all, oldest first."""
        rows = self._database.rows("SELECT * FROM messages WHERE ?1 IS NULL OR extension = ?1 ORDER BY id", [extension])
        return tuple(map(_message, rows))

    def messages_page(self, extensions: Sequence[str], request: TablePageRequest) -> tuple[list[Message], TablePage]:
        """One page of these mailboxes' messages, newest first."""
        rows, where = self._page("messages", extensions, request)
        return list(map(_message, rows)), where

    def message(self, id: int) -> Message | None:
        """One message."""
        return next(map(_message, self._database.rows("SELECT * FROM messages WHERE id = ?", [id])), None)

    def message_of_call(self, call: str, extension: str) -> Message | None:
        """The message a call left in a mailbox."""
        rows = self._database.rows("SELECT * FROM messages WHERE extension = ? AND call = ?", [extension, call])
        return next(map(_message, rows), None)

    def message_counts(self, extension: str) -> tuple[int, int]:
        """How many of a mailbox's messages are new, and how many old (RFC 3842)."""
        row = self._database.rows(
            "SELECT COUNT(*) - COALESCE(SUM(heard), 0), COALESCE(SUM(heard), 0) FROM messages WHERE extension = ?",
            [extension],
        )[0]
        return row[0], row[1]

    def new_messages(self) -> int:
        """How many messages nobody has heard, in all mailboxes."""
        return int(self._database.rows("SELECT COUNT(*) FROM messages WHERE heard = 0")[0][0])

    def mark_heard(self, id: int, heard: bool = True) -> Message | None:
        """Mark it as heard by its owner, or as new; None if there is none."""
        rows = self._database.rows("UPDATE messages SET heard = ? WHERE id = ? RETURNING *", [heard, id])
        return next(map(_message, rows), None)

    def give_message(self, id: int, extension: str) -> Message | None:
        """Give it to somebody else; None if there is none."""
        rows = self._database.rows("UPDATE messages SET extension = ? WHERE id = ? RETURNING *", [extension, id])
        return next(map(_message, rows), None)

    def remove_message(self, id: int) -> Message | None:
        """Forget the row, which is returned; its file is the mailboxes' to remove, first."""
        return next(map(_message, self._database.rows("DELETE FROM messages WHERE id = ? RETURNING *", [id])), None)

    # People who move or leave

    def move_extension(self, old: str, new: str) -> None:
        """People keep their tasks and messages when their extension changes."""
        with self.together():
            self._database.rows("UPDATE OR REPLACE tasks SET extension = ? WHERE extension = ?", [new, old])
            self._database.rows("UPDATE messages SET extension = ? WHERE extension = ?", [new, old])
            self.history.move(old, new)

    def carry(self, along: MovedRows) -> None:
        """Move what belongs to extensions along with them; what was handed over meanwhile stays where it is."""
        with self.together():
            for old, new in along.moved:
                self.move_extension(old, new)
            for each in along.handed:
                self._database.rows(
                    f"UPDATE OR IGNORE {each.what} SET extension = ?"
                    " WHERE extension = ? AND id IN (SELECT value FROM json_each(?))",
                    [each.now, each.was, json.dumps(each.ids)],
                )

    def hand_over(self, extension: str, tasks_to: str, messages_to: str | None) -> HandedOver:
        """Somebody leaves: their open tasks and messages get another owner ("": the office).

        What nobody gets (finished tasks, an open one if the new owner already has a task for its call, and without
        `messages_to` the messages) is set aside until `take_back` or, with the messages' files, `forget`.
        """
        aside = set_aside(extension)
        with self.together():
            tasks = self._ids(
                "UPDATE OR IGNORE tasks SET extension = ? WHERE extension = ? AND done = 0", tasks_to, extension
            )
            self._ids("UPDATE tasks SET extension = ? WHERE extension = ?", aside, extension)
            new = aside if messages_to is None else messages_to
            messages = self._ids("UPDATE messages SET extension = ? WHERE extension = ?", new, extension)
            self.history.move(extension, aside)
        return HandedOver(extension, tasks, messages)

    def take_back(self, handed: HandedOver) -> None:
        """The person does not leave after all: everything is theirs again."""
        aside = set_aside(handed.extension)
        with self.together():
            for id in handed.tasks:
                self._ids("UPDATE tasks SET extension = ? WHERE id = ?", handed.extension, id)
            for id in handed.messages:
                self._ids("UPDATE messages SET extension = ? WHERE id = ?", handed.extension, id)
            self.history.move(aside, handed.extension)
            self._ids("UPDATE tasks SET extension = ? WHERE extension = ?", handed.extension, aside)
            self._ids("UPDATE messages SET extension = ? WHERE extension = ?", handed.extension, aside)

    def forget_tasks(self, extension: str) -> None:
        """Delete the tasks that were set aside."""
        self._ids("DELETE FROM tasks WHERE extension = ?", set_aside(extension))

    def leaving(self) -> tuple[str, ...]:
        """The extensions of people for whom something is set aside, because of a crash while they left."""
        rows = self._database.rows(
            "SELECT extension FROM messages WHERE extension LIKE '~%'"
            " UNION SELECT extension FROM tasks WHERE extension LIKE '~%'"
        )
        return tuple(row[0].removeprefix("~") for row in rows)

    def _page(
        self, table: str, extensions: Sequence[str] | None, request: TablePageRequest, term: str = "1"
    ) -> tuple[list[sqlite3.Row], TablePage]:
        """The rows on a page of a table, of these extensions or of all, and where it is."""
        where = page(
            self._database,
            f"SELECT id AS place FROM {table}"
            f" WHERE {term} AND (?1 IS NULL OR extension IN (SELECT value FROM json_each(?1)))",
            [None if extensions is None else json.dumps(extensions)],
            request,
        )
        rows = self._database.rows(
            f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
            [json.dumps(where.places)],
        )
        return rows, where

    def _ids(self, statement: str, *values: str | int) -> tuple[int, ...]:
        return tuple(row["id"] for row in self._database.rows(f"{statement} RETURNING id", values))

    # Bindings

    def save_bindings(self, changed: Mapping[str, Sequence[Binding]]) -> None:
        """Put these in the place of all bindings of each of these user names (an empty sequence: none any more)."""
        with self._bindings.transaction():
            for username, bindings in changed.items():
                self._bindings.rows("DELETE FROM bindings WHERE username = ?", [username])
                for position, binding in enumerate(bindings):
                    text = json.dumps(_flat(binding))
                    self._bindings.rows(
                        "INSERT INTO bindings (username, position, binding) VALUES (?, ?, ?)",
                        [username, position, text],
                    )

    def bindings(self) -> tuple[Binding, ...]:
        """All bindings as last saved, expired ones too."""
        rows = self._bindings.rows("SELECT binding FROM bindings ORDER BY username, position")
        return tuple(_binding(json.loads(row[0])) for row in rows)


def _bindings(path: Path) -> Database:
    """The bindings' file; a damaged one is begun anew, as phones register again by themselves."""
    try:
        return Database(path, _BINDINGS, "NORMAL")
    except RecordsError:
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return Database(path, _BINDINGS, "NORMAL")


def set_aside(extension: str) -> str:
    """What stands in the place of the extension in rows of somebody who is leaving; no mailbox has such a name."""
    return f"~{extension}"


def _flat(value: CallRecord | Step | LegQuality | Binding) -> dict[str, Any]:
    """Its fields by name; dataclasses.asdict would copy all that is in them, at ten times the price."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _call(row: sqlite3.Row) -> CallRecord:
    values: dict[str, Any] = {name: row[_column(name)] for name in _CALL_FIELDS}
    values["steps"] = tuple(made(Step, step) for step in json.loads(values["steps"]))
    values["legs"] = tuple(made(LegQuality, leg) for leg in json.loads(values["legs"]))
    return CallRecord(**values)


def _task(row: sqlite3.Row) -> Task:
    return made(Task, {**dict(row), "done": bool(row["done"])})


def _message(row: sqlite3.Row) -> Message:
    return made(Message, {**dict(row), "heard": bool(row["heard"])})


def _binding(values: dict[str, Any]) -> Binding:
    for name in ("local", "remote", "path"):
        values[name] = tuple(values[name])
    return made(Binding, values)
