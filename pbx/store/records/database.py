"""One SQLite file that its owner alone may read, with the durability its content is worth."""

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

from pbx.store.errors import FolderError

VERSION = 1
"""Of the schemas. It stays as it is: schemas only ever grow by tables, indexes, and columns that have a default.

So an older version can work with a newer one's file, as it must when an update is taken back: it names the columns it
knows, and leaves the others alone. A file with a higher number would be refused instead of half understood.
"""


class RecordsError(FolderError):
    """The records cannot be read or written; the text says why."""


class Database:
    """A connection with the settings every file of ours has: WAL, explicit transactions, bounded waits."""

    def __init__(self, path: Path, schema: str, synchronous: Literal["FULL", "NORMAL"]) -> None:
        """Open or make the file; any thread may use it, one after the other.

        `FULL` waits for the disk at every commit; `NORMAL` loses the last seconds, never the file, when the
        plug is pulled. Raises RecordsError.
        """
        self.path = path
        self._depth = 0
        self._lock = threading.RLock()
        with self._named():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._connection.execute("PRAGMA secure_delete = ON")  # what is deleted is not there to be read either
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise RecordsError(f"{path} comes from a newer version. Please update Durchwahl.")
            columns = list(self._missing_columns(schema))
            if version < VERSION or columns or self._lacks(schema):
                grow = "".join(f"{column}; " for column in columns)
                self._connection.executescript(
                    f"BEGIN IMMEDIATE; {grow}{schema}; PRAGMA user_version = {VERSION}; COMMIT;"
                )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a query finds, or a statement returns. Raises RecordsError."""
        with self._lock, self._named():
            return self._connection.execute(statement, [_storable(value) for value in values]).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another is part of the outer. Raises RecordsError."""
        with self._lock:
            self._depth += 1
            try:
                with self._outermost() if self._depth == 1 else nullcontext():
                    yield
            finally:
                self._depth -= 1

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        with self._named():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._named():
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def settle(self) -> None:
        """Bring what was written into the file itself, and leave nothing of what was deleted beside it."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the file; reads all of it."""
        try:
            return [row[0] for row in self._connection.execute("PRAGMA quick_check(1)")] == ["ok"]
        except sqlite3.Error:
            return False

    def _lacks(self, schema: str) -> bool:
        """Whether an update brings tables or indexes that are not in the file yet."""
        wanted = set(re.findall(r"IF NOT EXISTS (\w+)", schema))
        return not wanted <= {row[0] for row in self._connection.execute("SELECT name FROM sqlite_master")}

    def _missing_columns(self, schema: str) -> Iterator[str]:
        """What brings columns into tables of the file that an update has given them."""
        with closing(sqlite3.connect(":memory:")) as wanted:
            wanted.executescript(schema)
            tables = wanted.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                there = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
                for _, name, kind, not_null, default, _ in wanted.execute(f"PRAGMA table_info({table})"):
                    if there and name not in there:
                        if not_null and default is None:  # no schema of ours ever grew so
                            raise RecordsError(f"{self.path}: the table {table} has no column {name}.")
                        rest = f"{' NOT NULL' if not_null else ''}{'' if default is None else f' DEFAULT {default}'}"
                        yield f"ALTER TABLE {table} ADD COLUMN {name} {kind}{rest}"

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise RecordsError(f"{self.path}: {error}.") from error
        except OSError as error:
            raise RecordsError(f"{self.path}: {error.strerror or error}.") from error


def _storable(value: Any) -> Any:
    """Text from the wire may hold halves of characters, which SQLite's UTF-8 cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
