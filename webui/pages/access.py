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
from webui.request import Visit
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
def access(visit: Visit) -> str:
    """All accounts, and people to invite."""
    return _accounts(visit)


@routes.post("/access/invite", may="admin")
def invite(visit: Visit) -> str:
    """An invitation for a person or for an existing account, shown only once."""
    if account := visit.sent("account"):
        return _invitation(visit, visit.ask("account invite", account=account))
    form = visit.form(INVITED, extension=_without_account(visit, visit.ask("account list")))
    if form.sent("account invite"):
        return _invitation(visit, form.result)
    return _accounts(visit, invited=form)


@routes.post("/access/admin", may="admin")
def add_admin(visit: Visit) -> str:
    """Add an admin who is not a person with an extension."""
    form = visit.form(ADMIN)
    if form.sent("account add", role="admin", language=visit.language):
        return _invitation(visit, visit.ask("account invite", account=form.result["name"]))
    return _accounts(visit, admin=form)


@routes.post("/access/withdraw", may="admin")
def withdraw(visit: Visit) -> HTTPResponse:
    """Withdraw an invitation that nobody has used yet."""
    account = visit.ask("account withdraw", account=visit.sent("account"))
    return _back(visit, account, visit._("The invitation has been withdrawn."))


@routes.post("/access/remove", may="admin")
def remove(visit: Visit) -> HTTPResponse:
    """Delete an account."""
    account = visit.ask("account remove", account=visit.sent("account"), seen=visit.sent("seen") or None)
    return visit.see_other("/access", visit._("{name} no longer has a login.").format(name=account["person"]))


@routes.get("/access/account", may="admin")
def account(visit: Visit) -> HTTPResponse | str:
    """One account."""
    return _account(visit, visit.query.get("name", ""))


@routes.post("/access/account", may="admin")
def change(visit: Visit) -> HTTPResponse | str:
    """Save what was changed."""
    name = visit.query.get("name", "")
    accounts = visit.ask("account list")
    form = visit.form(ACCOUNT, **_choices(visit, accounts, name))
    if form.sent("account set", account=name):
        return _back(visit, form.result, visit._("Saved."))
    return _account(visit, name, form)


def _accounts(visit: Visit, invited: Form | None = None, admin: Form | None = None) -> str:
    accounts = visit.ask("account list")
    people = _without_account(visit, accounts)
    shown, where = paging.part(visit, sorted(accounts, key=_place), _PAGE, path="/access")
    return visit.page(
        "access",
        accounts=shown,
        pages=where,
        people=people,
        path=_path,
        invited=invited or visit.blank(INVITED, {}, extension=people),
        admin=admin or visit.blank(ADMIN, {}),
    )


def _account(visit: Visit, name: str, form: Form | None = None) -> HTTPResponse | str:
    accounts = visit.ask("account list")
    shown = next((each for each in accounts if each["name"] == name), None)
    if shown is None:
        return visit.see_other("/access", visit._("This login does not exist."))
    form = form or visit.form(ACCOUNT, **_choices(visit, accounts, name))
    return visit.page("account", account=shown, form=form.fill(shown), path=_path(shown))


def _choices(visit: Visit, accounts: list[dict[str, Any]], name: str) -> dict[str, list[tuple[str, str]]]:
    own = next((each["extension"] for each in accounts if each["name"] == name), "")
    others = [each for each in accounts if each["extension"] != own]
    nobody = ("", visit._("nobody: an admin without an extension"))
    mailboxes = [each for each in [*visit.ask("user list"), *visit.ask("group list")] if each["extension"] != own]
    return {
        "extension": [nobody, *_without_account(visit, others)],
        "mailboxes": [_named(each) for each in sorted(mailboxes, key=_place)],
    }


def _without_account(visit: Visit, accounts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """People who have no account yet."""
    taken = {each["extension"] for each in accounts}
    return [_named(each) for each in visit.ask("user list") if each["extension"] not in taken]


def _place(bearer: dict[str, Any]) -> tuple[bool, int, str, tuple[str, str]]:
    """The order of accounts: by extension as a number; those without one at the end, by name."""
    extension = str(bearer["extension"])
    return not extension, len(extension), extension, place(bearer.get("person") or bearer["name"])


def _named(bearer: dict[str, Any]) -> tuple[str, str]:
    return bearer["extension"], f"{bearer['extension']} {bearer['name']}"


def _back(visit: Visit, account: dict[str, Any], message: str) -> HTTPResponse:
    return visit.see_other(_path(account), message)


def _path(account: dict[str, Any]) -> str:
    return f"/access/account?name={quote(account['name'], safe='')}"


def _invitation(visit: Visit, invited: dict[str, Any]) -> str:
    link = _address(visit, invited)
    return visit.page("invitation", invited=invited, link=link, code=drawn(link, visit._("The link as a QR code")))


def _address(visit: Visit, invited: dict[str, Any]) -> str:
    """The link in a form that works on a colleague's device: not with a name that only this machine knows."""
    host = str(visit.request.get_header("Host", ""))
    name = access_rule.host_name(host) or "localhost"
    here = access_rule.address(name)
    if invited["pages"] and (name == "localhost" or (here is not None and here.is_loopback)):
        return str(invited["pages"][0])
    return f"{'https' if visit.secure else 'http'}://{host}{invited['path']}"


# --- one's own ------------------------------------------------------------------------------------------------------


@routes.get("/access/own")
def own(visit: Visit) -> str:
    """One's own language and password."""
    return _own(visit)


@routes.post("/access/own")
def change_language(visit: Visit) -> HTTPResponse | str:
    """Change the language of the page."""
    form = visit.form(LANGUAGE)
    if form.sent("account own"):
        visit.words = visit.site.words[form.result["language"]]
        return visit.see_other("/access/own", visit._("Saved."))
    return _own(visit, language=form)


@routes.post("/access/own/password")
def change_password(visit: Visit) -> HTTPResponse | str:
    """Change the password."""
    form = visit.form(OWN_PASSWORD)
    if form.sent("account own"):
        return visit.see_other("/access/own", visit._("Your new password has been saved."))
    return _own(visit, password=form)


def _own(visit: Visit, language: Form | None = None, password: Form | None = None) -> str:
    return visit.page(
        "access_own",
        language=language or visit.blank(LANGUAGE, {"language": visit.language}),
        password=password or visit.blank(OWN_PASSWORD, {}),
        roles=dict(ROLES),
    )


# --- people who are invited -----------------------------------------------------------------------------------------


@routes.get("/invitation/<code>", may="visitor")
def invitation(visit: Visit, code: str) -> str:
    """Where invited colleagues choose their password."""
    return _chosen(visit, code, visit.form(CHOSEN))


@routes.post("/invitation/<code>", may="visitor")
def accept(visit: Visit, code: str) -> HTTPResponse | str:
    """Save the password that was chosen, and log in."""
    form = visit.form(CHOSEN)
    if form.sent("invitation accept", code=code, source=visit.source):
        visit.enter(form.result["token"])
        return visit.see_other("/", visit._("Your password has been saved."))
    return _chosen(visit, code, form)


def _chosen(visit: Visit, code: str, form: Form) -> str:
    invited = visit.ask("invitation state", code=code, source=visit.source)
    return visit.page("invited", invited=invited, form=form, code=code)
