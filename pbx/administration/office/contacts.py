"""People outside whom the office calls."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.made_of import made_of
from pbx.administration.desk.versions import check_seen, version
from pbx.alphabet import place
from pbx.control.protocol import Refused
from pbx.exchange.dialling.numbers import BadNumber, split_contact
from pbx.sentence import Sentence
from pbx.store.models import Contact, Office
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]

MOST = 5000
"""Contacts of an office: each change writes them all."""
AT_ONCE = 500
"""That are listed at a time."""


def add(desk: Desk, name: str, number: str) -> Shown:
    """A new contact; the number may have an extension behind it (;21 #21 ,21). Raises Refused."""
    office = desk.office
    contact = Contact(_fresh_name(office, name), *split(office, number))
    if len(office.contacts) >= MOST:
        raise Refused(Sentence("The limit of {most} contacts is reached. Remove some first.", most=MOST), 1)
    desk.save(with_items(office, contact))
    return view(contact)


def change(
    desk: Desk, contact: str, name: str | None = None, number: str | None = None, seen: str | None = None
) -> Shown:
    """Change what is given. Raises Refused."""
    office = desk.office
    old = _contact(office, contact)
    check_seen(desk, old, seen)
    new = old
    if name is not None and name.strip() != old.name:
        new = dataclasses.replace(new, name=_fresh_name(office, name))
    if number is not None:
        e164, extension = split(office, number)
        new = dataclasses.replace(new, number=e164, extension=extension)
    desk.save(with_items(without_items(office, old), new))
    return view(new)


def remove(desk: Desk, name: str, seen: str | None = None) -> Shown:
    """Remove a contact. Raises Refused."""
    contact = _contact(desk.office, name)
    check_seen(desk, contact, seen)
    desk.save(without_items(desk.office, contact))
    return view(contact)


def listing(desk: Desk, search: str | None = None) -> list[Shown]:
    """All contacts, or those with these letters or digits in them, by name."""
    return [view(contact) for contact in _found(desk.office, search or "")]


def page(desk: Desk, search: str = "", page: int = 1, limit: int = 100) -> Shown:
    """So many `contacts` of those that fit, by name, on this `page` of them or the last there is; `all` that fit.

    Raises Refused.
    """
    check_limit(limit)
    found = _found(desk.office, search)
    page = max(1, min(page, -(-len(found) // limit)))
    return {
        "contacts": [view(each) for each in found[(page - 1) * limit : page * limit]],
        "all": len(found),
        "page": page,
    }


def check_limit(limit: int) -> None:
    """Whether so many may be listed at once. Raises Refused."""
    if not 0 < limit <= AT_ONCE:
        raise Refused(Sentence("The number of contacts must be between 1 and {most}.", most=AT_ONCE), field="limit")


def show(desk: Desk, name: str) -> Shown:
    """One contact. Raises Refused."""
    return view(_contact(desk.office, name))


def view(contact: Contact) -> Shown:
    """A contact as JSON."""
    return {
        "name": contact.name,
        "number": contact.number,
        "extension": contact.extension,
        "version": version(contact),
    }


def split(office: Office, text: str) -> tuple[str, str]:
    """E.164 and the extension behind it. Raises Refused."""
    try:
        number, extension = split_contact(text)
    except BadNumber as error:
        raise Refused(error.sentence, field="number") from error
    return lookup.e164(number, office), extension


def _contact(office: Office, name: str) -> Contact:
    contact = office.contacts.get(name)
    if contact is None:
        raise Refused(Sentence("There is no contact called {name}.", name=lookup.shown(name)), field="name")
    return contact


def _fresh_name(office: Office, name: str) -> str:
    """A name that no contact has. Raises Refused."""
    if name.strip() in office.contacts:
        raise Refused(Sentence("There is already a contact called {name}.", name=lookup.shown(name)), field="name")
    return name.strip()


def _found(office: Office, search: str) -> list[Contact]:
    """Those that fit, as in a telephone book."""
    return [contact for contact in _book(office.contacts) if not search or _has(contact, search)]


@made_of
def _book(contacts: Mapping[str, Contact]) -> list[Contact]:
    return sorted(contacts.values(), key=lambda contact: place(contact.name))


def _has(contact: Contact, search: str) -> bool:
    """Whether each of the words is in the name, or its digits in the number."""
    words = search.casefold().split()
    digits = "".join(char for char in search if char.isdigit()).lstrip("0")
    in_name = all(word in contact.name.casefold() for word in words)
    is_number = bool(digits) and not any(char.isalpha() for char in search)
    return in_name or (is_number and digits in f"{contact.number}{contact.extension}")
