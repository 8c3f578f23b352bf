"""The way from a box that was just unpacked to the first call that is answered, without a word of the trade.

Where somebody is, follows from what is set already: there is nothing else to remember. Each step can be left and come
back to; each page shows what is there and changes it when it is sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bottle import HTTPResponse

from pbx.control.client import Refused
from webui.form import Field, Form
from webui.pages.office import ACCESS, access_digits
from webui.pages.people import NAMES
from webui.parts import providers
from webui.parts.softphone import code, sip_address
from webui.parts.sound import sound_arguments
from webui.request import Request
from webui.routes import Routes
from webui.words import N_

routes = Routes()

NUMBERS = (
    Field("name", label=N_("Name of the office"), help=N_("The name callers know; the greeting mentions it."),
          autocomplete="organization"),
    Field("numbers", "area", N_("Your phone numbers"), N_("One per line, written as on a business card."),
          required=True),
    Field("to", "list", N_("Who to ring if callers dial no extension"),
          N_("All of them ring at once. If nobody answers, callers reach the first one's mailbox."), required=True),
)  # fmt: skip
GREETING = N_(
    "Hello, this is {office}. If you know the extension, please dial it now. Otherwise, please hold the line and"
    " somebody will answer."
)
NAMELESS = N_(
    "Hello. If you know the extension, please dial it now. Otherwise, please hold the line and somebody will answer."
)
FEW = 5
"""Up to so many people all of them are rung, as long as nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is set already."""

    trunks: list[dict[str, Any]]
    people: list[dict[str, Any]]
    numbers: list[dict[str, Any]]
    phones: list[dict[str, Any]]
    office: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WizardStep:
    """One page of the way."""

    path: str
    label: str
    is_done: Callable[[Facts], bool]


STEPS = (
    WizardStep("/wizard/line", N_("Line"), lambda facts: bool(facts.trunks)),
    WizardStep("/wizard/people", N_("People"), lambda facts: bool(facts.people)),
    WizardStep("/wizard/numbers", N_("Numbers"), lambda facts: bool(facts.numbers)),
    WizardStep(
        "/wizard/greeting",
        N_("Greeting"),
        lambda facts: any(n["greeting"] for n in facts.numbers) or bool(facts.phones),
    ),
    WizardStep("/wizard/phones", N_("Phones"), lambda facts: bool(facts.phones)),
    WizardStep("/wizard/test", N_("Test call"), lambda facts: False),
)


@routes.get("/wizard", may="admin")
def wizard(request: Request) -> HTTPResponse:
    """The first step that is left to do."""
    facts = _facts(request)
    return request.see_other(next(step.path for step in STEPS if not step.is_done(facts)))


# --- the line -------------------------------------------------------------------------------------------------------


@routes.get("/wizard/line", may="admin")
def line(request: Request) -> str:
    """The line that is there, and whose a new one may be."""
    return _line(request, _access_form(request).fill(request.ask("office show")))


@routes.post("/wizard/line", may="admin")
def dial_out(request: Request) -> HTTPResponse | str:
    """How people get an outside line was answered: before they get extensions, as none may begin with that digit."""
    form = _access_form(request)
    if form.sent("office set"):
        return request.see_other(STEPS[1].path)
    return _line(request, form)


def _access_form(request: Request) -> Form:
    return request.form((ACCESS,), None, access_digit=access_digits(request))


def _line(request: Request, form: Form) -> str:
    return _page(request, 0, "wizard_line", groups=providers.grouped(request), called=providers.called, form=form)


@routes.get("/wizard/line/<key>", may="admin")
def letter(request: Request, key: str) -> HTTPResponse | str:
    """What the provider's letter says."""
    found = providers.provider(request, key)
    if found is None or found["lacks"]:
        return request.see_other("/wizard/line")
    return _letter(request, found, providers.form_for(request, found, _there(request, key)))


