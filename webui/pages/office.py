"""The office as a whole: its name, its country and language, the number it shows, and how patient the box is."""

from bottle import HTTPResponse

from webui.form import Field, Form
from webui.pages.welcome import countries
from webui.request import Visit
from webui.routes import Routes
from webui.words import LANGUAGES, N_

routes = Routes()

ACCESS = Field(
    "access_digit", "choice", N_("Digit for outside calls"),
    N_("Dialled before every outside number, if people here are used to that. No extension may start with this"
       " digit. Emergency numbers and numbers that start with + work with or without it."),
)  # fmt: skip
FIELDS = (
    Field("name", label=N_("Name of the office"), help=N_("The name callers know, for example Example Ltd."),
          autocomplete="organization"),
    Field("country", "choice", N_("Country"), N_("The country determines how numbers are dialled and which ones are"
                                                 " for emergencies.")),
    Field("area_code", label=N_("Area code"), help=N_("Added to numbers that are dialled without an area code, for"
                                                      " example 020."),
          inputmode="numeric", autocomplete="off"),
    ACCESS,
    Field("language", "choice", N_("Language of the box"), N_("The box speaks to callers in this language.")),
    Field("number", label=N_("Number shown on outgoing calls"), inputmode="tel", autocomplete="off",
          help=N_("For people without a number of their own. Leave empty to use the first number of the line.")),
    Field("domain", label=N_("Name of the box on your network"), autocomplete="off",
          help=N_("Phones use this name to find the box. If it is empty, they use the box's address, which should"
                  " then never change.")),
    Field("dial_pause", "number", N_("Pause before dialling a contact's extension"), unit=N_("seconds"),
          help=N_("After the call is answered. Choose a longer pause if the other side plays a greeting first.")),
    Field("digit_silence", "number", N_("Wait for another digit for"), unit=N_("seconds"),
          help=N_("Only matters where a longer extension starts with the same digits.")),
    Field("media_timeout", "number", N_("End calls without sound after"), unit=N_("seconds"),
          help=N_("If nothing at all arrives from the other side any more, for example after a power cut there.")),
)  # fmt: skip


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
