"""Backups: make, fetch, bring, look into, restore, and go back to what was there before."""

import base64
from collections.abc import Iterator
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Field, Form
from webui.parts import pieces
from webui.parts.sizes import size
from webui.request import Visit
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
def backups(visit: Visit) -> str:
    """What there is."""
    return _shown(visit)


@routes.post("/backup", may="admin")
def make(visit: Visit) -> HTTPResponse | str:
    """Have one made; the page shows how far it is."""
    form = visit.form(MAKE)
    if form.values["password"] != form.values["again"]:
        form.errors["again"] = visit._("The two passwords do not match.")
    if form.errors:
        form.status = 422
    else:
        try:
            visit.ask("backup make", password=form.values["password"], wait=False)
            return visit.see_other("/backup")
        except Refused as refusal:
            form.refuse(refusal)
    return _shown(visit, making=form)


@routes.post("/backup/nightly", may="admin")
def nightly(visit: Visit) -> HTTPResponse | str:
    """Another folder or password for every night."""
    form = _nightly(visit, visit.ask("nightly show"), sent=True)
    folder = form.values["folder"]
    below = str(form.values["below"] or "").strip().strip("/")
    whole = f"{folder}/{below}" if folder and below else folder
    asked = {"folder": whole, "password": form.values["password"]} | ({"seen": form.seen} if form.seen else {})
    try:
        visit.ask("nightly set", **asked)
    except Refused as refusal:
        form.refuse(refusal)
        return _shown(visit, nights=form)
    return visit.see_other("/backup", visit._("Saved."))


@routes.post("/backup/nightly/now", may="admin")
def tonight(visit: Visit) -> HTTPResponse:
    """Have the one of the night made now; what comes of it stands on the page."""
    try:
        visit.ask("nightly now", wait=False)
    except Refused as refusal:
        return visit.see_other("/backup", visit.said(refusal.said))
    return visit.see_other("/backup")


@routes.get("/backup/restoring", may="admin")
def restoring(visit: Visit) -> HTTPResponse | str:
    """Comes back by itself when the exchange runs with what was restored."""
    if visit.ask("backup list")["waits"]:
        return visit.page("backup_restoring")
    return visit.see_other("/backup", visit._("Restored. The exchange is running again."))


@routes.get("/backup/<name>/file", may="admin")
def file(visit: Visit, name: str) -> HTTPResponse:
    """A backup to download."""
    first = visit.ask("backup read", name=name)
    headers = [
        ("Content-Type", "application/octet-stream"),
        ("Content-Length", str(first["size"])),
        ("Content-Disposition", f'attachment; filename="{name}"'),
    ]
    return HTTPResponse(_pieces(visit, name, first), 200, headers)


@routes.post("/backup/upload", may="admin", uploads=True)
def upload(visit: Visit) -> HTTPResponse | str:
    """A backup from somewhere else: whole, or in pieces when a script sends it."""
    missing = visit._("Please choose a backup file first.")
    try:
        return pieces.brought(visit, "backup put", missing, lambda answer: f"/backup/{answer['name']}")
    except Refused as refusal:
        form = _unsent(visit, BRING)
        form.refuse(refusal)
        return _shown(visit, bringing=form)


@routes.get("/backup/<name>", may="admin")
def one(visit: Visit, name: str) -> str:
    """Look into one before it is restored."""
    return _one(visit, name)


@routes.post("/backup/<name>", may="admin")
def look(visit: Visit, name: str) -> HTTPResponse | str:
    """Have it unpacked and looked at; the page shows how far it is, then what is in it."""
    form = visit.form(OPEN)
    if form.sent("backup open", name=name, wait=False):
        return visit.see_other(f"/backup/{name}")
    return _one(visit, name, form)


