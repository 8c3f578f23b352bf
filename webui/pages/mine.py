"""My page: one's extension, what waits, the last calls, one's phones; PIN and announcement."""

from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from pbx.seconds import whole
from webui.form import Field, Form
from webui.parts.sound import played, sound_arguments, unpacked
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

CALL = (Field("number", label=N_("Number or name"), required=True, autocomplete="off"),)
PIN = (
    Field(
        "pin",
        "password",
        N_("New PIN"),
        N_("4 to 10 digits. You need the PIN to listen to your messages by phone: dial *97."),
        required=True,
        autocomplete="new-password",
        inputmode="numeric",
    ),
    Field(
        "again", "password", N_("Repeat the new PIN"), required=True, autocomplete="new-password", inputmode="numeric"
    ),
)
_SUGGESTED = 200
"""Names offered while one types whom to call."""
_SHOWN = 5


@routes.get("/mine")
def mine(request: Request) -> str:
    """One's own page."""
    return _mine(request, request.form(CALL))


@routes.post("/mine/call")
def call(request: Request) -> HTTPResponse | str:
    """Ring one's own phone, then the person who was typed."""
    form = request.form(CALL)
    if form.sent("call"):
        return request.see_other("/mine", request._("Your phone is ringing. Pick up to make the call."))
    return _mine(request, form)


@routes.get("/mine/pin")
def pin(request: Request) -> str:
    """Where the PIN is changed."""
    return request.page("mine_pin", form=request.form(PIN), person=_person(request))


@routes.post("/mine/pin")
def change_pin(request: Request) -> HTTPResponse | str:
    """Change it."""
    form = request.form(PIN)
    typed = form.values.get("pin") or ""
    if typed != form.values.get("again"):
        form.errors["again"] = request._("The two PINs do not match.")
    if form.errors:
        form.status = 422
        return request.page("mine_pin", form=form, person=_person(request))
    try:
        request.ask("pin set", pin=typed)
    except Refused as refusal:
        form.refuse(refusal)
        return request.page("mine_pin", form=form, person=_person(request))
    return request.see_other("/mine", request._("Your PIN has been changed."))


@routes.post("/mine/pin/remove")
def remove_pin(request: Request) -> HTTPResponse:
    """Have no PIN: then nobody hears the messages by phone."""
    request.ask("pin set", pin="")
    return request.see_other("/mine", request._("Your PIN has been removed."))


@routes.get("/mine/announcement")
def announcement(request: Request) -> str:
    """Where one's announcement is heard and changed."""
    return _announcement(request, request.form(()))


@routes.post("/mine/announcement", uploads=True)
def change_announcement(request: Request) -> HTTPResponse | str:
    """Change it."""
    form = request.form(())
    sound = sound_arguments(request, "announcement", form)
    if form.sent("announcement set", **sound):
        return request.see_other("/mine/announcement", request._("Saved."))
    return _announcement(request, form)


@routes.get("/mine/announcement/sound")
def hear_announcement(request: Request) -> HTTPResponse:
    """What callers hear now."""
    return played(request, unpacked(request.ask("greeting sound", kind="person", key=_extension(request))))


def _mine(request: Request, form: Form) -> str:
    suggested = _suggested(request)
    return request.page("mine", mine=request.ask("mine"), form=form, most=_SHOWN, suggested=suggested, whole=whole)


def takers(request: Request) -> list[tuple[str, str]]:
    """Whom a task can be handed over to: extensions and names."""
    groups = [(each["extension"], each["name"]) for each in request.ask("group list")]
    people = [(each["extension"], each["name"]) for each in request.ask("user list")]
    return people + groups


def _suggested(request: Request) -> list[tuple[str, str]]:
    """What can be typed to call somebody, and what it means."""
    own = request.account.extension if request.account is not None else ""
    colleagues = [(extension, name) for extension, name in takers(request) if extension != own]
    found = request.ask("contact page", limit=_SUGGESTED)["contacts"]
    return (colleagues + [(each["name"], request.number(each["number"])) for each in found])[:_SUGGESTED]


def _announcement(request: Request, form: Form) -> str:
    found = request.ask("greeting show", kind="person", key=_extension(request))
    return request.page("mine_announcement", form=form.fill(found), found=found)


def _person(request: Request) -> Any:
    return request.ask("mine")["person"]


def _extension(request: Request) -> str:
    return str(request.account.extension) if request.account is not None else ""
