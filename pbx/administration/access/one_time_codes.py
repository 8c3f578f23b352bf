"""The first visit, and a forgotten password: the person who reads the code off the box may become its admin."""

import dataclasses
import hmac
from typing import Any

import phonenumbers

from pbx.administration.access import accounts, passwords, sessions
from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.rights import actor_of
from pbx.administration.office import office
from pbx.administration.office.people import checked_name
from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Language, Office
from pbx.store.secrets.one_time_codes import Code, spoken_code, typed_code
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

LASTS = 3600.0
"""Seconds a code for a new password can be used; the first visit's never expires, as it may be on a label."""


def show(desk: Desk) -> Shown:
    """The code, made if there is none."""
    code = _current(desk) or desk.access.codes.make(None if is_first(desk.office) else desk.host.clock() + LASTS)
    return {
        "code": spoken_code(code.code),
        "expires": code.expires,
        "first": is_first(desk.office),
        "pages": [f"{page.rstrip('/')}/welcome" for page in desk.host.pages],
    }


def press(desk: Desk) -> Shown:
    """Somebody pressed the box's button: for two minutes the page shows the code."""
    shown = show(desk)
    desk.access.codes.press()
    return shown


def state(desk: Desk) -> Shown:
    """What visitors of the page need to know before they log in."""
    pressed = desk.access.codes.pressed
    code = _current(desk) if pressed else None
    return {
        "first": is_first(desk.office),
        "pressed": pressed,
        "code": spoken_code(code.code) if code else None,
        "language": desk.office.language,
        "country": desk.office.country,
        "domain": desk.office.domain,
    }


def begin(
    desk: Desk,
    code: str,
    name: str,
    password: str,
    language: Language | None = None,
    country: str | None = None,
    number: str | None = None,
    area_code: str | None = None,
    source: str = "",
) -> Shown:
    """Make the first admin and tell the box where it is; once there is an admin, give them a new password.

    Returns token and account: the person who did it is logged in. Raises Refused.
    """
    _check(desk, code, source)
    first = is_first(desk.office)
    named = accounts.free_name(desk.office, checked_name(name)) if first else ""
    admin = Account(named, role="admin", language=language or desk.office.language) if first else _admin(desk, name)
    admin = dataclasses.replace(admin, password=passwords.hashed(password, admin.name))
    # There is no session yet, but the code has proved who it is.
    own = desk.by(actor_of(admin))
    if first:
        office.change(own, country=country, language=language, area_code=area_code, number=number or None)
    own.save(with_items(_in_town(desk.office), admin))
    desk.access.codes.spend()
    desk.records.sessions.close_all(admin.name)
    return sessions.enter(desk, admin)


def _in_town(office: Office) -> Office:
    """With the area code of the office's number, if none was given."""
    if office.area_code or not office.number:
        return office
    number = phonenumbers.parse(office.number, None)
    digits = phonenumbers.length_of_geographical_area_code(number)
    return dataclasses.replace(office, area_code=str(number.national_number)[:digits])


def is_first(office: Office) -> bool:
    """Whether the box has no admin yet."""
    return not accounts.has_admin(office)


def _current(desk: Desk) -> Code | None:
    code = desk.access.codes.current(desk.host.clock())
    # The code of the first visit never expires, but must not be a way in once there is an admin.
    return None if code is not None and code.expires is None and not is_first(desk.office) else code


def _check(desk: Desk, typed: str, source: str) -> None:
    """Raises Refused unless it is the code."""
    code = _current(desk)
    with desk.access.throttle.attempt(source):
        right = hmac.compare_digest(typed_code(typed).encode(errors="replace"), (code.code if code else "").encode())
        if code is None or not right:
            if code is not None:
                desk.access.codes.wrong(code)
            raise Refused(
                Sentence("This code is wrong or no longer valid. The box shows the current one."), field="code"
            )


def _admin(desk: Desk, name: str) -> Account:
    """The admin of that name. Raises Refused."""
    account = accounts.find(desk.office, name)
    if account is None or account.role != "admin":
        there = sorted((each.name for each in desk.office.accounts.values() if each.role == "admin"), key=place)
        raise Refused(
            Sentence("There is no admin called {name}. The admins are: {names}.", name=lookup.shown(name), names=there),
            field="name",
        )
    return account
