"""The office as a whole: its name, its country and language, the number it shows, and how patient the box is."""

from bottle import HTTPResponse

from pbx.store.models import Office
from webui.described import fields_of
from webui.form import Form
from webui.pages.welcome import countries
from webui.request import Visit
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
def office(visit: Visit) -> str:
    """The settings."""
    return visit.page("office", form=_form(visit, visit.ask("office show")))


@routes.post("/office", may="admin")
def change(visit: Visit) -> HTTPResponse | str:
    """Save them."""
    form = _form(visit)
    if form.sent("office set"):
        return visit.see_other("/office", visit._("Saved."))
    return visit.page("office", form=form.fill(visit.ask("office show")))


def _form(visit: Visit, values: dict[str, object] | None = None) -> Form:
    return visit.form(
        FIELDS,
        values,
        country=countries(visit.words.locale),
        language=list(LANGUAGES.items()),
        access_digit=access_digits(visit),
    )


def access_digits(visit: Visit) -> list[tuple[str, str]]:
    """None, and the digits, those that are usual first."""
    return [("", visit._("none: numbers are dialled as on any other phone")), *((each, each) for each in "0912345678")]
