"""Every saved change in words, with who and when, and a button that takes it back."""

import unicodedata
from datetime import datetime
from itertools import groupby
from typing import Any

from babel.dates import format_date, format_datetime
from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.parts import paging
from webui.request import Visit
from webui.routes import Routes

routes = Routes()

MOST = 40
"""Changes on one page."""
ALL = 1000
"""More than the exchange keeps."""
Line = dict[str, Any]


@routes.get("/changes", may="admin")
def changes(visit: Visit) -> str:
    """The newest changes, or those in which the words occur that were searched."""
    return _shown(visit)


@routes.post("/changes/<id:int>/undo", may="admin")
def undo(visit: Visit, id: int) -> HTTPResponse | str:
    """Take one back."""
    try:
        visit.ask("change undo", id=id)
    except Refused as refusal:
        visit.status = 422
        return _shown(visit, visit.said(refusal.said))
    return visit.see_other("/changes", visit._("Undone. You can undo this as well."))


def _shown(visit: Visit, error: str = "") -> str:
    wanted = visit.query.get("search", "").strip()
    if wanted:
        every = map(_worded(visit), visit.ask("change list", limit=ALL))
        lines, where = paging.part(visit, [line for line in every if _has(line, wanted)], MOST, path="/changes")
    else:
        found = visit.ask("change page", limit=MOST, **paging.turn(visit))
        lines = list(map(_worded(visit), found["changes"]))
        where = paging.turned(visit, found, lines, path="/changes")
    return visit.page(
        "changes",
        days=[(day, list(those)) for day, those in groupby(lines, lambda line: str(line["day"]))],
        wanted=wanted,
        error=error,
        pages=where,
    )


def _worded(visit: Visit) -> Any:
    """Says a change in the visitor's language."""

    def worded(line: Line) -> Line:
        return {
            "id": line["id"],
            "day": _day(visit, line["at"]),
            "clock": format_datetime(datetime.fromtimestamp(line["at"]), "HH:mm", locale=visit.words.locale),
            "who": visit.said(line["who"]),
            "words": [_begun(visit.said(each)) for each in line["said"]],
            "undoes": line["undoes"],
            "undone": line["undone"],
            "undone_by": visit.said(line["undone_by"]) if line["undone"] else "",
            "undone_at": visit.when(line["undone_at"]) if line["undone"] else "",
            "undoable": line["undoable"],
            "why_not": visit.said(line["why_not"]) if line["why_not"] else "",
            "caution": visit.said(line["caution"]) if line["caution"] else "",
        }

    return worded


def _day(visit: Visit, at: float) -> str:
    """Today, yesterday, or a date."""
    moment, today = datetime.fromtimestamp(at).date(), datetime.now().date()
    ago = (today - moment).days
    if ago in (0, 1):
        return visit._("Yesterday") if ago else visit._("Today")
    shape = "EEEE, d. MMMM" if visit.language == "de" else "EEEE, d MMMM"
    return str(format_date(moment, shape if moment.year == today.year else f"{shape} y", locale=visit.words.locale))


def _begun(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def _has(line: Line, wanted: str) -> bool:
    """Whether every word that is searched occurs in it, accents and capitals or not."""
    text = _plain(" ".join((line["who"], line["day"], *line["words"])))
    return all(word in text for word in _plain(wanted).split())


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
