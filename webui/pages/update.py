"""Updates: the version that runs, bringing another one, how far it is, and how the last one went."""

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Field, Form
from webui.parts import pieces
from webui.parts.sizes import size
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

BRING = (Field("file", "file", N_("Update file"), N_("Its name ends with .raucb.")),)
STEPS = (
    ("asked", N_("Starts in a moment")),
    ("checking", N_("The box checks the file")),
    ("writing", N_("The box writes the new version next to the running one")),
    ("draining", N_("New calls wait until all calls have ended")),
    ("trying", N_("The box restarts and tries the new version")),
)
"""What happens, in order, by what the exchange calls it."""


@routes.get("/update", may="admin")
def update(request: Request) -> str:
    """What there is."""
    return _shown(request)


@routes.post("/update/upload", may="admin", uploads=True)
def upload(request: Request) -> HTTPResponse | str:
    """A file for an update."""
    try:
        return pieces.brought(
            request, "update offer", request._("Please choose an update file first."), lambda _: "/update"
        )
    except Refused as refusal:
        form = request.blank(BRING, {})
        form.refuse(refusal)
        return _shown(request, form)


@routes.post("/update/install", may="admin")
def install(request: Request) -> HTTPResponse:
    """Have it installed; the page shows how far it is."""
    request.ask("update install")
    return request.see_other("/update")


@routes.post("/update/forget", may="admin")
def forget(request: Request) -> HTTPResponse:
    """Delete the file, or say no more of how the last one ended."""
    request.ask("update forget", what=request.sent("what") or "all")
    return request.see_other("/update")


def _shown(request: Request, form: Form | None = None) -> str:
    found = request.ask("update status")
    phases = [phase for phase, _ in STEPS]
    return request.page(
        "update",
        found=found,
        step=phases.index(found["phase"]) if found["phase"] in phases else None,
        steps=[request._(words) for _, words in STEPS],
        form=form or request.blank(BRING, {}),
        size=lambda length: size(request.words, length),
        refresh=3 if found["phase"] in phases else 0,
        scripts=("pieces.js",),
    )
