"""Backups: make, fetch, bring, look into, restore, and go back to what was there before."""

import base64
from collections.abc import Iterator
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Field, Form
from webui.parts import pieces
from webui.parts.sizes import size
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

MAKE = (
    Field("password", "password", N_("Password of the backup"),
          N_("At least 10 characters. Write it down: without it nobody can open the backup, not even you."),
          required=True, autocomplete="new-password"),
    Field("again", "password", N_("Repeat the password"), required=True, autocomplete="new-password"),
)  # fmt: skip
OPEN = (Field("password", "password", N_("Password of the backup"), required=True, autocomplete="off"),)
NIGHT = (
    Field("folder", "choice", N_("USB stick or network folder"),
          N_("The box keeps one backup a day for seven days and one a week for four weeks."), autocomplete="off"),
    Field("below", label=N_("Folder on it"), help=N_("Leave empty for the stick itself. The folder must already"
                                                     " exist."),
          autocomplete="off"),
    Field("password", "password", N_("Password of the backups"),
          N_("At least 10 characters. The backups open with this password alone, on any box; this box"
             " only keeps a key made from it."),
          autocomplete="new-password"),
)  # fmt: skip
BRING = (Field("file", "file", N_("Backup file"), N_("Its name ends with .durchwahl-backup.")),)


@routes.get("/backup", may="admin")
def backups(request: Request) -> str:
    """What there is."""
    return _shown(request)


@routes.post("/backup", may="admin")
def make(request: Request) -> HTTPResponse | str:
    """Have one made; the page shows how far it is."""
    form = request.form(MAKE)
    if form.values["password"] != form.values["again"]:
        form.errors["again"] = request._("The two passwords do not match.")
    if form.errors:
        form.status = 422
    else:
        try:
            request.ask("backup make", password=form.values["password"], wait=False)
            return request.see_other("/backup")
        except Refused as refusal:
            form.refuse(refusal)
    return _shown(request, making=form)


@routes.post("/backup/nightly", may="admin")
def nightly(request: Request) -> HTTPResponse | str:
    """Another folder or password for every night."""
    form = _nightly(request, request.ask("nightly show"), sent=True)
    folder = form.values["folder"]
    below = str(form.values["below"] or "").strip().strip("/")
    whole = f"{folder}/{below}" if folder and below else folder
    asked = {"folder": whole, "password": form.values["password"]} | ({"seen": form.seen} if form.seen else {})
    try:
        request.ask("nightly set", **asked)
    except Refused as refusal:
        form.refuse(refusal)
        return _shown(request, nights=form)
    return request.see_other("/backup", request._("Saved."))


@routes.post("/backup/nightly/now", may="admin")
def tonight(request: Request) -> HTTPResponse:
    """Have the one of the night made now; what comes of it stands on the page."""
    try:
        request.ask("nightly now", wait=False)
    except Refused as refusal:
        return request.see_other("/backup", request.said(refusal.said))
    return request.see_other("/backup")


@routes.get("/backup/restoring", may="admin")
def restoring(request: Request) -> HTTPResponse | str:
    """Comes back by itself when the exchange runs with what was restored."""
    if request.ask("backup list")["waits"]:
        return request.page("backup_restoring")
    return request.see_other("/backup", request._("Restored. The exchange is running again."))


@routes.get("/backup/<name>/file", may="admin")
def file(request: Request, name: str) -> HTTPResponse:
    """A backup to download."""
    first = request.ask("backup read", name=name)
    headers = [
        ("Content-Type", "application/octet-stream"),
        ("Content-Length", str(first["size"])),
        ("Content-Disposition", f'attachment; filename="{name}"'),
    ]
    return HTTPResponse(_pieces(request, name, first), 200, headers)


@routes.post("/backup/upload", may="admin", uploads=True)
def upload(request: Request) -> HTTPResponse | str:
    """A backup from somewhere else: whole, or in pieces when a script sends it."""
    missing = request._("Please choose a backup file first.")
    try:
        return pieces.brought(request, "backup put", missing, lambda answer: f"/backup/{answer['name']}")
    except Refused as refusal:
        form = _unsent(request, BRING)
        form.refuse(refusal)
        return _shown(request, bringing=form)


@routes.get("/backup/<name>", may="admin")
def one(request: Request, name: str) -> str:
    """Look into one before it is restored."""
    return _one(request, name)


