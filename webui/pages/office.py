"""The office as a whole: its name, its country and language, the number it shows, and how patient the box is."""

from bottle import HTTPResponse

from pbx.store.models import Office
from webui.described import fields_of
from webui.form import Form
from webui.pages.welcome import countries
from webui.request import Request
from webui.routes import Routes
from webui.words import LANGUAGES

routes = Routes()

FIELDS = fields_of(
    Office,
    name={"autocomplete": "organization"},
    country={"kind": "choice"},
    area_code={"inputmode": "numeric"},
    access_digit={"kind": "choice"},
)
[ACCESS] = (each for each in FIELDS if each.name == "access_digit")


@routes.get("/office", may="admin")
def office(request: Request) -> str:
    """The settings."""
    return request.page("office", form=_form(request, request.ask("office show")))


@routes.post("/office", may="admin")
def change(request: Request) -> HTTPResponse | str:
    """Save them."""
    form = _form(request)
    if form.sent("office set"):
        return request.see_other("/office", request._("Saved."))
    return request.page("office", form=form.fill(request.ask("office show")))


def _form(request: Request, values: dict[str, object] | None = None) -> Form:
    return request.form(
        FIELDS,
        values,
        country=countries(request.words.locale),
        language=list(LANGUAGES.items()),
        access_digit=access_digits(request),
    )


def access_digits(request: Request) -> list[tuple[str, str]]:
    """None, and the digits, those that are usual first."""
    return [
        ("", request._("none: numbers are dialled as on any other phone")),
        *((each, each) for each in "0912345678"),
    ]
