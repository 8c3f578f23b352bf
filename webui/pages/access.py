"""Logins: who may log in and as what, invitations, whose messages they may hear; one's own password."""

from typing import Any
from urllib.parse import quote

from bottle import HTTPResponse

from pbx.alphabet import place
from pbx.store.models import Account
from webui.described import fields_of
from webui.form import Field, Form
from webui.pages.welcome import PASSWORD
from webui.parts import paging
from webui.parts.softphone import code as drawn
from webui.request import Request
from webui.routes import Routes
from webui.serving import access_rule
from webui.words import N_

routes = Routes()

ROLES = (("user", N_("Colleague: only sees their own data")), ("admin", N_("Admin: manages the office and the box")))
PERSON = {"kind": "choice"}
ACCOUNT = fields_of(
    Account, "name", "role", "extension", "language", "mailboxes", role={"options": ROLES}, extension=PERSON
)
_PAGE = 50
INVITED = fields_of(Account, "extension", extension={**PERSON, "required": True})
ADMIN = (Field("name", label=N_("Name"), required=True, autocomplete="off"),)
CHOSEN = (PASSWORD,)
LANGUAGE = fields_of(Account, "language")
OWN_PASSWORD = (
    Field("old", "password", N_("Current password"), required=True, autocomplete="current-password"),
    Field(
        "new",
        "password",
        N_("New password"),
        N_("At least 10 characters. You will be logged out on all your other devices."),
        required=True,
        autocomplete="new-password",
    ),
)


# --- the office's accounts ------------------------------------------------------------------------------------------


@routes.get("/access", may="admin")
def access(request: Request) -> str:
    """All accounts, and people to invite."""
    return _accounts(request)


@routes.post("/access/invite", may="admin")
def invite(request: Request) -> str:
    """An invitation for a person or for an existing account, shown only once."""
    if account := request.sent("account"):
        return _invitation(request, request.ask("account invite", account=account))
    form = request.form(INVITED, extension=_without_account(request, request.ask("account list")))
    if form.sent("account invite"):
        return _invitation(request, form.result)
    return _accounts(request, invited=form)


@routes.post("/access/admin", may="admin")
def add_admin(request: Request) -> str:
    """Add an admin who is not a person with an extension."""
    form = request.form(ADMIN)
    if form.sent("account add", role="admin", language=request.language):
        return _invitation(request, request.ask("account invite", account=form.result["name"]))
    return _accounts(request, admin=form)


@routes.post("/access/withdraw", may="admin")
def withdraw(request: Request) -> HTTPResponse:
    """Withdraw an invitation that nobody has used yet."""
    account = request.ask("account withdraw", account=request.sent("account"))
    return _back(request, account, request._("The invitation has been withdrawn."))


@routes.post("/access/remove", may="admin")
def remove(request: Request) -> HTTPResponse:
    """Delete an account."""
    account = request.ask("account remove", account=request.sent("account"), seen=request.sent("seen") or None)
    return request.see_other("/access", request._("{name} no longer has a login.").format(name=account["person"]))


@routes.get("/access/account", may="admin")
def account(request: Request) -> HTTPResponse | str:
    """One account."""
    return _account(request, request.query.get("name", ""))


@routes.post("/access/account", may="admin")
def change(request: Request) -> HTTPResponse | str:
    """Save what was changed."""
    name = request.query.get("name", "")
    accounts = request.ask("account list")
    form = request.form(ACCOUNT, **_choices(request, accounts, name))
    if form.sent("account set", account=name):
        return _back(request, form.result, request._("Saved."))
    return _account(request, name, form)


def _accounts(request: Request, invited: Form | None = None, admin: Form | None = None) -> str:
    accounts = request.ask("account list")
    people = _without_account(request, accounts)
    shown, where = paging.part(request, sorted(accounts, key=_place), _PAGE, path="/access")
    return request.page(
        "access",
        accounts=shown,
        pages=where,
        people=people,
        path=_path,
        invited=invited or request.blank(INVITED, {}, extension=people),
        admin=admin or request.blank(ADMIN, {}),
    )


def _account(request: Request, name: str, form: Form | None = None) -> HTTPResponse | str:
    accounts = request.ask("account list")
    shown = next((each for each in accounts if each["name"] == name), None)
    if shown is None:
        return request.see_other("/access", request._("This login does not exist."))
    form = form or request.form(ACCOUNT, **_choices(request, accounts, name))
    return request.page("account", account=shown, form=form.fill(shown), path=_path(shown))