@routes.post("/backup/<name>/restore", may="admin")
def restore(visit: Visit, name: str) -> HTTPResponse | str:
    """Put it in the place of what is there."""
    try:
        visit.ask("backup restore", opened=visit.sent("opened"))
    except Refused as refusal:
        form = _unsent(visit, OPEN)
        form.refuse(refusal)
        return _one(visit, name, form)
    return visit.see_other("/backup/restoring")


@routes.post("/backup/<name>/remove", may="admin")
def remove(visit: Visit, name: str) -> HTTPResponse:
    """Delete one, or what was there before the last restore."""
    visit.ask("backup remove", name=name)
    return visit.see_other("/backup", visit._("Deleted."))


@routes.post("/backup/back", may="admin")
def back(visit: Visit) -> HTTPResponse:
    """Go back to what was there before the last restore."""
    visit.ask("backup back")
    return visit.see_other("/backup/restoring")


def _shown(visit: Visit, making: Form | None = None, bringing: Form | None = None, nights: Form | None = None) -> str:
    found, night = visit.ask("backup list"), visit.ask("nightly show")
    work, writing = _work(found, "make"), _work(found, "night")
    return visit.page(
        "backup",
        found=found,
        work=work,
        making=making or _unsent(visit, MAKE),
        bringing=bringing or _unsent(visit, BRING),
        night=night,
        nights=nights or _nightly(visit, night),
        writing=writing if writing and writing["running"] else None,
        size=lambda length: size(visit.words, length),
        refresh=3 if any(each and each["running"] for each in (work, writing)) else 0,
        scripts=("pieces.js",),
    )


def _one(visit: Visit, name: str, form: Form | None = None) -> str:
    found = visit.ask("backup list")
    backup = next((each for each in found["backups"] if each["name"] == name), None)
    if backup is None:
        raise Refused(visit._("This backup no longer exists."))
    work = _work(found, "open", name)
    form = form or _unsent(visit, OPEN)
    if work and work["error"] and not form.errors and not form.error:
        sentence = visit.said(work["error"])
        if work["field"] == "password":
            form.errors["password"] = sentence
        else:
            form.error = sentence
    return visit.page(
        "backup_one",
        backup=backup,
        work=work,
        inside=work["result"] if work and not form.error else None,
        calls=found["calls"],
        form=form,
        size=lambda length: size(visit.words, length),
        refresh=3 if work and work["running"] else 0,
    )


def _work(found: Any, kind: str, name: str = "") -> Any:
    """What is being made, or opened of this name, or was last."""
    work = found["work"]
    return work if work and work["kind"] == kind and name in ("", work["name"]) else None


def _unsent(visit: Visit, fields: tuple[Field, ...]) -> Form:
    """A form that is only shown, beside another one that was sent."""
    form = visit.form(fields)
    form.posted, form.values, form.errors, form.typed, form.status = None, {}, {}, {}, 200
    return form.fill({})


def _nightly(visit: Visit, night: Any, sent: bool = False) -> Form:
    """Where the backup of every night goes: one of the disks that are there, or what was chosen before."""
    chosen = night["folder"]
    there = [*night["places"], *(each["place"] for each in night["unfit"])]
    disk = next((place for place in there if f"{chosen}/".startswith(f"{place}/")), chosen)
    places = sorted({*night["places"], *filter(None, (disk,))})
    options = (("", visit._("none: no automatic backup")), *((place, place) for place in places))
    values = {"folder": disk, "below": chosen[len(disk) :].strip("/"), "version": night["version"]}
    if sent:
        return visit.form(NIGHT, values, folder=options)
    return visit.blank(NIGHT, values, folder=options)


def _pieces(visit: Visit, name: str, piece: Any) -> Iterator[bytes]:
    """A backup as the exchange hands it out; in memory there is never more than a piece."""
    sent = 0
    while content := base64.b64decode(piece["data"]):
        sent += len(content)
        yield content
        if sent >= piece["size"]:
            return
        piece = visit.ask("backup read", name=name, at=sent)
