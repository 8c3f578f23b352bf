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
from webui.request import Visit
from webui.routes import Routes

routes = Routes()

NEW = fields_of(Number)
NUMBER = tuple(each for each in NEW if each.name != "number")
_PAGE, _NAMED = 48, 12
"""Numbers on a page, and how many of those that one rings are named there."""
CHOSEN_PLACES, EMPTY_PLACES = 4, 2
"""Places at which anybody can be chosen, the empty ones for somebody more: each has all of a large office in it."""


@routes.get("/numbers", may="admin")
def numbers(visit: Visit) -> str:
    """All of them."""
    found = visit.ask("number list")
    names = dict(_bearers(visit))
    shown, where = paging.part(visit, found, _PAGE)
    dialled = labels(Number, "extensions")
    return visit.page("numbers", numbers=shown, pages=where, most=_NAMED, names=names, dialled=dialled)


@routes.get("/numbers/new", may="admin")
def new(visit: Visit) -> HTTPResponse | str:
    """One more."""
    return _new(visit, _form(visit, {"extensions": "all", "trunk": visit.query.get("trunk", "")}, is_new=True))


@routes.post("/numbers/new", may="admin", uploads=True)
def add(visit: Visit) -> HTTPResponse | str:
    """Make it."""
    form = _form(visit, is_new=True)
    if form.sent("number add", **sound_arguments(visit, "greeting", form)):
        return visit.see_other(f"/numbers/{form.result['e164']}", visit._("Saved."))
    return _new(visit, form)


@routes.get("/numbers/<number>", may="admin")
def number(visit: Visit, number: str) -> str:
    """One of them, with the way a call takes now, or at a time that was asked for."""
    found = visit.ask("number show", number=number)
    return _shown(visit, found, _form(visit, found))


@routes.post("/numbers/<number>", may="admin", uploads=True)
def change(visit: Visit, number: str) -> HTTPResponse | str:
    """Save it."""
    form = _form(visit)
    if form.sent("number set", number=number, **sound_arguments(visit, "greeting", form)):
        return visit.see_other(f"/numbers/{form.result['e164']}", visit._("Saved."))
    found = visit.ask("number show", number=number)
    return _shown(visit, found, form.fill(found))


@routes.post("/numbers/<number>/remove", may="admin")
def remove(visit: Visit, number: str) -> HTTPResponse:
    """Calls to it are refused from now on."""
    removed = visit.ask("number remove", number=number)
    return visit.see_other("/numbers", visit._("{name} has been removed.").format(name=visit.number(removed["e164"])))


def _new(visit: Visit, form: Form) -> HTTPResponse | str:
    if not form.choices("trunk"):
        return visit.see_other("/providers", visit._("Please add the line for this number first."))
    return visit.page("number_new", form=form, bearers=_bearers(visit), language=_language(visit), **_places(form))


def _shown(visit: Visit, found: dict[str, Any], form: Form) -> str:
    asked, at = _time(visit)
    path = visit.ask("number path", number=found["e164"], **({} if at is None else {"at": at}))
    return visit.page(
        "number",
        number=found,
        form=form,
        bearers=_bearers(visit),
        **_places(form),
        path=path,
        picture=drawn(visit, path),
        asked=asked,
        at=at,
        language=_language(visit),
    )


def _form(visit: Visit, values: dict[str, Any] | None = None, *, is_new: bool = False) -> Form:
    trunks = [trunk["name"] for trunk in visit.ask("trunk list")]
    return visit.form(NEW if is_new else NUMBER, values, trunk=trunks)


def _bearers(visit: Visit) -> list[tuple[str, str]]:
    """Who can be rung: extensions with names, people first."""
    return [(each["extension"], each["name"]) for verb in ("user list", "group list") for each in visit.ask(verb)]


def _places(form: Form) -> dict[str, list[str]]:
    """Who is rung: `places` for the first ones, in order, and for somebody more; the `rest` are only ticked."""
    chosen = [each for each in form.listed("to") if each]
    return {"places": [*chosen[:CHOSEN_PLACES], *[""] * EMPTY_PLACES], "rest": chosen[CHOSEN_PLACES:]}


def _language(visit: Visit) -> str:
    return str(visit.ask("office show")["language"])


def _time(visit: Visit) -> tuple[str, float | None]:
    """The date and time that were asked for, and as Unix time; what is none means now."""
    asked = visit.query.get("at", "")[:32]
    try:
        return asked, datetime.fromisoformat(asked).timestamp()
    except (ValueError, OverflowError, OSError):
        return "", None
