"""Long lists in pages: which one somebody is on, and the ways to the others; links that can be kept and sent on.

Lists in which new things come in at the front (calls, tasks, messages, changes) are turned from place to place:
`before` and `after` in the address name a row, so that a page stays what it is. Lists by name have numbered pages.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from webui.request import Request

T = TypeVar("T")
_TURNS = ("before", "after")
_NUMBER = re.compile("[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pages:
    """What views/pages.tpl shows below a list; an empty link is a way that does not lead on."""

    start: int
    """Of the first row that is shown, from 1; 0 when there is none."""
    end: int
    all: int
    first: str = ""
    back: str = ""
    on: str = ""
    last: str = ""
    by_time: bool = False
    """Whether the newest come first."""

    @property
    def several(self) -> bool:
        """Whether there is more than this page."""
        return self.end - self.start + 1 < self.all


def turn(request: Request) -> dict[str, int]:
    """`before` or `after` as the address has it, for the daemon; what is no place is none."""
    for name in ("before", "after"):
        if _NUMBER.fullmatch(request.query.get(name, "")):
            return {name: int(request.query[name])}
    return {}


def turned(
    request: Request, found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], place: str = "id", path: str = ""
) -> Pages:
    """Where one is in what the daemon found: `all`, `ahead`, and rows with a `place` each, the newest first.

    `path` is where the list stands, if it is not the page that was asked for.
    """
    start, end = found["ahead"] + 1 if rows else 0, found["ahead"] + len(rows)
    back, on = start > 1, end < found["all"]
    return Pages(
        start,
        end,
        found["all"],
        first=_link(request, path) if back else "",
        back=_link(request, path, after=rows[0][place]) if back else "",
        on=_link(request, path, before=rows[-1][place]) if on else "",
        last=_link(request, path, after=0) if on else "",
        by_time=True,
    )


def number(wanted: str) -> int:
    """A page, from 1; what is no number is the first."""
    return max(1, int(wanted)) if _NUMBER.fullmatch(wanted) else 1


def numbered(everything: int, page: int, most: int, to: Callable[[int], str] = str) -> Pages:
    """Where one is on a page of `most` rows of `everything`; `to` makes the link to a page, or what a button sends."""
    last = max(1, -(-everything // most))
    return Pages(
        (page - 1) * most + 1 if everything else 0,
        min(page * most, everything),
        everything,
        first=to(1) if page > 1 else "",
        back=to(page - 1) if page > 1 else "",
        on=to(page + 1) if page < last else "",
        last=to(last) if page < last else "",
    )


def linked(request: Request, name: str = "page", path: str = "") -> Callable[[int], str]:
    """Makes links to the numbered pages of a list; the address calls them `name`, and `path` is as for `turned`."""
    return lambda page: _link(request, path, (name,), **({name: page} if page > 1 else {}))


def part(
    request: Request, items: Sequence[T], most: int, name: str = "page", path: str = ""
) -> tuple[Sequence[T], Pages]:
    """The items on the page that the address names, or on the last there is, and where that is."""
    page = min(number(request.query.get(name, "")), max(1, -(-len(items) // most)))
    return items[(page - 1) * most : page * most], numbered(len(items), page, most, linked(request, name, path))


def on_it(request: Request, *names: str) -> str:
    """The end of an address ("?people=2") by which one stays on the pages that one is on; empty on the first."""
    chosen = {name: page for name in names if (page := number(request.query.get(name, ""))) > 1}
    return f"?{urlencode(chosen)}" if chosen else ""


def _link(request: Request, path: str, turned: Sequence[str] = _TURNS, **chosen: int) -> str:
    """The address of another page of the table; what is searched for stays, and so do other lists on the same page."""
    kept = {key: value for key, value in request.query.items() if key not in turned and value}
    query = urlencode(kept | chosen)
    path = path or str(request.http.path)
    return f"{path}?{query}" if query else path
