"""The office as a whole: its country, language, number and pauses, and what is going on in it."""

import re
from typing import Any

import phonenumbers

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office.phones import domain as phones_domain
from pbx.control.protocol import Refused
from pbx.exchange.dialling.extensions import why_not
from pbx.sentence import Sentence
from pbx.store.models import Office

Shown = dict[str, Any]


def show(desk: Desk) -> Shown:
    """The office's own settings."""
    return view(desk.office)


def change(desk: Desk, seen: str | None = None, **given: Any) -> Shown:
    """Change what is given; an empty number or domain goes back to the box's choice, an empty digit means none.

    Raises Refused.
    """
    office = desk.office
    check_seen(desk, shown(office), seen)
    office = changed(
        office,
        given,
        name=lambda _, name: " ".join(name.split()),
        country=_country,
        area_code=_area_code,
        access_digit=_access_digit,
        number=lambda office, number: lookup.e164(number, office) if number else "",
    )
    desk.save(office)
    return view(office)


def view(office: Office) -> Shown:
    """The office's own settings as JSON."""
    return shown(office) | {"version": version(shown(office))}


def status(desk: Desk) -> Shown:
    """What the office has, and what is going on in it."""
    office = desk.office
    registered = desk.live.registrations() if desk.live else {}
    troubled = {username for username, _ in desk.live.troubles()} if desk.live else set()
    return {
        "running": desk.live is not None,
        "domain": phones_domain(desk),
        "people": len(office.people),
        "groups": len(office.groups),
        "phones": len(office.phones),
        "registered": sum(1 for username in office.phones if registered.get(username)),
        "unreachable": len(troubled - registered.keys()),
        "numbers": len(office.numbers),
        "trunks": {name: state for name, (state, _) in (desk.live.trunk_states() if desk.live else {}).items()},
        "tasks": len(desk.records.tasks(open_only=True)),
        "messages": sum(1 for message in desk.records.messages() if not message.heard),
        **(desk.live.status() if desk.live else {}),
    }


def _country(office: Office, text: str) -> str:
    """A country's code, if its emergency numbers collide with nobody's extension. Raises Refused."""
    country = text.strip().upper()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise Refused(
            Sentence("{text} is not a country code such as DE, AT or CH.", text=lookup.shown(text)), field="country"
        )
    for extension in (*office.people, *office.groups):
        if reason := why_not(extension, country, office.access_digit):
            raise Refused(
                Sentence("{country} is not possible because of extension {extension}: {reason}",
                         country=country, extension=extension, reason=reason),
                field="country",
            )  # fmt: skip
    return country


def _access_digit(office: Office, text: str) -> str:
    """The digit for an outside line, if no extension begins with it; "off" and nothing are none. Raises Refused."""
    digit = text.strip().lower()
    if digit in ("", "off"):
        return ""
    if not re.fullmatch("[0-9]", digit):
        raise Refused(Sentence("{text} is not a single digit.", text=lookup.shown(text)), field="access_digit")
    if taken := [each for each in (*office.people, *office.groups, *office.former) if each.startswith(digit)]:
        raise Refused(
            Sentence("If {digit} gets an outside line, these extensions can no longer be dialled: {extensions}.",
                     digit=digit, extensions=sorted(taken)[:10]),
            field="access_digit",
        )  # fmt: skip
    return digit


def _area_code(office: Office, text: str) -> str:
    """The area code without the zero that people write before it. Raises Refused."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(office.country)
    prefix = metadata.national_prefix if metadata is not None else None
    code = text.strip().removeprefix(prefix or "")
    if code and not (code.isascii() and code.isdigit() and len(code) <= 6):
        raise Refused(
            Sentence("{text} is not an area code. Please enter digits only, such as 30.", text=lookup.shown(code)),
            field="area_code",
        )
    return code
