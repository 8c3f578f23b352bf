"""The accounts that desk phones and softphones register with."""

import dataclasses
import secrets
import time
from collections.abc import Mapping
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.versions import check_seen, version
from pbx.box.own_address import own_address
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.kinds import is_text
from pbx.store.models import Office, Phone
from pbx.store.rows import Binding
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o: people type these on the keys of a phone."""
_SIGNS = _LETTERS + "23456789"


def add(desk: Desk, extension: str, name: str | None = None) -> Shown:
    """A new account for a person's phone; the only moment its password is shown. Raises Refused."""
    office = desk.office
    owner = lookup.person(office, extension)
    username = secrets.choice(_LETTERS) + _random(7)
    while username in office.phones:
        username = secrets.choice(_LETTERS) + _random(7)
    phone = Phone(username, owner.extension, _random(20), _label(name or ""))
    desk.save(with_items(office, phone))
    return view(desk, phone) | {"password": phone.password} | _note(desk)


def renew(desk: Desk, username: str, seen: str | None = None) -> Shown:
    """A new password, shown only now; the phone that used the old one is logged off. Raises Refused."""
    phone = found(desk.office, username)
    check_seen(desk, phone, seen)
    renewed = dataclasses.replace(phone, password=_random(20))
    desk.save(with_items(desk.office, renewed))
    desk.access.tickets.void(username)
    return view(desk, renewed) | {"password": renewed.password} | _note(desk)


def change(desk: Desk, username: str, name: str | None = None, seen: str | None = None) -> Shown:
    """Call it something else. Raises Refused."""
    phone = found(desk.office, username)
    check_seen(desk, phone, seen)
    changed = phone if name is None else dataclasses.replace(phone, label=_label(name))
    desk.save(with_items(desk.office, changed))
    return view(desk, changed)


def remove(desk: Desk, username: str, seen: str | None = None) -> Shown:
    """Remove an account; a phone that uses it is logged off. Raises Refused."""
    phone = found(desk.office, username)
    check_seen(desk, phone, seen)
    shown = view(desk, phone)
    desk.save(without_items(desk.office, phone))
    return shown


def listing(desk: Desk, extension: str | None = None) -> list[Shown]:
    """All phones, or one person's, by extension, with the `devices` that are registered. Raises Refused."""
    if extension is not None:
        lookup.person(desk.office, extension)
    phones = sorted(desk.office.phones.values(), key=lambda phone: (counted((phone.extension, phone)), phone.username))
    bindings = desk.records.bindings()
    troubles = desk.live.troubles() if desk.live else {}
    return [
        view(desk, phone) | {"devices": _devices(phone, bindings, troubles)}
        for phone in phones
        if extension in (None, phone.extension)
    ]


def found(office: Office, username: str) -> Phone:
    """The phone's account. Raises Refused."""
    phone = office.phones.get(username)
    if phone is None:
        raise Refused(
            Sentence("There is no phone {username}.", username=lookup.shown(username)),
            field="username",
            hint="“durchwahl phone list” shows the user names.",
        )
    return phone


def view(desk: Desk, phone: Phone) -> Shown:
    """A phone as JSON, without its password; `trouble` tells why it is not rung although it has registered."""
    contacts = desk.live.registrations().get(phone.username, ()) if desk.live else ()
    troubles = desk.live.troubles().items() if desk.live else ()
    trouble = next((why for (username, _), why in troubles if username == phone.username), "")
    return {
        "extension": phone.extension,
        "username": phone.username,
        "name": phone.label,
        "domain": domain(desk),
        "registered": bool(contacts),
        "trouble": "" if contacts else trouble,
        "contacts": list(contacts),
        "version": version(phone),
    }


def _note(desk: Desk) -> Shown:
    """What must be said of the address a phone gets, if anything."""
    there = domain(desk)
    if not there.startswith(("127.", "[::1]", "localhost")):
        return {}
    sentence = Sentence(
        "Other devices cannot reach {domain}: the box has no address on the network, or it is set up to accept"
        " connections from itself only.",
        domain=there,
    )
    return {"note": said(sentence)}


def _devices(phone: Phone, bindings: tuple[Binding, ...], troubles: Mapping[tuple[str, str], str]) -> list[Shown]:
    """What is registered with the account, as the phones said when they did it."""
    now = time.time()
    return [
        {
            "contact": binding.contact,
            "agent": binding.user_agent,
            "address": binding.remote[0],
            "transport": binding.transport,
            "until": binding.expires,
            "trouble": troubles.get((binding.username, binding.contact), ""),
        }
        for binding in bindings
        if binding.username == phone.username and binding.expires > now
    ]


def _label(name: str) -> str:
    if name.strip() and not is_text(name.strip()):
        raise Refused(Sentence("A name must have 1 to 80 visible characters."), field="name")
    return name.strip()


def domain(desk: Desk) -> str:
    """What phones register to."""
    return desk.live.domain() if desk.live else desk.office.domain or own_address()


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))
