"""Calls that leave something on the disk before they have ended: what is known of them, should a kill cut them off."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pbx.store.records.database import Database
from pbx.store.rows import CallRecord, LegQuality, Step
from pbx.store.shapes import made


@dataclass(frozen=True, slots=True)
class Cut:
    """A call that was not written down as it ended."""

    record: CallRecord
    """As it was when it was noted; it may have gone on."""
    names: Mapping[str, str]
    """Of people and groups then, by extension."""


class Unfinished:
    """Their table; every method raises RecordsError. `Records.add_call` forgets a call, in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, record: CallRecord, names: Mapping[str, str]) -> None:
        """What is known of a call now, in the place of what was noted of it before."""
        text = json.dumps({"record": dataclasses.asdict(record), "names": dict(names)})
        self._database.rows("INSERT OR REPLACE INTO unfinished (id, call) VALUES (?, ?)", [record.id, text])

    def all(self) -> tuple[Cut, ...]:
        """Every call that is noted."""
        return tuple(_cut(json.loads(row["call"])) for row in self._database.rows("SELECT call FROM unfinished"))

    def forget(self, id: str) -> None:
        """It is written down."""
        self._database.rows("DELETE FROM unfinished WHERE id = ?", [id])


def _cut(noted: dict[str, dict[str, object]]) -> Cut:
    values = dict(noted["record"])
    values["steps"] = tuple(made(Step, step) for step in values.get("steps") or ())  # type: ignore[attr-defined]
    values["legs"] = tuple(made(LegQuality, leg) for leg in values.get("legs") or ())  # type: ignore[attr-defined]
    return Cut(made(CallRecord, values), {name: str(value) for name, value in noted["names"].items()})