@routes.post("/backup/<name>", may="admin")
def look(request: Request, name: str) -> HTTPResponse | str:
    """Have it unpacked and looked at; the page shows how far it is, then what is in it."""
    form = request.form(OPEN)
    if form.sent("backup open", name=name, wait=False):
        return request.see_other(f"/backup/{name}")
    return _one(request, name, form)


@routes.post("/backup/<name>/restore", may="admin")
def restore(request: Request, name: str) -> HTTPResponse | str:
    """Put it in the place of what is there."""
    try:
        request.ask("backup restore", opened=request.sent("opened"))
    except Refused as refusal:
        form = _unsent(request, OPEN)
        form.refuse(refusal)
        return _one(request, name, form)
    return request.see_other("/backup/restoring")


@routes.post("/backup/<name>/remove", may="admin")
def remove(request: Request, name: str) -> HTTPResponse:
    """Delete one, or what was there before the last restore."""
    request.ask("backup remove", name=name)
    return request.see_other("/backup", request._("Deleted."))


@routes.post("/backup/back", may="admin")
def back(request: Request) -> HTTPResponse:
    """Go back to what was there before the last restore."""
    request.ask("backup back")
    return request.see_other("/backup/restoring")


def _shown(
    request: Request, making: Form | None = None, bringing: Form | None = None, nights: Form | None = None
) -> str:
    found, night = request.ask("backup list"), request.ask("nightly show")
    work, writing = _work(found, "make"), _work(found, "night")
    return request.page(
        "backup",
        found=found,
        work=work,
        making=making or _unsent(request, MAKE),
        bringing=bringing or _unsent(request, BRING),
        night=night,
        nights=nights or _nightly(request, night),
        writing=writing if writing and writing["running"] else None,
        size=lambda length: size(request.words, length),
        refresh=3 if any(each and each["running"] for each in (work, writing)) else 0,
        scripts=("pieces.js",),
    )


def _one(request: Request, name: str, form: Form | None = None) -> str:
    found = request.ask("backup list")
    backup = next((each for each in found["backups"] if each["name"] == name), None)
    if backup is None:
        raise Refused(request._("This backup no longer exists."))
    work = _work(found, "open", name)
    form = form or _unsent(request, OPEN)
    if work and work["error"] and not form.errors and not form.error:
        sentence = request.said(work["error"])
        if work["field"] == "password":
            form.errors["password"] = sentence
        else:
            form.error = sentence
    return request.page(
        "backup_one",
        backup=backup,
        work=work,
        inside=work["result"] if work and not form.error else None,
        calls=found["calls"],
        form=form,
        size=lambda length: size(request.words, length),
        refresh=3 if work and work["running"] else 0,
    )


def _work(found: Any, kind: str, name: str = "") -> Any:
    """What is being made, or opened of this name, or was last."""
    work = found["work"]
    return work if work and work["kind"] == kind and name in ("", work["name"]) else None


def _unsent(request: Request, fields: tuple[Field, ...]) -> Form:
    """A form that is only shown, beside another one that was sent."""
    form = request.form(fields)
    form.posted, form.values, form.errors, form.typed, form.status = None, {}, {}, {}, 200
    return form.fill({})


def _nightly(request: Request, night: Any, sent: bool = False) -> Form:
    """Where the backup of every night goes: one of the disks that are there, or what was chosen before."""
    chosen = night["folder"]
    there = [*night["places"], *(each["place"] for each in night["unfit"])]
    disk = next((place for place in there if f"{chosen}/".startswith(f"{place}/")), chosen)
    places = sorted({*night["places"], *filter(None, (disk,))})
    options = (("", request._("none: no automatic backup")), *((place, place) for place in places))
    values = {"folder": disk, "below": chosen[len(disk) :].strip("/"), "version": night["version"]}
    if sent:
        return request.form(NIGHT, values, folder=options)
    return request.blank(NIGHT, values, folder=options)


def _pieces(request: Request, name: str, piece: Any) -> Iterator[bytes]:
    """A backup as the exchange hands it out; in memory there is never more than a piece."""
    sent = 0
    while content := base64.b64decode(piece["data"]):
        sent += len(content)
        yield content
        if sent >= piece["size"]:
            return
        piece = request.ask("backup read", name=name, at=sent)