def _choices(request: Request, accounts: list[dict[str, Any]], name: str) -> dict[str, list[tuple[str, str]]]:
    own = next((each["extension"] for each in accounts if each["name"] == name), "")
    others = [each for each in accounts if each["extension"] != own]
    nobody = ("", request._("nobody: an admin without an extension"))
    mailboxes = [each for each in [*request.ask("user list"), *request.ask("group list")] if each["extension"] != own]
    return {
        "extension": [nobody, *_without_account(request, others)],
        "mailboxes": [_named(each) for each in sorted(mailboxes, key=_place)],
    }


def _without_account(request: Request, accounts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """People who have no account yet."""
    taken = {each["extension"] for each in accounts}
    return [_named(each) for each in request.ask("user list") if each["extension"] not in taken]


def _place(bearer: dict[str, Any]) -> tuple[bool, int, str, tuple[str, str]]:
    """The order of accounts: by extension as a number; those without one at the end, by name."""
    extension = str(bearer["extension"])
    return not extension, len(extension), extension, place(bearer.get("person") or bearer["name"])


def _named(bearer: dict[str, Any]) -> tuple[str, str]:
    return bearer["extension"], f"{bearer['extension']} {bearer['name']}"


def _back(request: Request, account: dict[str, Any], message: str) -> HTTPResponse:
    return request.see_other(_path(account), message)


def _path(account: dict[str, Any]) -> str:
    return f"/access/account?name={quote(account['name'], safe='')}"


def _invitation(request: Request, invited: dict[str, Any]) -> str:
    link = _address(request, invited)
    return request.page("invitation", invited=invited, link=link, code=drawn(link, request._("The link as a QR code")))


def _address(request: Request, invited: dict[str, Any]) -> str:
    """The link in a form that works on a colleague's device: not with a name that only this machine knows."""
    host = str(request.http.get_header("Host", ""))
    name = access_rule.host_name(host) or "localhost"
    here = access_rule.address(name)
    if invited["pages"] and (name == "localhost" or (here is not None and here.is_loopback)):
        return str(invited["pages"][0])
    return f"{'https' if request.secure else 'http'}://{host}{invited['path']}"


# --- one's own ------------------------------------------------------------------------------------------------------


@routes.get("/access/own")
def own(request: Request) -> str:
    """One's own language and password."""
    return _own(request)


@routes.post("/access/own")
def change_language(request: Request) -> HTTPResponse | str:
    """Change the language of the page."""
    form = request.form(LANGUAGE)
    if form.sent("account own"):
        request.words = request.site.words[form.result["language"]]
        return request.see_other("/access/own", request._("Saved."))
    return _own(request, language=form)


@routes.post("/access/own/password")
def change_password(request: Request) -> HTTPResponse | str:
    """Change the password."""
    form = request.form(OWN_PASSWORD)
    if form.sent("account own"):
        return request.see_other("/access/own", request._("Your new password has been saved."))
    return _own(request, password=form)


def _own(request: Request, language: Form | None = None, password: Form | None = None) -> str:
    return request.page(
        "access_own",
        language=language or request.blank(LANGUAGE, {"language": request.language}),
        password=password or request.blank(OWN_PASSWORD, {}),
        roles=dict(ROLES),
    )


# --- people who are invited -----------------------------------------------------------------------------------------


@routes.get("/invitation/<code>", may="visitor")
def invitation(request: Request, code: str) -> str:
    """Where invited colleagues choose their password."""
    return _chosen(request, code, request.form(CHOSEN))


@routes.post("/invitation/<code>", may="visitor")
def accept(request: Request, code: str) -> HTTPResponse | str:
    """Save the password that was chosen, and log in."""
    form = request.form(CHOSEN)
    if form.sent("invitation accept", code=code, source=request.source):
        request.enter(form.result["token"])
        return request.see_other("/", request._("Your password has been saved."))
    return _chosen(request, code, form)


def _chosen(request: Request, code: str, form: Form) -> str:
    invited = request.ask("invitation state", code=code, source=request.source)
    return request.page("invited", invited=invited, form=form, code=code)
