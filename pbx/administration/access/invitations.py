"""Inviting a colleague to choose his password himself, by a link or code that works once."""

import dataclasses
from typing import Any

from pbx.administration.access import passwords, sessions
from pbx.administration.access.accounts import find, named, stamp, view
from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Stores
from pbx.administration.desk.rights import actor_of
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Account, Office, Person
from pbx.store.secrets.codes import new_code, spoken_code, typed_code
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

LASTS = 48 * 3600.0
"""Seconds."""


def invite(stores: Stores, extension: str = "", account: str = "") -> Shown:
    """A code for an account, or for a person, who gets an account if he has none; also for a forgotten password.

    The only moment the code is known. Raises Refused.
    """
    invited = _of_person(stores, extension) if extension else named(stores.office, account)
    code, expires = new_code(), stores.clock() + LASTS
    stores.records.sessions.invite(code, invited.name, stamp(invited), expires)
    path = f"/invitation/{code}"
    return {
        "name": invited.name,
        "code": spoken_code(code),
        "expires": expires,
        "path": path,
        "pages": [f"{page.rstrip('/')}{path}" for page in stores.pages],
    }


def withdraw(stores: Stores, account: str) -> Shown:
    """The account's code works no longer. Raises Refused."""
    invited = named(stores.office, account)
    stores.records.sessions.end_invitations(invited.name)
    return view(stores, invited)


def state(stores: Stores, code: str, source: str = "") -> Shown:
    """Whom a code invites. Raises Refused."""
    return view(stores, _invited(stores, code, source))


def accept(stores: Stores, code: str, password: str, source: str = "") -> Shown:
    """Choose the password, which logs in: token and account. Raises Refused."""
    invited = _invited(stores, code, source)
    new = dataclasses.replace(invited, password=passwords.hashed(password, invited.name))
    # There is no session yet, but the code has proved who it is.
    with stores.performing(actor_of(new), stores.verb):
        stores.save(with_items(stores.office, new))
    stores.records.sessions.end_invitations(new.name)
    stores.records.sessions.close_all(new.name)
    return sessions.enter(stores, new)


def _invited(stores: Stores, code: str, source: str) -> Account:
    """Whose code it is. Raises Refused."""
    with stores.tries.one(source):
        name, made_for = stores.records.sessions.invited(typed_code(code), stores.clock()) or ("", "")
        account = stores.office.accounts.get(name)
        if account is None or stamp(account) != made_for:
            raise Refused(Sentence("This invitation has been used already or has expired. Please ask for a new one."))
    return account


def _of_person(stores: Stores, extension: str) -> Account:
    """The person's account, made if there is none. Raises Refused."""
    person = lookup.person(stores.office, extension)
    if (found := find(stores.office, extension)) is not None and found.extension == extension:
        return found
    account = Account(_name_for(stores.office, person), extension=extension, language=person.language)
    stores.save(with_items(stores.office, account))
    return account


def _name_for(office: Office, person: Person) -> str:
    """What he is called, unless a namesake logs in with that already."""
    taken = {account.name.casefold() for account in office.accounts.values()}
    return person.name if person.name.casefold() not in taken else f"{person.name[:70]} {person.extension}"
