"""What is kept behind a call's story: the SIP messages of its dialogs, and how the voice of its legs went."""

import dataclasses
import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pbx.store.records.database import Database
from pbx.store.rows import CallTrace, LegQualityPoint, LegQualityPoints, TracedDialog, TracedMessage

T = TypeVar("T")
_PORTION = 200


class Traces:
    """The tables `traces` and `voices`, compressed: a call takes a few kilobytes. Every method raises RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, call: str, at: float, trace: CallTrace) -> None:
        """Keep what went over the wire in a call that ended at `at` (Unix time)."""
        packed = _packed([_flat(trace.dialogs), _flat(trace.messages), trace.left_out])
        self._database.rows("INSERT OR REPLACE INTO traces (call, at, trace) VALUES (?, ?, ?)", [call, at, packed])

    def trace(self, call: str) -> CallTrace | None:
        """What went over the wire in this call; None when it is not kept (any more)."""
        rows = self._database.rows("SELECT trace FROM traces WHERE call = ?", [call])
        return _trace(rows[0]["trace"]) if rows else None

    def add_quality_points(self, call: str, legs: Sequence[LegQualityPoints]) -> None:
        """Keep how the voice of each leg went."""
        if legs:
            packed = _packed([[leg.party, _flat(leg.points)] for leg in legs])
            self._database.rows("INSERT OR REPLACE INTO voices (call, samples) VALUES (?, ?)", [call, packed])

    def quality_points(self, call: str) -> tuple[LegQualityPoints, ...]:
        """How the voice of each leg of this call went."""
        rows = self._database.rows("SELECT samples FROM voices WHERE call = ?", [call])
        if not rows:
            return ()
        return tuple(
            LegQualityPoints(party, tuple(_made(LegQualityPoint, values) for values in points))
            for party, points, *_ in _unpacked(rows[0]["samples"])
        )

    def with_text(self, matches: Callable[[str], bool]) -> list[str]:
        """The calls in whose messages there is something that matches; reads all traces, portion by portion."""
        found: list[str] = []
        after = ""
        while rows := self._database.rows(
            "SELECT call, trace FROM traces WHERE call > ? ORDER BY call LIMIT ?", [after, _PORTION]
        ):
            found += [row["call"] for row in rows if _has(_trace(row["trace"]), matches)]
            after = rows[-1]["call"]
        return found

    def remove(self, call: str) -> None:
        """Forget what went over the wire in this call."""
        self._database.rows("DELETE FROM traces WHERE call = ?", [call])

    def remove_old(self, before: float, most: int) -> int:
        """Forget traces of calls that ended before then, so many at most; how many there were."""
        return len(
            self._database.rows(
                "DELETE FROM traces WHERE call IN (SELECT call FROM traces WHERE at < ? LIMIT ?) RETURNING 1",
                [before, most],
            )
        )


def _has(trace: CallTrace, matches: Callable[[str], bool]) -> bool:
    return any(matches(message.text) for message in trace.messages)


def _flat(values: Sequence[Any]) -> list[list[Any]]:
    return [[getattr(value, field.name) for field in dataclasses.fields(value)] for value in values]


def _made(kind: type[T], values: Sequence[Any]) -> T:
    """The value of its fields in order; a newer version may have written more of them behind ours."""
    return kind(*values[: len(dataclasses.fields(kind))])  # type: ignore[arg-type]


def _packed(content: list[Any]) -> bytes:
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)


def _unpacked(content: bytes) -> Any:
    return json.loads(zlib.decompress(content))


def _trace(content: bytes) -> CallTrace:
    dialogs, messages, left_out, *_ = _unpacked(content)
    return CallTrace(
        tuple(_made(TracedDialog, values) for values in dialogs),
        tuple(_made(TracedMessage, values) for values in messages),
        left_out,
    )
