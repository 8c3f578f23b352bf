"""My page: one's extension, what waits, the last calls, one's phones; PIN and announcement."""

from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from pbx.seconds import whole
from webui.form import Field, Form
from webui.parts.sound import played, sound_arguments, unpacked
from webui.request import Visit
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
def mine(visit: Visit) -> str:
    """One's own page."""
    return _mine(visit, visit.form(CALL))


@routes.post("/mine/call")
def call(visit: Visit) -> HTTPResponse | str:
    """Ring one's own phone, then the person who was typed."""
    form = visit.form(CALL)
    if form.sent("call"):
        return visit.see_other("/mine", visit._("Your phone is ringing. Pick up to make the call."))
    return _mine(visit, form)


@routes.get("/mine/pin")
def pin(visit: Visit) -> str:
    """Where the PIN is changed."""
    return visit.page("mine_pin", form=visit.form(PIN), person=_person(visit))


@routes.post("/mine/pin")
def change_pin(visit: Visit) -> HTTPResponse | str:
    """Change it."""
    form = visit.form(PIN)
    typed = form.values.get("pin") or ""
    if typed != form.values.get("again"):
        form.errors["again"] = visit._("The two PINs do not match.")
    if form.errors:
        form.status = 422
        return visit.page("mine_pin", form=form, person=_person(visit))
    try:
        visit.ask("pin set", pin=typed)
    except Refused as refusal:
        form.refuse(refusal)
        return visit.page("mine_pin", form=form, person=_person(visit))
    return visit.see_other("/mine", visit._("Your PIN has been changed."))


@routes.post("/mine/pin/remove")
def remove_pin(visit: Visit) -> HTTPResponse:
    """Have no PIN: then nobody hears the messages by phone."""
    visit.ask("pin set", pin="")
    return visit.see_other("/mine", visit._("Your PIN has been removed."))


@routes.get("/mine/announcement")
def announcement(visit: Visit) -> str:
    """Where one's announcement is heard and changed."""
    return _announcement(visit, visit.form(()))


@routes.post("/mine/announcement", uploads=True)
def change_announcement(visit: Visit) -> HTTPResponse | str:
    """Change it."""
    form = visit.form(())
    sound = sound_arguments(visit, "announcement", form)
    if form.sent("announcement set", **sound):
        return visit.see_other("/mine/announcement", visit._("Saved."))
    return _announcement(visit, form)


@routes.get("/mine/announcement/sound")
def hear_announcement(visit: Visit) -> HTTPResponse:
    """What callers hear now."""
    return played(visit, unpacked(visit.ask("greeting sound", kind="person", key=_extension(visit))))


def _mine(visit: Visit, form: Form) -> str:
    suggested = _suggested(visit)
    return visit.page("mine", mine=visit.ask("mine"), form=form, most=_SHOWN, suggested=suggested, whole=whole)


def takers(visit: Visit) -> list[tuple[str, str]]:
    """Whom a task can be handed over to: extensions and names."""
    groups = [(each["extension"], each["name"]) for each in visit.ask("group list")]
    people = [(each["extension"], each["name"]) for each in visit.ask("user list")]
    return people + groups


def _suggested(visit: Visit) -> list[tuple[str, str]]:
    """What can be typed to call somebody, and what it means."""
    own = visit.account.extension if visit.account is not None else ""
    colleagues = [(extension, name) for extension, name in takers(visit) if extension != own]
    found = visit.ask("contact page", limit=_SUGGESTED)["contacts"]
    return (colleagues + [(each["name"], visit.number(each["number"])) for each in found])[:_SUGGESTED]


def _announcement(visit: Visit, form: Form) -> str:
    found = visit.ask("greeting show", kind="person", key=_extension(visit))
    return visit.page("mine_announcement", form=form.fill(found), found=found)


def _person(visit: Visit) -> Any:
    return visit.ask("mine")["person"]


def _extension(visit: Visit) -> str:
    return str(visit.account.extension) if visit.account is not None else ""
