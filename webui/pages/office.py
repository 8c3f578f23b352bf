"""The office as a whole: its name, its country and language, the number it shows, and how patient the box is."""

from bottle import HTTPResponse

from webui.form import Field, Form
from webui.pages.welcome import countries
from webui.request import Visit
from webui.routes import Routes
from webui.words import LANGUAGES, N_

routes = Routes()

ACCESS = Field(
    "access_digit", "choice", N_("Digit for an outside line"),
    N_("Dialled before every number outside, if people here are used to it. No extension may begin with it. Emergency"
       " numbers go out with and without it, and so do numbers that begin with +."),
)  # fmt: skip
FIELDS = (
    Field("name", label=N_("Name of the office"), help=N_("As callers know it, like Example Ltd."),
          autocomplete="organization"),
    Field("country", "choice", N_("Country"), N_("How numbers are written, and which are for emergencies.")),
    Field("area_code", label=N_("Area code"), help=N_("Completes numbers that are dialled without one, like 030."),
          inputmode="numeric", autocomplete="off"),
    ACCESS,
    Field("language", "choice", N_("Language of the box"), N_("In it the box speaks to callers.")),
    Field("number", label=N_("Number that is shown"), inputmode="tel", autocomplete="off",
          help=N_("To those whom people without a number of their own call. Empty: the first number of the trunk.")),
    Field("domain", label=N_("Name of the box in your network"), autocomplete="off",
          help=N_("What phones are told to look for. Empty: the box's address, which then should never change.")),
    Field("dial_pause", "number", N_("Pause before a contact's extension is dialled"), unit=N_("seconds"),
          help=N_("After the answer; longer, if the other side's greeting must be waited for.")),
    Field("digit_silence", "number", N_("Pause after which a dialled extension counts"), unit=N_("seconds"),
          help=N_("Only where a longer extension begins with the same digits.")),
    Field("media_timeout", "number", N_("Silence after which a call is over"), unit=N_("seconds"),
          help=N_("When nothing at all arrives from somebody any more, like after a power cut at their place.")),
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
    return [("", visit._("none: numbers are dialled as on any telephone")), *((each, each) for each in "0912345678")]
