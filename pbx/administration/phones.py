"""The accounts that desk phones and softphones register with."""

import secrets
import socket
from typing import Any

from pbx.administration import lookup
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.store.models import Phone
from pbx.store.settings import with_items, without_items

Shown = dict[str, Any]

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o: people type these on the keys of a phone."""
_SIGNS = _LETTERS + "23456789"


def add(stores: Stores, extension: str, name: str | None = None) -> Shown:
    """A new account for a person's phone; the only moment its password is shown. Raises Refused."""
    office = stores.office
    owner = lookup.person(office, extension)
    username = secrets.choice(_LETTERS) + _random(7)
    while username in office.phones:
        username = secrets.choice(_LETTERS) + _random(7)
    phone = Phone(username, owner.extension, _random(20), (name or "").strip())
    stores.save(with_items(office, phone))
    return view(stores, phone) | {"password": phone.password}


def remove(stores: Stores, username: str) -> Shown:
    """Remove an account; a phone that uses it is logged off. Raises Refused."""
    phone = stores.office.phones.get(username)
    if phone is None:
        raise Refused(f"There is no phone {lookup.shown(username)}; “durchwahl phone list” shows the user names.")
    shown = view(stores, phone)
    stores.save(without_items(stores.office, phone))
    return shown


def listing(stores: Stores, extension: str | None = None) -> list[Shown]:
    """All phones, or one person's, by extension. Raises Refused."""
    if extension is not None:
        lookup.person(stores.office, extension)
    phones = sorted(stores.office.phones.values(), key=lambda phone: (phone.extension, phone.username))
    return [view(stores, phone) for phone in phones if extension in (None, phone.extension)]


def view(stores: Stores, phone: Phone) -> Shown:
    """A phone as JSON, without its password."""
    contacts = stores.live.registrations().get(phone.username, ()) if stores.live else ()
    return {
        "extension": phone.extension,
        "username": phone.username,
        "name": phone.label,
        "domain": domain(stores),
        "registered": bool(contacts),
        "contacts": list(contacts),
    }


def domain(stores: Stores) -> str:
    """What phones are told to register to."""
    return stores.live.domain() if stores.live else stores.office.domain or own_address()


def shown_host(listening: str) -> str:
    """What to type for an exchange that listens at this address, which may be a wildcard."""
    return own_address() if listening in ("0.0.0.0", "::") else listening


def own_address() -> str:
    """This machine's address towards the rest of the network, found without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))
