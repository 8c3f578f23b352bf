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
from webui.request import Request
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
def privacy(request: Request) -> str:
    """The times, and what is known of a number if one was typed."""
    number = request.query.get("number", "").strip()
    search, known = request.form(NUMBER, {"number": number}), None
    if number:
        try:
            known = request.ask("privacy show", number=number)
        except Refused as refusal:
            search.refuse(refusal)
    return _shown(request, search=search, known=known)


@routes.post("/privacy", may="admin")
def change(request: Request) -> HTTPResponse | str:
    """Other times."""
    form = request.form(TIMES)
    if form.sent("retention set"):
        return request.see_other("/privacy", request._("Saved. Anything older will be deleted within a day."))
    return _shown(request, times=form.fill(request.ask("retention show")))


@routes.post("/privacy/export", may="admin")
def export(request: Request) -> HTTPResponse:
    """Everything about a number as an archive."""
    made = request.ask("privacy export", number=request.sent("number"))
    name = re.sub(r"[^0-9A-Za-z.-]", "", made["name"])
    return HTTPResponse(
        _pieces(request, made["file"]),
        200,
        [
            ("Content-Type", "application/zip"),
            ("Content-Length", str(made["size"])),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        ],
    )


@routes.post("/privacy/erase", may="admin")
def erase(request: Request) -> HTTPResponse | str:
    """Everything about a number goes."""
    form = request.form(ERASE)
    if form.sent("privacy erase"):
        return request.see_other("/privacy", request._("Everything about this number has been erased."))
    number = request.sent("number")
    known = request.ask("privacy show", number=number)
    return _shown(request, search=_unsent(request, NUMBER, {"number": number}), known=known, form=form)


def _shown(
    request: Request,
    *,
    times: Form | None = None,
    search: Form | None = None,
    known: Any = None,
    form: Form | None = None,
) -> str:
    return request.page(
        "privacy",
        times=times or _unsent(request, TIMES, request.ask("retention show")),
        search=search or _unsent(request, NUMBER, {}),
        known=known,
        form=form or _unsent(request, ERASE, {}),
        directions=DIRECTIONS,
        outcomes=OUTCOMES,
        signs=SIGNS,
    )


def _unsent(request: Request, fields: tuple[Field, ...], values: dict[str, Any]) -> Form:
    """A form that is only shown, beside another one that was sent."""
    form = request.form(fields)
    form.posted, form.values, form.errors, form.typed = None, {}, {}, {}
    return form.fill(values)


def _pieces(request: Request, file: str) -> Iterator[bytes]:
    """An archive, piece by piece as the daemon hands it out."""
    sent, more = 0, True
    while more:
        piece = request.ask("privacy read", file=file, offset=sent)
        content = base64.b64decode(piece["data"])
        sent += len(content)
        more = piece["more"]
        yield content
