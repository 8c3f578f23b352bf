"""Updates: the version that runs, bringing another one, how far it is, and how the last one went."""

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Field, Form
from webui.parts import pieces
from webui.parts.sizes import size
from webui.request import Visit
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
def update(visit: Visit) -> str:
    """What there is."""
    return _shown(visit)


@routes.post("/update/upload", may="admin", uploads=True)
def upload(visit: Visit) -> HTTPResponse | str:
    """A file for an update."""
    try:
        return pieces.brought(
            visit, "update offer", visit._("Please choose an update file first."), lambda _: "/update"
        )
    except Refused as refusal:
        form = visit.blank(BRING, {})
        form.refuse(refusal)
        return _shown(visit, form)


@routes.post("/update/install", may="admin")
def install(visit: Visit) -> HTTPResponse:
    """Have it installed; the page shows how far it is."""
    visit.ask("update install")
    return visit.see_other("/update")


@routes.post("/update/forget", may="admin")
def forget(visit: Visit) -> HTTPResponse:
    """Delete the file, or say no more of how the last one ended."""
    visit.ask("update forget", what=visit.sent("what") or "all")
    return visit.see_other("/update")


def _shown(visit: Visit, form: Form | None = None) -> str:
    found = visit.ask("update status")
    phases = [phase for phase, _ in STEPS]
    return visit.page(
        "update",
        found=found,
        step=phases.index(found["phase"]) if found["phase"] in phases else None,
        steps=[visit._(words) for _, words in STEPS],
        form=form or visit.blank(BRING, {}),
        size=lambda length: size(visit.words, length),
        refresh=3 if found["phase"] in phases else 0,
        scripts=("pieces.js",),
    )
