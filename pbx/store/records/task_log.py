"""Who did what with a task, and when."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pbx.store.records.database import Database

TaskDeed = Literal["done", "reopened", "given"]


@dataclass(frozen=True, slots=True)
class TaskNote:
    """One thing somebody did."""

    task: int
    at: float
    """Unix time, seconds."""
    who: str
    """Name of the account; empty: the box itself."""
    deed: TaskDeed


class TaskLog:
    """The table of it; a task that goes takes its notes along. Every method raises RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, note: TaskNote) -> None:
        """Remember it."""
        self._database.rows(
            "INSERT INTO task_log (task, at, who, deed) VALUES (?, ?, ?, ?)",
            [note.task, note.at, note.who, note.deed],
        )

    def latest(self, tasks: Iterable[int]) -> dict[int, TaskNote]:
        """The last note on each of these tasks that has one."""
        rows = self._database.rows(
            "SELECT task, at, who, deed FROM task_log WHERE task IN (SELECT value FROM json_each(?)) ORDER BY id",
            [json.dumps(list(tasks))],
        )
        return {row["task"]: TaskNote(**dict(row)) for row in rows}
