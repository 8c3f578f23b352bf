"""What goes on right now: who is free, who calls whom, how the ways outside and the box are."""

from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.parts import paging
from webui.parts.leds import leds
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

_MOST = {"calls": 24, "people": 100, "groups": 24, "numbers": 20}
"""On a page, of each list; what the address calls which page of it is shown."""
_MEMBERS = 12
"""Of a group."""
STATES = {
    "free": N_("free"),
    "ringing": N_("ringing"),
    "talking": N_("talking"),
    "offline": N_("not registered"),
}
"""What a lamp shows, in words."""
STAGES = {
    "begins": ("ringing", N_("starting")),
    "greeting": ("ringing", N_("hears the greeting")),
    "connecting": ("ringing", N_("being put through")),
    "ringing": ("ringing", N_("ringing")),
    "talking": ("talking", N_("talking")),
    "voicemail": ("talking", N_("voicemail")),
}
"""What a call is at: the lamp that fits, and words."""
HEALTH = {
    "load": N_("Processor"),
    "memory": N_("Memory"),
    "disk": N_("Disk space"),
    "card": N_("Memory card"),
    "temperature": N_("Temperature"),
    "power": N_("Power supply"),
    "clock": N_("Clock"),
    "uptime": N_("Uptime"),
}


@routes.get("/now")
def now(request: Request) -> str:
    """The page that is open all day."""
    return _shown(request)


@routes.post("/now/call")
def call(request: Request) -> HTTPResponse | str:
    """Ring one's own phone, then the colleague's."""
    extension = request.sent("extension")
    try:
        request.ask("call", number=extension)
    except Refused as refusal:
        request.status = 403 if refusal.code == 4 else 422
        return _shown(request, request.said(refusal.said))
    sentence = request._("Your phone is ringing. Pick up to be connected to {extension}.")
    return request.see_other("/now" + paging.on_it(request, *_MOST), sentence.format(extension=extension))


def _shown(request: Request, trouble: str = "") -> str:
    found: dict[str, Any] = request.ask("now")
    mine = next((each for each in found["people"] if each["extension"] == request.account.extension), None)  # type: ignore[union-attr]
    where: dict[str, paging.Pages] = {}
    for name, most in _MOST.items():
        found[name], where[name] = paging.part(request, found[name], most, name, "/now")
    return request.page(
        "now",
        **found,
        where=where,
        on_it=paging.on_it(request, *_MOST),
        members=_MEMBERS,
        leds=leds(request, found),
        trouble=trouble,
        can_call=mine is not None and mine["state"] != "offline",
        mine=mine["extension"] if mine else "",
        words={name: request._(words) for name, words in STATES.items()},
        stages={name: (lamp, request._(words)) for name, (lamp, words) in STAGES.items()},
        titles={name: request._(title) for name, title in HEALTH.items()},
    )
