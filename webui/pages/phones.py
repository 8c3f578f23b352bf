"""Phones: every account a device may register with, shown once with its password, and fetched once by a softphone."""

from dataclasses import dataclass
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from pbx.store.models import Phone
from webui.described import fields_of
from webui.form import Form
from webui.parts import paging
from webui.parts.extension import people
from webui.parts.softphone import code, provisioning, sip_address, ticket_address
from webui.request import Request
from webui.routes import Routes
from webui.serving import access_rule
from webui.words import N_

routes = Routes()

NEW = fields_of(
    Phone, "extension", "name", extension={"kind": "choice", "label": N_("Whose phone is it?"), "autocomplete": ""}
)
_PAGE = 50
PHONE = fields_of(Phone, "name", name={"help": ""})


@dataclass(frozen=True, slots=True)
class Make:
    """A make of desk phone, and what its own page calls the fields of an account."""

    name: str
    where: str
    """The way to the form on the phone's page, in its own English words."""
    user: str
    auth: str
    password: str
    server: str
    display: str


MAKES = (
    Make("Yealink", "Account → Register", "User Name", "Register Name", "Password", "SIP Server 1: Server Host",
         "Label, Display Name"),
    Make("Snom", "Setup → Identity 1 → Login", "Account", "Authentication Username", "Password", "Registrar",
         "Displayname"),
    Make("Grandstream", "Accounts → Account 1 → General Settings", "SIP User ID", "SIP Authentication ID",
         "SIP Authentication Password", "SIP Server", "Account Name, Name"),
    Make("Gigaset", "Settings → Telephony → Connections", "Username", "Authentication name",
         "Authentication password", "Domain, Proxy server address, Registration server", "Display name"),
    Make("Fanvil", "Line → SIP → Register Settings", "Username", "Authentication User", "Authentication Password",
         "SIP Server 1: Server Address", "Display name"),
)  # fmt: skip
"""Names of other makers' fields: they are not translated."""


@routes.get("/phones", may="admin")
def phones(request: Request) -> str:
    """Every account, with what is registered with it."""
    return _all(
        request, request.form(NEW, {"extension": request.query.get("extension", "")}, extension=people(request))
    )


@routes.post("/phones", may="admin")
def add(request: Request) -> str:
    """One more account; the only page that shows its password."""
    form = request.form(NEW, extension=people(request))
    return _account(request, form.result) if form.sent("phone add") else _all(request, form)


@routes.get("/phones/<username>", may="admin")
def phone(request: Request, username: str) -> str:
    """One account."""
    found = _found(request, username)
    return request.page("phone", phone=found, form=request.form(PHONE, found), qr=None)


@routes.post("/phones/<username>", may="admin")
def change(request: Request, username: str) -> HTTPResponse | str:
    """Call it something else."""
    form = request.form(PHONE)
    if form.sent("phone set", username=username):
        return request.see_other(f"/phones/{username}", request._("Saved."))
    found = _found(request, username)
    return request.page("phone", phone=found, form=form.fill(found), qr=None)


@routes.post("/phones/<username>/renew", may="admin")
def renew(request: Request, username: str) -> str:
    """A new password, shown this once."""
    return _account(request, request.ask("phone renew", username=username, **_seen(request)))


@routes.post("/phones/<username>/code", may="admin")
def scan(request: Request, username: str) -> str:
    """A code that gives a softphone this account."""
    found = _found(request, username)
    ticket = request.ask("phone ticket", username=username)
    address = ticket_address(request, ticket["token"], found["domain"])
    drawn = code(address, request._("QR code for a softphone"))
    return request.page("phone", phone=found, form=request.blank(PHONE, found), qr=drawn, address=address)


@routes.post("/phones/<username>/remove", may="admin")
def remove(request: Request, username: str) -> HTTPResponse:
    """The phone that uses the account is logged off."""
    removed = request.ask("phone remove", username=username, **_seen(request))
    return request.see_other("/phones", request._("{name} has been removed.").format(name=removed["name"] or username))


@routes.get("/softphone/<token>", may="visitor")
def softphone(request: Request, token: str) -> HTTPResponse:
    """The account behind a code, once and in the local network only; whatever is wrong looks the same."""
    environ = request.http.environ
    account = None
    if access_rule.on_lan(environ.get("REMOTE_ADDR", ""), environ.get("SERVER_NAME", "")):
        try:
            account = request.ask("softphone", token=token)
        except Refused:
            account = None
    if account is None:
        return HTTPResponse("Not found.\n", 404, [("Content-Type", "text/plain; charset=utf-8")])
    return HTTPResponse(provisioning(account), 200, [("Content-Type", "application/xml; charset=utf-8")])


def _all(request: Request, form: Form) -> str:
    wanted = request.query.get("search", "").strip().casefold()
    people = {each["extension"]: each["name"] for each in request.ask("user list")}
    every = [each | {"person": people.get(each["extension"], "")} for each in request.ask("phone list")]
    found = [each for each in every if wanted in _text(each).casefold()]
    shown, where = paging.part(request, found, _PAGE)
    return request.page("phones", phones=shown, pages=where, every=len(every), people=people, form=form)


def _text(phone: dict[str, Any]) -> str:
    """What a search looks at."""
    devices = [f"{device['agent']} {device['address']}" for device in phone["devices"]]
    return " ".join([phone["extension"], phone["person"], phone["name"], phone["username"], *devices])


def _account(request: Request, phone: dict[str, Any]) -> str:
    person = request.ask("user show", person=phone["extension"])
    ticket = request.ask("phone ticket", username=phone["username"])
    address = ticket_address(request, ticket["token"], phone["domain"])
    return request.page(
        "phone_account",
        phone=phone,
        person=person,
        makes=MAKES,
        address=address,
        linphone=code(address, request._("QR code for Linphone")),
        plain=code(sip_address(phone), request._("QR code with user name and password as a SIP address")),
    )


def _found(request: Request, username: str) -> dict[str, Any]:
    """The phone as listed. Raises Refused."""
    for each in request.ask("phone list"):
        if each["username"] == username:
            return dict(each) | {"person": request.ask("user show", person=each["extension"])["name"]}
    raise Refused(request._("This phone does not exist."))


def _seen(request: Request) -> dict[str, str]:
    return {"seen": seen} if (seen := request.sent("seen")) else {}
