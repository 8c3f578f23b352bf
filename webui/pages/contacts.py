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
from webui.request import Visit
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
def contacts(visit: Visit) -> str:
    """Those who were searched for, or everybody."""
    search = visit.query.get("search", "").strip()
    found = visit.ask("contact page", search=search, page=paging.number(visit.query.get("page", "")), limit=PAGE)
    return visit.page(
        "contacts",
        contacts=found["contacts"],
        search=search,
        page=found["page"],
        pages=paging.numbered(found["all"], found["page"], PAGE, paging.linked(visit)),
        everybody=found["all"] if not search else visit.ask("contact page", limit=1)["all"],
    )


@routes.post("/contacts/call")
def call(visit: Visit) -> HTTPResponse | str:
    """Ring one's own phone, then call straight through to the contact's extension."""
    contact = visit.ask("contact show", name=visit.sent("name"))
    visit.ask("call", extension=visit.account.extension if visit.account else "", number=contact["name"])
    flash = visit._("Your phone is ringing. When you answer, {name} is called.").format(name=contact["name"])
    return visit.see_other(_back(visit), flash)


@routes.get("/contacts/new")
def new(visit: Visit) -> str:
    """One more; the number may come from a call's page."""
    start = {"number": visit.query.get("number", ""), "name": visit.query.get("name", "")}
    return visit.page("contact", form=visit.form(CONTACT, start), contact=None)


@routes.post("/contacts/new")
def add(visit: Visit) -> HTTPResponse | str:
    """Keep it."""
    form = visit.form(CONTACT)
    if form.sent("contact add"):
        return visit.see_other(
            "/contacts", visit._("{name} has been added to the contacts.").format(name=form.result["name"])
        )
    return visit.page("contact", form=form, contact=None)


@routes.get("/contacts/edit")
def edit(visit: Visit) -> str:
    """One of them."""
    found = _editable(visit)
    return visit.page("contact", form=visit.form(CONTACT, found), contact=found)


@routes.post("/contacts/edit")
def change(visit: Visit) -> HTTPResponse | str:
    """Save it."""
    form = visit.form(CONTACT)
    if form.sent("contact set", contact=visit.query.get("name", "")):
        return visit.see_other("/contacts", visit._("Saved."))
    found = _editable(visit)
    return visit.page("contact", form=form.fill(found), contact=found)


@routes.post("/contacts/remove")
def remove(visit: Visit) -> HTTPResponse:
    """Forget one."""
    removed = visit.ask("contact remove", name=visit.sent("name"))
    return visit.see_other("/contacts", visit._("{name} has been removed.").format(name=removed["name"]))


@routes.get("/contacts/export")
def export(visit: Visit) -> HTTPResponse:
    """All of them as a table."""
    rows = [[contact["name"], contact["number"], contact["extension"]] for contact in visit.ask("contact list")]
    return visit.csv([[visit._("Name"), visit._("Number"), visit._("Extension")], *rows], "contacts.csv")


@routes.get("/contacts/import", may="admin")
def bring(visit: Visit) -> str:
    """A file from another program."""
    return _import(visit)


@routes.post("/contacts/import", may="admin", uploads=True)
def look(visit: Visit) -> HTTPResponse | str:
    """Show what would become of the file; once that is as wanted, take it."""
    upload = visit.uploads.get("file")
    data = base64.b64encode(upload.content).decode() if upload else visit.sent("data")
    chosen = visit.posted.values.get("role") if not upload else None
    given: dict[str, Any] = {"roles": list(chosen)} if chosen else {}
    takes = visit.sent("do") == "take" and not upload
    given |= {"page": paging.number(visit.sent("page")), "limit": PAGE}
    try:
        found = visit.ask("contact import" if takes else "contact look", data=data, **given)
    except Refused as refusal:
        visit.status = 422
        return _import(visit, data=data if _is_base64(data) else "", error=visit.said(refusal.said))
    if not takes:
        return _import(visit, found, data)
    text = visit.n_("{number} contact was added.", "{number} contacts were added.", found["new"])
    flash = [text.format(number=visit.count(found["new"])), *filter(None, (_left_out(visit, found),))]
    return visit.see_other("/contacts", " ".join(flash))


def _import(visit: Visit, found: dict[str, Any] | None = None, data: str = "", error: str = "") -> str:
    where = paging.numbered(found["all"], found["page"], PAGE) if found else None
    full = _left_out(visit, found) if found else ""
    return visit.page("contacts_import", found=found, data=data, roles=ROLES, error=error, pages=where, full=full)


def _left_out(visit: Visit, found: dict[str, Any]) -> str:
    """That there is not room for all of them, with what can be done; empty when there is."""
    if not found["full"]:
        return ""
    text = visit.n_(
        "{number} contact does not fit: the limit is {most}, and there are {there} already. Remove some, then"
        " choose the file again.",
        "{number} contacts do not fit: the limit is {most}, and there are {there} already. Remove some, then choose"
        " the file again.",
        found["full"],
    )
    there = found["most"] - found["room"]
    return text.format(number=visit.count(found["full"]), most=visit.count(found["most"]), there=visit.count(there))


def written(contact: dict[str, Any]) -> str:
    """A number with the extension behind it, as it is typed."""
    return f"{contact['number']};{contact['extension']}" if contact["extension"] else str(contact["number"])


def _editable(visit: Visit) -> dict[str, Any]:
    found = visit.ask("contact show", name=visit.query.get("name", ""))
    return dict(found) | {"number": written(found)}


def _back(visit: Visit) -> str:
    kept = {name: visit.sent(name) for name in ("search", "page") if visit.sent(name)}
    return "/contacts" + (f"?{urlencode(kept)}" if kept else "")


def _is_base64(data: str) -> bool:
    try:
        return bool(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False