@routes.post("/wizard/line/<key>", may="admin")
def connect(request: Request, key: str) -> HTTPResponse | str:
    """Make the line, or change it; one that does not work and was somebody else's makes room."""
    found = providers.provider(request, key)
    if found is None:
        return request.see_other("/wizard/line")
    there = _there(request, key)
    form = providers.form_for(request, found, there)
    done = form.sent("trunk set", trunk=there["name"]) if there else form.sent("trunk add", provider=key)
    if not done:
        return _letter(request, found, form)
    if there is None:
        _make_room(request, form.result["name"])
    return request.see_other("/wizard/line", request._("Saved. The line is being connected now."))


def _letter(request: Request, provider: dict[str, Any], form: Form) -> str:
    others = [trunk for trunk in _failed(request) if trunk["provider"] != provider["key"]]
    return _page(request, 0, "wizard_letter", provider=provider, form=form, others=others, called=providers.called)


def _there(request: Request, key: str) -> dict[str, Any] | None:
    """The line at that provider, if there is one already."""
    found = next((trunk for trunk in request.ask("trunk list") if trunk["provider"] == key), None)
    return dict(request.ask("trunk show", trunk=found["name"])) if found else None


def _failed(request: Request) -> list[dict[str, Any]]:
    """Lines that do not work: what somebody tried before."""
    return [trunk for trunk in request.ask("trunk list") if trunk["state"] == "failed"]


def _make_room(request: Request, name: str) -> None:
    """The numbers of lines that do not work come in over the new one; the old ones go."""
    for trunk in _failed(request):
        if trunk["name"] != name:
            for number in trunk["numbers"]:
                request.ask("number set", number=number, trunk=name)
            request.ask("trunk remove", trunk=trunk["name"])


# --- people, numbers, greeting --------------------------------------------------------------------------------------


@routes.get("/wizard/people", may="admin")
def people(request: Request) -> str:
    """Everybody who is there, and a place to paste names."""
    return _page(request, 1, "wizard_people", form=request.form(NAMES), found=None)


@routes.post("/wizard/people", may="admin")
def paste(request: Request) -> HTTPResponse | str:
    """Look at the list with its extensions, or add everybody in it."""
    form = request.form(NAMES)
    adds = request.sent("step") == "add"
    if adds and form.sent("user paste"):
        return request.see_other("/wizard/numbers", request._("Everybody has an extension now."))
    found = form.result if not adds and form.sent("user paste", dry=True) else None
    return _page(request, 1, "wizard_people", form=form, found=found)


@routes.get("/wizard/numbers", may="admin")
def numbers(request: Request) -> HTTPResponse | str:
    """The numbers, and who is rung."""
    facts = _facts(request)
    if not facts.trunks or not facts.people:
        return _earlier(request)
    return _page(request, 2, "wizard_numbers", form=_numbers_form(request, facts))


@routes.post("/wizard/numbers", may="admin")
def ring(request: Request) -> HTTPResponse | str:
    """Make them, or change who is rung."""
    facts = _facts(request)
    form = _numbers_form(request, facts)
    if form.errors or not facts.trunks:
        form.status = 422
        return _page(request, 2, "wizard_numbers", form=form)
    try:
        request.ask("office set", name=form.values["name"])
        for typed in str(form.values["numbers"]).splitlines():
            if typed.strip():
                _ring(request, facts, typed.strip(), form.values["to"])
    except Refused as refusal:
        name = {"number": "numbers"}.get(refusal.field, refusal.field)
        form.refuse(Refused(str(refusal), refusal.code, name, template=refusal.said))
        return _page(request, 2, "wizard_numbers", form=form)
    return request.see_other("/wizard/greeting", request._("Saved."))


def _ring(request: Request, facts: Facts, typed: str, to: list[str]) -> None:
    """Let a number ring these; it is made if it is not there. Raises Refused."""
    try:
        there = request.ask("number show", number=typed)
    except Refused:
        over = next((trunk["name"] for trunk in facts.trunks if trunk["state"] != "failed"), facts.trunks[0]["name"])
        request.ask("number add", number=typed, trunk=over, to=to)
    else:
        if there["to"] != to:
            request.ask("number set", number=there["e164"], to=to)


