"""Inviting colleagues to choose their own password, by a link or code that works once."""

import dataclasses
from typing import Any

from pbx.administration.access import passwords, sessions
from pbx.administration.access.accounts import find, named, stamp, view
from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.rights import actor_of
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Office, Person
from pbx.store.secrets.one_time_codes import new_code, spoken_code, typed_code
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

LASTS = 48 * 3600.0
"""Seconds."""


def invite(desk: Desk, extension: str = "", account: str = "") -> Shown:
    """A code for an account, or for a person, who gets an account if there is none; also for a forgotten password.

    The code is known only now. Raises Refused.
    """
    invited = _of_person(desk, extension) if extension else named(desk.office, account)
    code, expires = new_code(), desk.host.clock() + LASTS
    desk.records.sessions.invite(code, invited.name, stamp(invited), expires)
    path = f"/invitation/{code}"
    return {
        "name": invited.name,
        "code": spoken_code(code),
        "expires": expires,
        "path": path,
        "pages": [f"{page.rstrip('/')}{path}" for page in desk.host.pages],
    }


def withdraw(desk: Desk, account: str) -> Shown:
    """Make the account's code useless. Raises Refused."""
    invited = named(desk.office, account)
    desk.records.sessions.end_invitations(invited.name)
    return view(desk, invited)


def state(desk: Desk, code: str, source: str = "") -> Shown:
    """The account a code invites. Raises Refused."""
    return view(desk, _invited(desk, code, source))


def accept(desk: Desk, code: str, password: str, source: str = "") -> Shown:
    """Choose the password and log in: token and account. Raises Refused."""
    invited = _invited(desk, code, source)
    new = dataclasses.replace(invited, password=passwords.hashed(password, invited.name))
    # There is no session yet, but the code has proved who it is.
    desk.by(actor_of(new)).save(with_items(desk.office, new))
    desk.records.sessions.end_invitations(new.name)
    desk.records.sessions.close_all(new.name)
    return sessions.enter(desk, new)


def _invited(desk: Desk, code: str, source: str) -> Account:
    """The account that the code is for. Raises Refused."""
    with desk.access.throttle.attempt(source):
        name, made_for = desk.records.sessions.invited(typed_code(code), desk.host.clock()) or ("", "")
        account = desk.office.accounts.get(name)
        if account is None or stamp(account) != made_for:
            raise Refused(Sentence("This invitation has been used already or has expired. Please ask for a new one."))
    return account


def _of_person(desk: Desk, extension: str) -> Account:
    """The person's account, made if there is none. Raises Refused."""
    person = lookup.person(desk.office, extension)
    if (found := find(desk.office, extension)) is not None and found.extension == extension:
        return found
    account = Account(_name_for(desk.office, person), extension=extension, language=person.language)
    desk.save(with_items(desk.office, account))
    return account


def _name_for(office: Office, person: Person) -> str:
    """The person's name, unless a namesake already logs in with it."""
    taken = {account.name.casefold() for account in office.accounts.values()}
    return person.name if person.name.casefold() not in taken else f"{person.name[:70]} {person.extension}"
