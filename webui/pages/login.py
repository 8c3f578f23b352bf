"""Logging in and out."""

from bottle import HTTPResponse

from webui.form import Field, Form
from webui.request import Visit
from webui.routes import Routes
from webui.words import N_

routes = Routes()

FIELDS = (
    Field("name", label=N_("Name or extension"), required=True, autocomplete="username"),
    Field("password", "password", N_("Password"), required=True, autocomplete="current-password"),
)


@routes.get("/login", may="visitor")
def login(visit: Visit) -> HTTPResponse | str:
    """The form; who is logged in goes on."""
    if visit.account is not None:
        return visit.see_other(_next(visit.query.get("next", "")))
    return _page(visit, visit.form(FIELDS), visit.query.get("next", ""))


@routes.post("/login", may="visitor")
def enter(visit: Visit) -> HTTPResponse | str:
    """Name and password were sent."""
    form = visit.form(FIELDS)
    if form.sent("session open", source=visit.source):
        visit.enter(form.result["token"])
        return visit.see_other(_next(visit.sent("next")))
    return _page(visit, form, visit.sent("next"))


@routes.post("/logout", may="visitor")
def logout(visit: Visit) -> HTTPResponse:
    """The session ends, here and in the exchange."""
    visit.ask("session close")
    visit.leave()
    return visit.see_other("/login", visit._("You have been logged out."))


def _page(visit: Visit, form: Form, after: str) -> str:
    return visit.page("login", form=form, next=after)


def _next(path: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; `see_other` sees to the rest."""
    return path if path.startswith("/") and not path.startswith(("/login", "/logout")) else "/"
