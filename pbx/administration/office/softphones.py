"""A softphone gets its account from a code on the screen: an address on the box that works once, and not for long."""

from typing import Any

from pbx.administration.desk.desk import Stores
from pbx.administration.desk.tickets import LASTS
from pbx.administration.office import phones
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Phone
from pbx.store.secrets.vault import NotSealed

Shown = dict[str, Any]


def ticket(stores: Stores, username: str) -> Shown:
    """A token that gives whoever has it the phone's account, once within 15 minutes. Raises Refused."""
    phone = phones.found(stores, username)
    if _password(stores, phone) is None:
        raise Refused(Sentence("The box can no longer read this phone's password: please create a new one."), 1)
    return {"token": stores.tickets.issue(phone.username), "expires": stores.clock() + LASTS}


def redeem(stores: Stores, token: str) -> Shown:
    """The account a ticket is for, with its password. Raises Refused, in the same words whatever is wrong."""
    phone = stores.office.phones.get(stores.tickets.redeem(token) or "")
    password = _password(stores, phone) if phone is not None else None
    if phone is None or password is None:
        raise Refused(Sentence("This address is not valid or has already been used."), field="token")
    person = stores.office.people[phone.extension]
    return {
        "username": phone.username,
        "password": password,
        "domain": phones.domain(stores),
        "extension": person.extension,
        "name": person.name,
    }


def _password(stores: Stores, phone: Phone) -> str | None:
    """A phone's password; None if it was sealed by another key. Raises Refused."""
    try:
        return stores.vault.password_of(phone)
    except NotSealed as error:
        raise Refused(error.sentence, 1) from error
