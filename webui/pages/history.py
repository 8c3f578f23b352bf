"""Past calls: searched, downloaded as a table, and each one seen from all sides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from bottle import HTTPResponse

from pbx.seconds import whole
from webui.parts import ladder, paging, plot
from webui.parts.waveform import waveform
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

DIRECTIONS = {"in": N_("incoming"), "out": N_("outgoing"), "internal": N_("internal")}
OUTCOMES = {
    "answered": N_("answered"),
    "voicemail": N_("left a message"),
    "missed": N_("missed"),
    "gave-up": N_("hung up before anybody answered"),
    "refused": N_("refused"),
    "failed": N_("failed"),
}
SIGNS = {"in": "incoming", "out": "outgoing", "internal": "call"}
HEADS = (
    *(N_("Started"), N_("Direction"), N_("From"), N_("Name"), N_("To"), N_("Person or group"), N_("Outcome")),
    *(N_("Talk time (seconds)"), N_("What happened")),
)
_FILTERS = ("search", "extension", "direction", "outcome", "since", "until")
_PAGE = 50
_MESSAGES = 40
"""SIP messages of a call that one page shows."""
_PIECE = 250
"""Calls of a table that are fetched at a time: the exchange's other work gets its turn in between."""


@routes.get("/history")
def history(request: Request) -> str:
    """The calls that match the search, newest first."""
    typed = {name: request.query.get(name, "").strip() for name in _FILTERS}
    asked, errors = _asked(request, typed)
    nothing = {"calls": [], "all": 0, "ahead": 0}
    found: Any = nothing if errors else request.ask("history", **asked, **paging.turn(request), limit=_PAGE)
    if errors:
        request.status = 422
    chosen = {name: text for name, text in typed.items() if text}
    return request.page(
        "history",
        found=found,
        typed=typed,
        errors=errors,
        filtered=bool(chosen),
        pages=paging.turned(request, found, found["calls"], "place"),
        table="/history/table?" + urlencode(chosen),
        parties=_parties(request),
        directions=DIRECTIONS,
        outcomes=OUTCOMES,
        signs=SIGNS,
    )


@routes.get("/history/table")
def table(request: Request) -> HTTPResponse:
    """The same calls as a table for a spreadsheet, all of them however many there are."""
    asked, errors = _asked(request, {name: request.query.get(name, "").strip() for name in _FILTERS})
    found: Iterable[Mapping[str, Any]] = () if errors else _all(request, asked)
    rows = chain([[request._(head) for head in HEADS]], (_row(request, call) for call in found))
    return request.csv(rows, request._("calls") + ".csv")


def _all(request: Request, asked: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every call that matches, newest first, fetched piece by piece."""
    before: dict[str, int] = {}
    while True:
        found = request.ask("history", **asked, **before, limit=_PIECE, counted=False)
        yield from found["calls"]
        if not found["more"]:
            return
        before = {"before": found["calls"][-1]["place"]}


@routes.get("/calls/<id>")
def call(request: Request, id: str) -> str:
    """One call: its story, its messages, its voice."""
    found = request.ask("history call", id=id)
    began = found["call"]["started"]
    legs = [
        (leg, leg["name"] or request.number(leg["party"]) or request._("Number withheld"), place)
        for place, leg in enumerate(found["quality"])
    ]
    shown, where = paging.part(request, found["messages"], _MESSAGES, "messages")
    first = max(0, where.start - 1)
    return request.page(
        "call",
        found=found,
        call=found["call"],
        messages=list(enumerate(shown, first)),
        pages=where,
        ladder=ladder.drawn(request, found, first, _MESSAGES) if found["messages"] else "",
        party=lambda message: ladder.party(request, found["lanes"][message["lane"]]),
        after=lambda message: ladder.after(message["at"] - found["messages"][0]["at"]),
        kind=ladder.kind,
        legs=legs,
        plotted=lambda leg, name, place: plot.drawn(request, leg, began, name, place),
        in_words=lambda leg: plot.in_words(request, leg),
        grades=plot.GRADES,
        waveform=waveform,
        directions=DIRECTIONS,
        outcomes=OUTCOMES,
        signs=SIGNS,
    )


def _asked(request: Request, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The question for the daemon, and what is wrong with the input, by field."""
    errors: dict[str, str] = {}
    asked: dict[str, Any] = {"search": typed["search"][:200]}
    for name, known in (("direction", DIRECTIONS), ("outcome", OUTCOMES)):
        if typed[name] in known:
            asked[name] = typed[name]
    if re.fullmatch("[0-9]{2,4}", typed["extension"]):
        asked["extension"] = typed["extension"]
    for name, days in (("since", 0), ("until", 1)):
        if typed[name]:
            try:
                asked[name] = _midnight(date.fromisoformat(typed[name]) + timedelta(days))
            except (ValueError, OverflowError, OSError):
                errors[name] = request._("This is not a date. Please write it like 2026-03-31.")
    return asked, errors


def _midnight(day: date) -> float:
    """The start of a day by the box's clock."""
    return datetime(day.year, day.month, day.day).timestamp()


def _parties(request: Request) -> list[tuple[str, str]]:
    """People and groups whose calls can be chosen; users have only their own."""
    if not request.is_admin:
        return []
    found = [*request.ask("user list"), *request.ask("group list")]
    return [(each["extension"], each["name"]) for each in found]


def _row(request: Request, call: Mapping[str, Any]) -> list[Any]:
    return [
        datetime.fromtimestamp(call["started"]).strftime("%Y-%m-%d %H:%M:%S"),
        request._(DIRECTIONS[call["direction"]]),
        call["from"],
        call["from_name"],
        call["to"],
        f"{call['extension_name']} {call['extension']}".strip(),
        request._(OUTCOMES.get(call["outcome"], call["outcome"])),
        whole(call["talked"] or 0.0),
        call["story"],
    ]
