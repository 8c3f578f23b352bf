"""Privacy: for how long things are kept, and everything about one number outside, to hand out or to erase."""

import base64
import re
from collections.abc import Iterator
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from pbx.store.models import Office
from webui.described import fields_of
from webui.form import Field, Form
from webui.pages.history import DIRECTIONS, OUTCOMES, SIGNS
from webui.request import Visit
from webui.routes import Routes
from webui.words import N_

routes = Routes()

TIMES = fields_of(Office, by="retention")
NUMBER = (Field("number", label=N_("Number"), required=True, autocomplete="off", inputmode="tel"),)
ERASE = (
    Field("number", required=True),
    Field("digits", label=N_("Last digits of the number"), required=True, autocomplete="off", inputmode="numeric"),
)


@routes.get("/privacy", may="admin")
def privacy(visit: Visit) -> str:
    """The times, and what is known of a number if one was typed."""
    number = visit.query.get("number", "").strip()
    search, known = visit.form(NUMBER, {"number": number}), None
    if number:
        try:
            known = visit.ask("privacy show", number=number)
        except Refused as refusal:
            search.refuse(refusal)
    return _shown(visit, search=search, known=known)


@routes.post("/privacy", may="admin")
def change(visit: Visit) -> HTTPResponse | str:
    """Other times."""
    form = visit.form(TIMES)
    if form.sent("retention set"):
        return visit.see_other("/privacy", visit._("Saved. Anything older will be deleted within a day."))
    return _shown(visit, times=form.fill(visit.ask("retention show")))


@routes.post("/privacy/export", may="admin")
def export(visit: Visit) -> HTTPResponse:
    """Everything about a number as an archive."""
    made = visit.ask("privacy export", number=visit.sent("number"))
    name = re.sub(r"[^0-9A-Za-z.-]", "", made["name"])
    return HTTPResponse(
        _pieces(visit, made["file"]),
        200,
        [
            ("Content-Type", "application/zip"),
            ("Content-Length", str(made["size"])),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        ],
    )


@routes.post("/privacy/erase", may="admin")
def erase(visit: Visit) -> HTTPResponse | str:
    """Everything about a number goes."""
    form = visit.form(ERASE)
    if form.sent("privacy erase"):
        return visit.see_other("/privacy", visit._("Everything about this number has been erased."))
    number = visit.sent("number")
    known = visit.ask("privacy show", number=number)
    return _shown(visit, search=_unsent(visit, NUMBER, {"number": number}), known=known, form=form)


def _shown(
    visit: Visit, *, times: Form | None = None, search: Form | None = None, known: Any = None, form: Form | None = None
) -> str:
    return visit.page(
        "privacy",
        times=times or _unsent(visit, TIMES, visit.ask("retention show")),
        search=search or _unsent(visit, NUMBER, {}),
        known=known,
        form=form or _unsent(visit, ERASE, {}),
        directions=DIRECTIONS,
        outcomes=OUTCOMES,
        signs=SIGNS,
    )


def _unsent(visit: Visit, fields: tuple[Field, ...], values: dict[str, Any]) -> Form:
    """A form that is only shown, beside another one that was sent."""
    form = visit.form(fields)
    form.posted, form.values, form.errors, form.typed = None, {}, {}, {}
    return form.fill(values)


def _pieces(visit: Visit, file: str) -> Iterator[bytes]:
    """An archive, piece by piece as the daemon hands it out."""
    sent, more = 0, True
    while more:
        piece = visit.ask("privacy read", file=file, offset=sent)
        content = base64.b64decode(piece["data"])
        sent += len(content)
        more = piece["more"]
        yield content
