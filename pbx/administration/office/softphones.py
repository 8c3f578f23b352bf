"""A softphone gets its account from a code on the screen: an address on the box that works once, and not for long."""

from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.tickets import LASTS
from pbx.administration.office import phones
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.folder import Folder
from pbx.store.models import Phone
from pbx.store.secrets.vault import NotSealed

Shown = dict[str, Any]


def ticket(desk: Desk, username: str) -> Shown:
    """A token that gives its bearer the phone's account, once within 15 minutes. Raises Refused."""
    phone = phones.found(desk.office, username)
    if _password(desk.folder, phone) is None:
        raise Refused(Sentence("The box can no longer read this phone's password: please create a new one."), 1)
    return {"token": desk.access.tickets.issue(phone.username), "expires": desk.host.clock() + LASTS}


def redeem(desk: Desk, token: str) -> Shown:
    """The account a ticket is for, with its password. Raises Refused, in the same words whatever is wrong."""
    phone = desk.office.phones.get(desk.access.tickets.redeem(token) or "")
    password = _password(desk.folder, phone) if phone is not None else None
    if phone is None or password is None:
        raise Refused(Sentence("This address is not valid or has already been used."), field="token")
    person = desk.office.people[phone.extension]
    return {
        "username": phone.username,
        "password": password,
        "domain": phones.domain(desk),
        "extension": person.extension,
        "name": person.name,
    }


def _password(folder: Folder, phone: Phone) -> str | None:
    """A phone's password; None if it was sealed by another key. Raises Refused."""
    try:
        return folder.vault.password_of(phone)
    except NotSealed as error:
        raise Refused(error.sentence, 1) from error
