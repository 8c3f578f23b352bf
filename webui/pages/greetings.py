"""Greetings and announcements: what callers hear, number by number and person by person."""

from typing import Any

from bottle import HTTPResponse

from webui.form import Form
from webui.parts import paging
from webui.parts.sound import played, sound_arguments, unpacked
from webui.request import Visit
from webui.routes import Routes
from webui.words import N_

routes = Routes()

_NUMBERS, _PEOPLE = 20, 50
"""On a page."""


@routes.get("/greetings", may="admin")
def greetings(visit: Visit) -> str:
    """All of them, to be heard."""
    found = visit.ask("greeting list")
    cards = []
    for kind, title, most in (("number", N_("Numbers"), _NUMBERS), ("person", N_("People"), _PEOPLE)):
        cards.append((title, *paging.part(visit, [each for each in found if each["kind"] == kind], most, kind)))
    return visit.page("greetings", cards=cards)


@routes.get("/greetings/<kind:re:number|person>/<key>", may="admin")
def greeting(visit: Visit, kind: str, key: str) -> str:
    """One of them."""
    found = visit.ask("greeting show", kind=kind, key=key)
    return _shown(visit, found, visit.form((), found))


@routes.post("/greetings/<kind:re:number|person>/<key>", may="admin", uploads=True)
def change(visit: Visit, kind: str, key: str) -> HTTPResponse | str:
    """Save it."""
    form = visit.form(())
    if kind == "number":
        done = form.sent("number set", number=key, **sound_arguments(visit, "greeting", form))
    else:
        done = form.sent("user set", person=key, **sound_arguments(visit, "announcement", form))
    if done:
        return visit.see_other(f"/greetings/{kind}/{key}", visit._("Saved."))
    found = visit.ask("greeting show", kind=kind, key=key)
    return _shown(visit, found, form.fill(found))


@routes.get("/greetings/<kind:re:number|person>/<key>/sound", may="admin")
def listen(visit: Visit, kind: str, key: str) -> HTTPResponse:
    """What is heard there now."""
    return played(visit, unpacked(visit.ask("greeting sound", kind=kind, key=key)))


def _shown(visit: Visit, found: dict[str, Any], form: Form) -> str:
    return visit.page("greeting", found=found, form=form, rings=visit.account.extension if visit.account else "")
