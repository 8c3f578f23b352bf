"""Greetings and announcements: what callers hear, number by number and person by person."""

from typing import Any

from bottle import HTTPResponse

from webui.form import Form
from webui.parts import paging
from webui.parts.sound import played, sound_arguments, unpacked
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

_NUMBERS, _PEOPLE = 20, 50
"""On a page."""


@routes.get("/greetings", may="admin")
def greetings(request: Request) -> str:
    """All of them, to be heard."""
    found = request.ask("greeting list")
    cards = []
    for kind, title, most in (("number", N_("Numbers"), _NUMBERS), ("person", N_("People"), _PEOPLE)):
        cards.append((title, *paging.part(request, [each for each in found if each["kind"] == kind], most, kind)))
    return request.page("greetings", cards=cards)


@routes.get("/greetings/<kind:re:number|person>/<key>", may="admin")
def greeting(request: Request, kind: str, key: str) -> str:
    """One of them."""
    found = request.ask("greeting show", kind=kind, key=key)
    return _shown(request, found, request.form((), found))


@routes.post("/greetings/<kind:re:number|person>/<key>", may="admin", uploads=True)
def change(request: Request, kind: str, key: str) -> HTTPResponse | str:
    """Save it."""
    form = request.form(())
    if kind == "number":
        done = form.sent("number set", number=key, **sound_arguments(request, "greeting", form))
    else:
        done = form.sent("user set", person=key, **sound_arguments(request, "announcement", form))
    if done:
        return request.see_other(f"/greetings/{kind}/{key}", request._("Saved."))
    found = request.ask("greeting show", kind=kind, key=key)
    return _shown(request, found, form.fill(found))


@routes.get("/greetings/<kind:re:number|person>/<key>/sound", may="admin")
def listen(request: Request, kind: str, key: str) -> HTTPResponse:
    """What is heard there now."""
    return played(request, unpacked(request.ask("greeting sound", kind=kind, key=key)))


def _shown(request: Request, found: dict[str, Any], form: Form) -> str:
    return request.page("greeting", found=found, form=form, rings=request.account.extension if request.account else "")
