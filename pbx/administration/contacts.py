"""People outside whom the office calls."""

from typing import Any

from pbx.administration import lookup
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.exchange.numbers import BadNumber, split_contact
from pbx.store.models import Contact, Office
from pbx.store.settings import with_items, without_items

Shown = dict[str, Any]


def add(stores: Stores, name: str, number: str) -> Shown:
    """A new contact; the number may have an extension behind it (;21 #21 ,21). Raises Refused."""
    if name.strip() in stores.office.contacts:
        raise Refused(f"There is a contact {lookup.shown(name)} already.")
    contact = Contact(name.strip(), *split(stores.office, number))
    stores.save(with_items(stores.office, contact))
    return view(contact)


def remove(stores: Stores, name: str) -> Shown:
    """Remove a contact. Raises Refused."""
    contact = stores.office.contacts.get(name)
    if contact is None:
        raise Refused(f"There is no contact {lookup.shown(name)}.")
    stores.save(without_items(stores.office, contact))
    return view(contact)


def listing(stores: Stores) -> list[Shown]:
    """All contacts, by name."""
    return [view(contact) for _, contact in sorted(stores.office.contacts.items())]


def view(contact: Contact) -> Shown:
    """A contact as JSON."""
    return {"name": contact.name, "number": contact.number, "extension": contact.extension}


def split(office: Office, text: str) -> tuple[str, str]:
    """E.164 and the extension behind it. Raises Refused."""
    try:
        number, extension = split_contact(text)
    except BadNumber as error:
        raise Refused(str(error)) from error
    return lookup.e164(number, office), extension
