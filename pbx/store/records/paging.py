"""A page of a long table: so many rows before or behind a place, and how many there are in all.

Places are the keys that rows get in the order they come: a page stays what it is while newer rows come in, which no
count of rows from the beginning would, and the thousandth is found as soon as the first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pbx.store.records.database import Database

_END = 2**63 - 1
"""Newer than every place."""


@dataclass(frozen=True, slots=True)
class TablePageRequest:
    """Which page is wanted; without `before` and `after` the newest."""

    before: int | None = None
    """The last rows older than this place."""
    after: int | None = None
    """The first rows newer than this place; 0: the oldest of all."""
    most: int = 50


@dataclass(frozen=True, slots=True)
class TablePage:
    """Where a page is."""

    places: tuple[int, ...]
    """Newest first."""
    all: int
    """How many rows fit, on all pages."""
    ahead: int
    """How many of them are newer than these."""

    def counts(self) -> dict[str, int | bool]:
        """For those who show it."""
        return {"all": self.all, "ahead": self.ahead, "more": self.all > self.ahead + len(self.places)}


def page(database: Database, select: str, values: Sequence[Any], request: TablePageRequest) -> TablePage:
    """The page of what `select` finds, which names its only column `place`. Raises RecordsError.

    Beyond the last row comes the last page: as long as there is a row, there is one on the page.
    """
    found = _page(database, select, values, request)
    if request.after is not None and len(found.places) < request.most:
        return _page(database, select, values, TablePageRequest(most=request.most))
    if found.all and not found.places:
        return _page(database, select, values, TablePageRequest(after=0, most=request.most))
    return found


def _page(database: Database, select: str, values: Sequence[Any], request: TablePageRequest) -> TablePage:
    if request.after is None:
        side, edge = "place < ? ORDER BY place DESC", _END if request.before is None else request.before
    else:
        side, edge = "place > ? ORDER BY place", request.after
    # What must be searched is searched once; where there is no condition, the keys alone say how many and which.
    once = "MATERIALIZED" if values else "NOT MATERIALIZED"
    [row] = database.rows(
        f"WITH found AS {once} ({select}),"
        f" page AS (SELECT place FROM found WHERE {side} LIMIT ?)"
        " SELECT (SELECT json_group_array(place) FROM page) AS places, (SELECT COUNT(*) FROM found) AS everything,"
        " (SELECT COUNT(*) FROM found WHERE place > (SELECT MAX(place) FROM page)) AS ahead",
        [*values, max(-_END, min(edge, _END)), request.most],
    )
    return TablePage(tuple(sorted(json.loads(row["places"]), reverse=True)), row["everything"], row["ahead"])
