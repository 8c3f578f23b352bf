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
from webui.request import Visit
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
def people(visit: Visit) -> str:
    """Everybody, or those a search finds."""
    return _everybody(visit, visit.form(NEW, visit.ask("user free")))


@routes.post("/people", may="admin")
def add(visit: Visit) -> HTTPResponse | str:
    """Add a person."""
    form = with_offer(visit, visit.form(NEW))
    if not form.values.get("extension"):
        form.values["extension"] = visit.ask("user free")["extension"]
    if form.sent("user add", extension=form.values["extension"]):
        return visit.see_other(_path(form.result["extension"]), _added(visit, [form.result]))
    return _everybody(visit, form)


@routes.get("/people/free", may="admin")
def free(visit: Visit) -> HTTPResponse:
    """For people.js: whether a wanted extension is free."""
    wanted = {name: visit.query[name] for name in ("extension", "person") if visit.query.get(name)}
    found = visit.ask("user free", **wanted)
    wrong = visit.said(found["wrong"]) if found.get("wrong") else ""
    return visit.json({"wrong": wrong, "free": found["extension"]})


@routes.get("/people/paste", may="admin")
def paste(visit: Visit) -> str:
    """The page for pasting a list of names."""
    return visit.page("people_paste", form=visit.form(NAMES), found=None)


@routes.post("/people/paste", may="admin")
def pasted(visit: Visit) -> HTTPResponse | str:
    """Preview a list with the extensions it would get, or add everybody in it."""
    form = visit.form(NAMES)
    adds = visit.sent("step") == "add"
    if adds and form.sent("user paste"):
        return visit.see_other("/people", _added(visit, [each for each in form.result if not each["known"]]))
    found = form.result if not adds and form.sent("user paste", dry=True) else None
    return visit.page("people_paste", form=form, found=found)


@routes.post("/people/release/<extension>", may="admin")
def release(visit: Visit, extension: str) -> HTTPResponse:
    """Release the extension of a former colleague for anybody."""
    visit.ask("extension release", extension=extension, seen=visit.sent("seen"))
    return visit.see_other("/people", visit._("{extension} is free again.").format(extension=extension))


@routes.get("/people/<extension>", may="admin")
def person(visit: Visit, extension: str) -> str:
    """Everything about one person."""
    return _person(visit, extension)


@routes.post("/people/<extension>", may="admin")
def change(visit: Visit, extension: str) -> HTTPResponse | str:
    """Save what was changed."""
    shown = visit.ask("user show", person=extension)
    form = with_offer(visit, visit.form(PERSON, number=_numbers(visit, shown)))
    if form.sent("user set", person=extension):
        return visit.see_other(_path(form.result["extension"]), visit._("Saved."))
    return _person(visit, extension, form=form)


@routes.post("/people/<extension>/pin", may="admin")
def remove_pin(visit: Visit, extension: str) -> HTTPResponse:
    """Without a PIN nobody hears the messages by phone."""
    visit.ask("user set", person=extension, pin="")
    return visit.see_other(_path(extension), visit._("The PIN has been removed."))


@routes.post("/people/<extension>/announcement", may="admin", uploads=True)
def announcement(visit: Visit, extension: str) -> HTTPResponse | str:
    """Set what callers hear when nobody answers: typed, uploaded, recorded, or the standard text again."""
    form = visit.form(())
    given = sound_arguments(visit, "announcement", form)
    if not given and not form.errors:
        form.errors["announcement"] = visit._("Please type a text, choose a sound file or make a recording.")
    if form.sent("user set", person=extension, **given):
        return visit.see_other(_path(extension), visit._("Saved."))
    return _person(visit, extension, announcement=form)


def _everybody(visit: Visit, form: Form) -> str:
    wanted = visit.query.get("search", "").strip().casefold()

    def found(bearers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for each in bearers if wanted in f"{each['extension']} {each['name']}".casefold()]

    people = visit.ask("user list")
    shown, where = paging.part(visit, found(people), _PAGE)
    former, where_former = paging.part(visit, found(visit.ask("extension list")), _PAGE, "left")
    return visit.page(
        "people",
        people=shown,
        pages=where,
        everybody=len(people),
        former=former,
        former_pages=where_former,
        form=form,
        free=offer(visit, form),
        lamps=STATES,
    )


def _person(
    visit: Visit,
    extension: str,
    *,
    form: Form | None = None,
    announcement: Form | None = None,
) -> str:
    shown = visit.ask("user show", person=extension)
    form = form or visit.blank(PERSON, shown, number=_numbers(visit, shown))
    return visit.page(
        "person",
        person=shown,
        form=form.fill(shown),
        announcement=(announcement or visit.blank((), {})).fill(shown),
        free=offer(visit, form),
    )


def _numbers(visit: Visit, shown: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """The office's numbers that nobody else has, and the choice of none."""
    return [("", visit._("The office number")), *((each, visit.number(each)) for each in shown["own_numbers"])]


def _added(visit: Visit, added: Sequence[dict[str, Any]]) -> str:
    if len(added) == 1:
        return visit._("{name} now has extension {extension}.").format(**added[0])
    return visit.n_("{number} person has been added.", "{number} people have been added.", len(added)).format(
        number=len(added)
    )


def _path(extension: str) -> str:
    return f"/people/{extension}"
