"""People: everybody with their extension, everything about one person, and a pasted list that becomes people."""

from collections.abc import Sequence
from typing import Any

from bottle import HTTPResponse

from pbx.store.models import Person
from webui.described import fields_of
from webui.form import Field, Form
from webui.pages.now import STATES
from webui.parts import paging
from webui.parts.extension import offer, with_offer
from webui.parts.sound import sound_arguments
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

_PAGE = 50

NEW = fields_of(
    Person,
    "name",
    "extension",
    extension={"help": N_("2 to 4 digits. This one is free, but you can choose another."), "required": False},
)
NAMES = (
    Field(
        "names",
        "area",
        N_("Names"),
        N_("One person per line. You can add the extension after a semicolon or tab; e-mail addresses are ignored."),
        required=True,
    ),
)
PERSON = fields_of(Person, number={"kind": "choice"})


@routes.get("/people", may="admin")
def people(request: Request) -> str:
    """Everybody, or those a search finds."""
    return _everybody(request, request.form(NEW, request.ask("user free")))


@routes.post("/people", may="admin")
def add(request: Request) -> HTTPResponse | str:
    """Add a person."""
    form = with_offer(request, request.form(NEW))
    if not form.values.get("extension"):
        form.values["extension"] = request.ask("user free")["extension"]
    if form.sent("user add", extension=form.values["extension"]):
        return request.see_other(_path(form.result["extension"]), _added(request, [form.result]))
    return _everybody(request, form)


@routes.get("/people/free", may="admin")
def free(request: Request) -> HTTPResponse:
    """For people.js: whether a wanted extension is free."""
    wanted = {name: request.query[name] for name in ("extension", "person") if request.query.get(name)}
    found = request.ask("user free", **wanted)
    wrong = request.said(found["wrong"]) if found.get("wrong") else ""
    return request.json({"wrong": wrong, "free": found["extension"]})


@routes.get("/people/paste", may="admin")
def paste(request: Request) -> str:
    """The page for pasting a list of names."""
    return request.page("people_paste", form=request.form(NAMES), found=None)


@routes.post("/people/paste", may="admin")
def pasted(request: Request) -> HTTPResponse | str:
    """Preview a list with the extensions it would get, or add everybody in it."""
    form = request.form(NAMES)
    adds = request.sent("step") == "add"
    if adds and form.sent("user paste"):
        return request.see_other("/people", _added(request, [each for each in form.result if not each["known"]]))
    found = form.result if not adds and form.sent("user paste", dry=True) else None
    return request.page("people_paste", form=form, found=found)


@routes.post("/people/release/<extension>", may="admin")
def release(request: Request, extension: str) -> HTTPResponse:
    """Release the extension of a former colleague for anybody."""
    request.ask("extension release", extension=extension, seen=request.sent("seen"))
    return request.see_other("/people", request._("{extension} is free again.").format(extension=extension))


@routes.get("/people/<extension>", may="admin")
def person(request: Request, extension: str) -> str:
    """Everything about one person."""
    return _person(request, extension)


@routes.post("/people/<extension>", may="admin")
def change(request: Request, extension: str) -> HTTPResponse | str:
    """Save what was changed."""
    shown = request.ask("user show", person=extension)
    form = with_offer(request, request.form(PERSON, number=_numbers(request, shown)))
    if form.sent("user set", person=extension):
        return request.see_other(_path(form.result["extension"]), request._("Saved."))
    return _person(request, extension, form=form)


@routes.post("/people/<extension>/pin", may="admin")
def remove_pin(request: Request, extension: str) -> HTTPResponse:
    """Without a PIN nobody hears the messages by phone."""
    request.ask("user set", person=extension, pin="")
    return request.see_other(_path(extension), request._("The PIN has been removed."))


@routes.post("/people/<extension>/announcement", may="admin", uploads=True)
def announcement(request: Request, extension: str) -> HTTPResponse | str:
    """Set what callers hear when nobody answers: typed, uploaded, recorded, or the standard text again."""
    form = request.form(())
    given = sound_arguments(request, "announcement", form)
    if not given and not form.errors:
        form.errors["announcement"] = request._("Please type a text, choose a sound file or make a recording.")
    if form.sent("user set", person=extension, **given):
        return request.see_other(_path(extension), request._("Saved."))
    return _person(request, extension, announcement=form)


def _everybody(request: Request, form: Form) -> str:
    wanted = request.query.get("search", "").strip().casefold()

    def found(bearers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for each in bearers if wanted in f"{each['extension']} {each['name']}".casefold()]

    people = request.ask("user list")
    shown, where = paging.part(request, found(people), _PAGE)
    former, where_former = paging.part(request, found(request.ask("extension list")), _PAGE, "left")
    return request.page(
        "people",
        people=shown,
        pages=where,
        everybody=len(people),
        former=former,
        former_pages=where_former,
        form=form,
        free=offer(request, form),
        lamps=STATES,
    )


def _person(
    request: Request,
    extension: str,
    *,
    form: Form | None = None,
    announcement: Form | None = None,
) -> str:
    shown = request.ask("user show", person=extension)
    form = form or request.blank(PERSON, shown, number=_numbers(request, shown))
    return request.page(
        "person",
        person=shown,
        form=form.fill(shown),
        announcement=(announcement or request.blank((), {})).fill(shown),
        free=offer(request, form),
    )


def _numbers(request: Request, shown: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """The office's numbers that nobody else has, and the choice of none."""
    return [("", request._("The office number")), *((each, request.number(each)) for each in shown["own_numbers"])]


def _added(request: Request, added: Sequence[dict[str, Any]]) -> str:
    if len(added) == 1:
        return request._("{name} now has extension {extension}.").format(**added[0])
    return request.n_("{number} person has been added.", "{number} people have been added.", len(added)).format(
        number=len(added)
    )


def _path(extension: str) -> str:
    return f"/people/{extension}"
