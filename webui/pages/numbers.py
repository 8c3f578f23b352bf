"""The office's outside numbers: who is rung, what may be dialled, and the way a call takes."""

from datetime import datetime
from typing import Any

from bottle import HTTPResponse

from pbx.store.models import Number
from webui.described import fields_of, labels
from webui.form import Form
from webui.parts import paging
from webui.parts.path_picture import drawn
from webui.parts.sound import sound_arguments
from webui.request import Request
from webui.routes import Routes

routes = Routes()

NEW = fields_of(Number)
NUMBER = tuple(each for each in NEW if each.name != "number")
_PAGE, _NAMED = 48, 12
"""Numbers on a page, and how many of those that one rings are named there."""
CHOSEN_PLACES, EMPTY_PLACES = 4, 2
"""Places at which anybody can be chosen, the empty ones for somebody more: each has all of a large office in it."""


@routes.get("/numbers", may="admin")
def numbers(request: Request) -> str:
    """All of them."""
    found = request.ask("number list")
    names = dict(_bearers(request))
    shown, where = paging.part(request, found, _PAGE)
    dialled = labels(Number, "extensions")
    return request.page("numbers", numbers=shown, pages=where, most=_NAMED, names=names, dialled=dialled)


@routes.get("/numbers/new", may="admin")
def new(request: Request) -> HTTPResponse | str:
    """One more."""
    return _new(request, _form(request, {"extensions": "all", "trunk": request.query.get("trunk", "")}, is_new=True))


@routes.post("/numbers/new", may="admin", uploads=True)
def add(request: Request) -> HTTPResponse | str:
    """Make it."""
    form = _form(request, is_new=True)
    if form.sent("number add", **sound_arguments(request, "greeting", form)):
        return request.see_other(f"/numbers/{form.result['e164']}", request._("Saved."))
    return _new(request, form)


@routes.get("/numbers/<number>", may="admin")
def number(request: Request, number: str) -> str:
    """One of them, with the way a call takes now, or at a time that was asked for."""
    found = request.ask("number show", number=number)
    return _shown(request, found, _form(request, found))


@routes.post("/numbers/<number>", may="admin", uploads=True)
def change(request: Request, number: str) -> HTTPResponse | str:
    """Save it."""
    form = _form(request)
    if form.sent("number set", number=number, **sound_arguments(request, "greeting", form)):
        return request.see_other(f"/numbers/{form.result['e164']}", request._("Saved."))
    found = request.ask("number show", number=number)
    return _shown(request, found, form.fill(found))


@routes.post("/numbers/<number>/remove", may="admin")
def remove(request: Request, number: str) -> HTTPResponse:
    """Calls to it are refused from now on."""
    removed = request.ask("number remove", number=number)
    return request.see_other(
        "/numbers", request._("{name} has been removed.").format(name=request.number(removed["e164"]))
    )


def _new(request: Request, form: Form) -> HTTPResponse | str:
    if not form.choices("trunk"):
        return request.see_other("/providers", request._("Please add the line for this number first."))
    return request.page(
        "number_new", form=form, bearers=_bearers(request), language=_language(request), **_places(form)
    )


def _shown(request: Request, found: dict[str, Any], form: Form) -> str:
    asked, at = _time(request)
    path = request.ask("number path", number=found["e164"], **({} if at is None else {"at": at}))
    return request.page(
        "number",
        number=found,
        form=form,
        bearers=_bearers(request),
        **_places(form),
        path=path,
        picture=drawn(request, path),
        asked=asked,
        at=at,
        language=_language(request),
    )


def _form(request: Request, values: dict[str, Any] | None = None, *, is_new: bool = False) -> Form:
    trunks = [trunk["name"] for trunk in request.ask("trunk list")]
    return request.form(NEW if is_new else NUMBER, values, trunk=trunks)


def _bearers(request: Request) -> list[tuple[str, str]]:
    """Who can be rung: extensions with names, people first."""
    return [(each["extension"], each["name"]) for verb in ("user list", "group list") for each in request.ask(verb)]


def _places(form: Form) -> dict[str, list[str]]:
    """Who is rung: `places` for the first ones, in order, and for somebody more; the `rest` are only ticked."""
    chosen = [each for each in form.listed("to") if each]
    return {"places": [*chosen[:CHOSEN_PLACES], *[""] * EMPTY_PLACES], "rest": chosen[CHOSEN_PLACES:]}


def _language(request: Request) -> str:
    return str(request.ask("office show")["language"])


def _time(request: Request) -> tuple[str, float | None]:
    """The date and time that were asked for, and as Unix time; what is none means now."""
    asked = request.query.get("at", "")[:32]
    try:
        return asked, datetime.fromisoformat(asked).timestamp()
    except (ValueError, OverflowError, OSError):
        return "", None
