"""Every saved change in words, with who and when, and a button that takes it back."""

import unicodedata
from datetime import datetime
from itertools import groupby
from typing import Any

from babel.dates import format_date, format_datetime
from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.parts import paging
from webui.request import Request
from webui.routes import Routes

routes = Routes()

MOST = 40
"""Changes on one page."""
ALL = 1000
"""More than the exchange keeps."""
Line = dict[str, Any]


@routes.get("/changes", may="admin")
def changes(request: Request) -> str:
    """The newest changes, or those in which the words occur that were searched."""
    return _shown(request)


@routes.post("/changes/<id:int>/undo", may="admin")
def undo(request: Request, id: int) -> HTTPResponse | str:
    """Take one back."""
    try:
        request.ask("change undo", id=id)
    except Refused as refusal:
        request.status = 422
        return _shown(request, request.said(refusal.said))
    return request.see_other("/changes", request._("Undone. You can undo this as well."))


def _shown(request: Request, error: str = "") -> str:
    wanted = request.query.get("search", "").strip()
    if wanted:
        every = map(_worded(request), request.ask("change list", limit=ALL))
        lines, where = paging.part(request, [line for line in every if _has(line, wanted)], MOST, path="/changes")
    else:
        found = request.ask("change page", limit=MOST, **paging.turn(request))
        lines = list(map(_worded(request), found["changes"]))
        where = paging.turned(request, found, lines, path="/changes")
    return request.page(
        "changes",
        days=[(day, list(those)) for day, those in groupby(lines, lambda line: str(line["day"]))],
        wanted=wanted,
        error=error,
        pages=where,
    )


def _worded(request: Request) -> Any:
    """Says a change in the visitor's language."""

    def worded(line: Line) -> Line:
        return {
            "id": line["id"],
            "day": _day(request, line["at"]),
            "clock": format_datetime(datetime.fromtimestamp(line["at"]), "HH:mm", locale=request.words.locale),
            "who": request.said(line["who"]),
            "words": [_begun(request.said(each)) for each in line["said"]],
            "undoes": line["undoes"],
            "undone": line["undone"],
            "undone_by": request.said(line["undone_by"]) if line["undone"] else "",
            "undone_at": request.when(line["undone_at"]) if line["undone"] else "",
            "undoable": line["undoable"],
            "why_not": request.said(line["why_not"]) if line["why_not"] else "",
            "caution": request.said(line["caution"]) if line["caution"] else "",
        }

    return worded


def _day(request: Request, at: float) -> str:
    """Today, yesterday, or a date."""
    moment, today = datetime.fromtimestamp(at).date(), datetime.now().date()
    ago = (today - moment).days
    if ago in (0, 1):
        return request._("Yesterday") if ago else request._("Today")
    shape = "EEEE, d. MMMM" if request.language == "de" else "EEEE, d MMMM"
    return str(format_date(moment, shape if moment.year == today.year else f"{shape} y", locale=request.words.locale))


def _begun(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def _has(line: Line, wanted: str) -> bool:
    """Whether every word that is searched occurs in it, accents and capitals or not."""
    text = _plain(" ".join((line["who"], line["day"], *line["words"])))
    return all(word in text for word in _plain(wanted).split())


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
