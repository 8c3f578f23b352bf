"""The first visit, and a forgotten password: who reads the code off the box may become its admin."""

import dataclasses
import hmac
from typing import Any

import phonenumbers

from pbx.administration.access import accounts, passwords, sessions
from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Stores
from pbx.administration.desk.rights import actor_of
from pbx.administration.office import office
from pbx.administration.office.people import checked_name
from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Language, Office
from pbx.store.secrets.codes import Code, spoken_code, typed_code
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

LASTS = 3600.0
"""Seconds a code for a new password can be used; the one of the first visit waits, as it may be on a label."""


def show(stores: Stores) -> Shown:
    """The code, made if there is none."""
    code = _current(stores) or stores.codes.make(None if is_first(stores) else stores.clock() + LASTS)
    return {
        "code": spoken_code(code.code),
        "expires": code.expires,
        "first": is_first(stores),
        "pages": [f"{page.rstrip('/')}/welcome" for page in stores.pages],
    }


def press(stores: Stores) -> Shown:
    """Somebody pressed the box's button: for two minutes the page shows the code."""
    shown = show(stores)
    stores.codes.press()
    return shown


def state(stores: Stores) -> Shown:
    """What somebody at the page must know who is not logged in."""
    pressed = stores.codes.pressed
    code = _current(stores) if pressed else None
    return {
        "first": is_first(stores),
        "pressed": pressed,
        "code": spoken_code(code.code) if code else None,
        "language": stores.office.language,
        "country": stores.office.country,
        "domain": stores.office.domain,
    }


def begin(
    stores: Stores,
    code: str,
    name: str,
    password: str,
    language: Language | None = None,
    country: str | None = None,
    number: str | None = None,
    area_code: str | None = None,
    source: str = "",
) -> Shown:
    """Make the first admin and tell the box where it is; once there is an admin, give him a new password.

    Returns token and account: whoever did it is logged in. Raises Refused.
    """
    _check(stores, code, source)
    first = is_first(stores)
    named = accounts.free_name(stores.office, checked_name(name)) if first else ""
    admin = Account(named, role="admin", language=language or stores.office.language) if first else _admin(stores, name)
    admin = dataclasses.replace(admin, password=passwords.hashed(password, admin.name))
    # There is no session yet, but the code has proved who it is.
    with stores.performing(actor_of(admin), stores.verb):
        if first:
            office.change(stores, country=country, language=language, area_code=area_code, number=number or None)
        stores.save(with_items(_in_town(stores.office), admin))
    stores.codes.spend()
    stores.records.sessions.close_all(admin.name)
    return sessions.enter(stores, admin)


def _in_town(office: Office) -> Office:
    """With the area code that the office's number has, if none was told."""
    if office.area_code or not office.number:
        return office
    number = phonenumbers.parse(office.number, None)
    digits = phonenumbers.length_of_geographical_area_code(number)
    return dataclasses.replace(office, area_code=str(number.national_number)[:digits])


def is_first(stores: Stores) -> bool:
    """Whether the box has no admin yet."""
    return not accounts.has_admin(stores.office)


def _current(stores: Stores) -> Code | None:
    code = stores.codes.current(stores.clock())
    # The code of the first visit never gets old, but must not be a way in once somebody is admin.
    return None if code is not None and code.expires is None and not is_first(stores) else code


def _check(stores: Stores, typed: str, source: str) -> None:
    """Raises Refused unless it is the code."""
    code = _current(stores)
    with stores.tries.one(source):
        right = hmac.compare_digest(typed_code(typed).encode(errors="replace"), (code.code if code else "").encode())
        if code is None or not right:
            if code is not None:
                stores.codes.wrong(code)
            raise Refused(
                Sentence("This code is wrong or no longer valid. The box shows the current one."), field="code"
            )


def _admin(stores: Stores, name: str) -> Account:
    """The admin of that name. Raises Refused."""
    account = accounts.find(stores.office, name)
    if account is None or account.role != "admin":
        there = sorted((each.name for each in stores.office.accounts.values() if each.role == "admin"), key=place)
        raise Refused(
            Sentence("There is no admin called {name}. The admins are: {names}.", name=lookup.shown(name), names=there),
            field="name",
        )
    return account
