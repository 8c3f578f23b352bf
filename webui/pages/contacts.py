"""People outside whom the office calls: found, called by a click, and brought from other programs."""

import base64
import binascii
from typing import Any
from urllib.parse import urlencode

from bottle import HTTPResponse

from pbx.control.client import Refused
from pbx.store.models import Contact
from webui.described import fields_of
from webui.parts import paging
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

CONTACT = fields_of(Contact, "name", "number")
ROLES = (
    ("", N_("ignore")),
    ("name", N_("name")),
    ("first", N_("first name")),
    ("last", N_("last name")),
    ("company", N_("company")),
    ("phone", N_("number")),
    ("work", N_("work number")),
    ("mobile", N_("mobile number")),
    ("home", N_("home number")),
    ("extension", N_("extension")),
)
"""What a column of a table may hold."""
PAGE = 50
"""Contacts that are listed at once."""


@routes.get("/contacts")
def contacts(request: Request) -> str:
    """Those who were searched for, or everybody."""
    search = request.query.get("search", "").strip()
    found = request.ask("contact page", search=search, page=paging.number(request.query.get("page", "")), limit=PAGE)
    return request.page(
        "contacts",
        contacts=found["contacts"],
        search=search,
        page=found["page"],
        pages=paging.numbered(found["all"], found["page"], PAGE, paging.linked(request)),
        everybody=found["all"] if not search else request.ask("contact page", limit=1)["all"],
    )


@routes.post("/contacts/call")
def call(request: Request) -> HTTPResponse | str:
    """Ring one's own phone, then call straight through to the contact's extension."""
    contact = request.ask("contact show", name=request.sent("name"))
    request.ask("call", extension=request.account.extension if request.account else "", number=contact["name"])
    flash = request._("Your phone is ringing. When you answer, {name} is called.").format(name=contact["name"])
    return request.see_other(_back(request), flash)


@routes.get("/contacts/new")
def new(request: Request) -> str:
    """One more; the number may come from a call's page."""
    start = {"number": request.query.get("number", ""), "name": request.query.get("name", "")}
    return request.page("contact", form=request.form(CONTACT, start), contact=None)


@routes.post("/contacts/new")
def add(request: Request) -> HTTPResponse | str:
    """Keep it."""
    form = request.form(CONTACT)
    if form.sent("contact add"):
        return request.see_other(
            "/contacts", request._("{name} has been added to the contacts.").format(name=form.result["name"])
        )
    return request.page("contact", form=form, contact=None)


@routes.get("/contacts/edit")
def edit(request: Request) -> str:
    """One of them."""
    found = _editable(request)
    return request.page("contact", form=request.form(CONTACT, found), contact=found)


@routes.post("/contacts/edit")
def change(request: Request) -> HTTPResponse | str:
    """Save it."""
    form = request.form(CONTACT)
    if form.sent("contact set", contact=request.query.get("name", "")):
        return request.see_other("/contacts", request._("Saved."))
    found = _editable(request)
    return request.page("contact", form=form.fill(found), contact=found)


@routes.post("/contacts/remove")
def remove(request: Request) -> HTTPResponse:
    """Forget one."""
    removed = request.ask("contact remove", name=request.sent("name"))
    return request.see_other("/contacts", request._("{name} has been removed.").format(name=removed["name"]))


@routes.get("/contacts/export")
def export(request: Request) -> HTTPResponse:
    """All of them as a table."""
    rows = [[contact["name"], contact["number"], contact["extension"]] for contact in request.ask("contact list")]
    return request.csv([[request._("Name"), request._("Number"), request._("Extension")], *rows], "contacts.csv")


@routes.get("/contacts/import", may="admin")
def bring(request: Request) -> str:
    """A file from another program."""
    return _import(request)


@routes.post("/contacts/import", may="admin", uploads=True)
def look(request: Request) -> HTTPResponse | str:
    """Show what would become of the file; once that is as wanted, take it."""
    upload = request.uploads.get("file")
    data = base64.b64encode(upload.content).decode() if upload else request.sent("data")
    chosen = request.posted.values.get("role") if not upload else None
    given: dict[str, Any] = {"roles": list(chosen)} if chosen else {}
    takes = request.sent("do") == "take" and not upload
    given |= {"page": paging.number(request.sent("page")), "limit": PAGE}
    try:
        found = request.ask("contact import" if takes else "contact look", data=data, **given)
    except Refused as refusal:
        request.status = 422
        return _import(request, data=data if _is_base64(data) else "", error=request.said(refusal.said))
    if not takes:
        return _import(request, found, data)
    text = request.n_("{number} contact was added.", "{number} contacts were added.", found["new"])
    flash = [text.format(number=request.count(found["new"])), *filter(None, (_left_out(request, found),))]
    return request.see_other("/contacts", " ".join(flash))


def _import(request: Request, found: dict[str, Any] | None = None, data: str = "", error: str = "") -> str:
    where = paging.numbered(found["all"], found["page"], PAGE) if found else None
    full = _left_out(request, found) if found else ""
    return request.page("contacts_import", found=found, data=data, roles=ROLES, error=error, pages=where, full=full)


def _left_out(request: Request, found: dict[str, Any]) -> str:
    """That there is not room for all of them, with what can be done; empty when there is."""
    if not found["full"]:
        return ""
    text = request.n_(
        "{number} contact does not fit: the limit is {most}, and there are {there} already. Remove some, then"
        " choose the file again.",
        "{number} contacts do not fit: the limit is {most}, and there are {there} already. Remove some, then choose"
        " the file again.",
        found["full"],
    )
    there = found["most"] - found["room"]
    return text.format(
        number=request.count(found["full"]), most=request.count(found["most"]), there=request.count(there)
    )


def written(contact: dict[str, Any]) -> str:
    """A number with the extension behind it, as it is typed."""
    return f"{contact['number']};{contact['extension']}" if contact["extension"] else str(contact["number"])


def _editable(request: Request) -> dict[str, Any]:
    found = request.ask("contact show", name=request.query.get("name", ""))
    return dict(found) | {"number": written(found)}


def _back(request: Request) -> str:
    kept = {name: request.sent(name) for name in ("search", "page") if request.sent(name)}
    return "/contacts" + (f"?{urlencode(kept)}" if kept else "")


def _is_base64(data: str) -> bool:
    try:
        return bool(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False
