"""Logging in and out."""

from bottle import HTTPResponse

from webui.form import Field, Form
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

FIELDS = (
    Field("name", label=N_("Name or extension"), required=True, autocomplete="username"),
    Field("password", "password", N_("Password"), required=True, autocomplete="current-password"),
)


@routes.get("/login", may="visitor")
def login(request: Request) -> HTTPResponse | str:
    """The form; who is logged in goes on."""
    if request.account is not None:
        return request.see_other(_next(request.query.get("next", "")))
    return _page(request, request.form(FIELDS), request.query.get("next", ""))


@routes.post("/login", may="visitor")
def enter(request: Request) -> HTTPResponse | str:
    """Name and password were sent."""
    form = request.form(FIELDS)
    if form.sent("session open", source=request.source):
        request.enter(form.result["token"])
        return request.see_other(_next(request.sent("next")))
    return _page(request, form, request.sent("next"))


@routes.post("/logout", may="visitor")
def logout(request: Request) -> HTTPResponse:
    """The session ends, here and in the exchange."""
    request.ask("session close")
    request.leave()
    return request.see_other("/login", request._("You have been logged out."))


def _page(request: Request, form: Form, after: str) -> str:
    return request.page("login", form=form, next=after)


def _next(path: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; `see_other` sees to the rest."""
    return path if path.startswith("/") and not path.startswith(("/login", "/logout")) else "/"
