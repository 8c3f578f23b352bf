"""The doctor: every check with its result and what to do, and a trace to send to somebody who helps."""

import time
from typing import Any

from bottle import HTTPResponse

from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

AREAS = (
    (N_("Telephone network"), ("trunk", "path", "voice", "refused", "numbers", "extensions", "dialling")),
    (N_("Phones"), ("phones", "registered", "connections", "answers", "storm", "tls", "certificate", "pins")),
    (N_("Network"), ("network", "internet", "names", "port")),
    (N_("The box"), ("load", "memory", "disk", "card", "temperature", "power", "clock", "uptime")),
    (N_("Software and data"), ("rights", "records", "settings", "speech", "prompts", "greetings", "wire")),
)
"""Checks by what they are about; one with a new name is shown with the last."""
WORST = ("fail", "warn", "ok")
WORDS = {"ok": N_("OK"), "warn": N_("needs attention"), "fail": N_("not working")}


@routes.get("/doctor", may="admin")
def doctor(request: Request) -> str:
    """All checks, by area, the worst first."""
    checks = request.ask("doctor")
    return request.page(
        "doctor",
        areas=list(_areas(request, checks)),
        failed=sum(check["state"] == "fail" for check in checks),
        warned=sum(check["state"] == "warn" for check in checks),
        words={state: request._(word) for state, word in WORDS.items()},
    )


@routes.get("/doctor/trace", may="admin")
def trace(request: Request) -> HTTPResponse:
    """The latest SIP messages, without passwords, as a text to download."""
    text = str(request.ask("trace")["text"])
    name = time.strftime("durchwahl-trace-%Y%m%d-%H%M.txt")
    return request.download(text.encode(), name, "text/plain; charset=utf-8")


def _areas(request: Request, checks: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Title, worst state and checks of each area."""
    known = {name for _, names in AREAS for name in names}
    found = []
    for title, names in AREAS:
        last = names is AREAS[-1][1]
        here = [check for check in checks if check["name"] in names or (last and check["name"] not in known)]
        here.sort(key=lambda check: WORST.index(check["state"]))
        if here:
            found.append((request._(title), str(here[0]["state"]), here))
    return sorted(found, key=lambda area: WORST.index(area[1]))
