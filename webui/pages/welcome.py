"""The first visit: the reader of the box's code becomes its admin. Later the code gives an admin a new password."""

from functools import cache
from typing import Any

from babel import Locale
from bottle import HTTPResponse

from pbx.alphabet import place
from webui.form import Field
from webui.request import Request
from webui.routes import Routes
from webui.words import LANGUAGES, N_

routes = Routes()

CODE = Field(
    "code",
    label=N_("Code"),
    help=N_("Ten letters and digits. Capital letters and dashes do not matter."),
    required=True,
    autocomplete="one-time-code",
)
PASSWORD = Field(
    "password",
    "password",
    N_("Password"),
    N_("At least 10 characters. Three or four unrelated words work well."),
    required=True,
    autocomplete="new-password",
)
FIRST = (
    CODE,
    Field(
        "name",
        label=N_("Your name"),
        help=N_("You will log in with this name."),
        required=True,
        autocomplete="username",
    ),
    PASSWORD,
    Field("language", "choice", N_("Language of this web page and of announcements"), options=tuple(LANGUAGES.items())),
    Field(
        "country",
        "choice",
        N_("Country"),
        N_("The country determines how numbers are dialled and which ones are emergency numbers."),
    ),
    Field(
        "number",
        label=N_("Phone number of the office"),
        help=N_("As on your letterhead, with the area code. You can leave this empty for now."),
        inputmode="tel",
        autocomplete="tel",
    ),
)
LATER = (
    CODE,
    Field("name", label=N_("Name of the admin"), required=True, autocomplete="username"),
    PASSWORD,
)
NEAR = ("DE", "AT", "CH", "LI", "LU")
"""Countries that come first."""
_NO_COUNTRIES = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")


@routes.get("/welcome", may="visitor")
def welcome(request: Request) -> str:
    """The form, with the code filled in after the box's button was pressed, or its QR code read."""
    state = request.ask("welcome state")
    code = state["code"] or request.query.get("code", "")[:20]
    return _page(request, state, {"code": code, "language": request.language, "country": state["country"]})


@routes.post("/welcome", may="visitor")
def begin(request: Request) -> HTTPResponse | str:
    """The code and what belongs to it were sent."""
    state = request.ask("welcome state")
    form = _form(request, state)
    if not form.sent("welcome begin", source=request.source):
        return request.page("welcome", form=form, state=state)
    request.enter(form.result["token"])
    if state["first"]:
        return request.see_other("/wizard")
    return request.see_other("/", request._("Your new password has been saved."))


def _page(request: Request, state: dict[str, Any], values: dict[str, str]) -> str:
    return request.page("welcome", form=_form(request, state, values), state=state)


def _form(request: Request, state: dict[str, Any], values: dict[str, str] | None = None) -> Any:
    if not state["first"]:
        return request.form(LATER, values)
    return request.form(FIRST, values, country=countries(request.words.locale))


@cache
def countries(locale: str) -> list[tuple[str, str]]:
    """Countries by their names in a language, those around us first."""
    names = {code: str(name) for code, name in Locale.parse(locale).territories.items() if len(code) == 2}
    others = sorted(names.keys() - {*NEAR, *_NO_COUNTRIES}, key=lambda code: place(names[code]))
    return [(code, names[code]) for code in (*NEAR, *others)]