def _numbers_form(request: Request, facts: Facts) -> Form:
    everybody = [each["extension"] for each in facts.people]
    bearers = [(each["extension"], f"{each['name']} ({each['extension']})") for each in facts.people]
    bearers += [(each["extension"], f"{each['name']} ({each['extension']})") for each in request.ask("group list")]
    known = [request.number(each["e164"]) for each in facts.numbers] or [request.number(facts.office["number"])]
    rung = facts.numbers[0]["to"] if facts.numbers else everybody if len(everybody) <= FEW else everybody[:1]
    values = {"name": facts.office["name"], "numbers": "\n".join(known), "to": rung}
    return request.form(NUMBERS, values, to=bearers)


@routes.get("/wizard/greeting", may="admin")
def greeting(request: Request) -> HTTPResponse | str:
    """What callers hear first."""
    return _greeting(request, request.form(()))


@routes.post("/wizard/greeting", may="admin", uploads=True)
def greet(request: Request) -> HTTPResponse | str:
    """Every number greets with it."""
    form = request.form(())
    given = sound_arguments(request, "greeting", form)
    try:
        for number in [] if form.errors else request.ask("number list"):
            request.ask("number set", number=number["e164"], **given)
    except Refused as refusal:
        form.refuse(refusal)
    if form.errors or form.error:
        form.status = 422
        return _greeting(request, form)
    return request.see_other("/wizard/phones", request._("Saved."))


def _greeting(request: Request, form: Form) -> HTTPResponse | str:
    facts = _facts(request)
    if not facts.numbers:
        return _earlier(request)
    said = request.site.words[facts.office["language"]].say
    name = facts.office["name"]
    proposed = said(GREETING).format(office=name) if name else said(NAMELESS)
    own = next((number["e164"] for number in facts.numbers if number["greeting"]), "")
    return _page(request, 3, "wizard_greeting", form=form, proposed="" if own else proposed, own=own)


# --- phones and the test call ---------------------------------------------------------------------------------------


@routes.get("/wizard/phones", may="admin")
def phones(request: Request) -> HTTPResponse | str:
    """Who has a phone."""
    if not _facts(request).people:
        return _earlier(request, "/wizard/people")
    return _page(request, 4, "wizard_phones")


@routes.post("/wizard/phones", may="admin")
def accounts(request: Request) -> str:
    """Accounts for everybody who has none, and new passwords for phones that never came: a sheet to print."""
    facts = _facts(request)
    made = [request.ask("phone add", extension=each["extension"]) for each in _without(facts)]
    if request.sent("do") == "again":
        made += [request.ask("phone renew", username=phone["username"]) for phone in _waiting(facts)]
    names = {each["extension"]: each["name"] for each in facts.people}
    cards = [
        (
            phone,
            names[phone["extension"]],
            code(sip_address(phone), request._("QR code with user name and password as a SIP address")),
        )
        for phone in made
    ]
    return _page(request, 4, "wizard_sheet", cards=cards)


@routes.get("/wizard/test", may="admin")
def test(request: Request) -> str:
    """Call from outside, and see what happens."""
    return _page(request, 5, "wizard_test", trial=request.ask("number trial"), refresh=5)


def _without(facts: Facts) -> list[dict[str, Any]]:
    """People who have no account for a phone."""
    have = {phone["extension"] for phone in facts.phones}
    return [each for each in facts.people if each["extension"] not in have]


def _waiting(facts: Facts) -> list[dict[str, Any]]:
    """Accounts with which no phone is connected."""
    return [phone for phone in facts.phones if not phone["registered"]]


def _earlier(request: Request, path: str = "/wizard") -> HTTPResponse:
    """Back to the step without which the one that was asked for cannot be."""
    return request.see_other(path, request._("Please complete this step first; the others build on it."))


# --- what all pages share -------------------------------------------------------------------------------------------


def _facts(request: Request) -> Facts:
    found = [request.ask(verb) for verb in ("trunk list", "user list", "number list", "phone list", "office show")]
    return Facts(*found)


def _page(request: Request, index: int, view: str, **fields: Any) -> str:
    facts = _facts(request)
    steps = [(step.path, step.label, step.is_done(facts)) for step in STEPS]
    after = STEPS[min(index + 1, len(STEPS) - 1)].path
    shown = {"without": _without(facts), "waiting": _waiting(facts)}
    return request.page(view, facts=facts, steps=steps, index=index, after=after, **shown, **fields)
