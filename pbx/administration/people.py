"""The people who work here."""

import dataclasses
import re
from itertools import pairwise
from typing import Any

from pbx.administration import greetings, lookup
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.exchange.extensions import BadExtension, check_extension, free_extension
from pbx.store.models import Language, Office, Person
from pbx.store.pins import hash_pin
from pbx.store.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    stores: Stores,
    name: str,
    extension: str | None = None,
    language: Language | None = None,
    voicemail: bool | None = None,
    ring: float | None = None,
    reachable: bool | None = None,
    outbound_only: bool | None = None,
    number: str | None = None,
    pin: str | None = None,
    announcement_text: str | None = None,
    announcement_sound: str | None = None,
) -> Shown:
    """A new person, with the wanted extension or the first free one. Raises Refused."""
    office = stores.office
    own = extension_for(office, extension)
    chosen = _with(
        office,
        Person(own, name.strip(), office.language),
        number=number,
        pin=pin,
        language=language,
        voicemail=voicemail,
        ring_seconds=ring,
        reachable=reachable,
        outbound_only=outbound_only,
    )
    return _saved(stores, None, chosen, announcement_text, announcement_sound)


def change(
    stores: Stores,
    person: str,
    name: str | None = None,
    extension: str | None = None,
    language: Language | None = None,
    voicemail: bool | None = None,
    ring: float | None = None,
    reachable: bool | None = None,
    outbound_only: bool | None = None,
    number: str | None = None,
    pin: str | None = None,
    announcement_text: str | None = None,
    announcement_sound: str | None = None,
) -> Shown:
    """Change what is given; with a new extension, phones, groups, numbers, messages and tasks move along.

    An empty number, PIN or announcement removes it. Raises Refused.
    """
    office = stores.office
    old = lookup.person(office, person)
    changed = _with(
        office,
        old,
        number=number,
        pin=pin,
        name=name.strip() if name is not None else None,
        language=language,
        voicemail=voicemail,
        ring_seconds=ring,
        reachable=reachable,
        outbound_only=outbound_only,
    )
    if extension is not None:
        changed = dataclasses.replace(changed, extension=extension_for(office, extension, old.extension))
    return _saved(stores, old, changed, announcement_text, announcement_sound)


def remove(stores: Stores, person: str, with_messages: bool = False) -> Shown:
    """Remove a person and his phones; his open tasks become the office's.

    Raises Refused while a group or number names him, or, without `with_messages`, while he has messages.
    """
    office = stores.office
    old = lookup.person(office, person)
    if uses := lookup.uses(office, person):
        raise Refused(f"{old.name} ({person}) is still in {lookup.listed(uses)}.")
    messages = stores.records.messages(person)
    if messages and not with_messages:
        raise Refused(
            f"{old.name} ({person}) has {len(messages)} voicemail messages: export them,"
            " or remove them too with --with-messages."
        )
    stores.save_left(without_items(office, old, *office.phones_of(person)), person)
    return view(old, office)


def listing(stores: Stores) -> list[Shown]:
    """Everybody, by extension."""
    return [view(each, stores.office) for _, each in sorted(stores.office.people.items())]


def view(person: Person, office: Office) -> Shown:
    """A person as JSON."""
    return {
        "name": person.name,
        "extension": person.extension,
        "language": person.language,
        "voicemail": person.voicemail,
        "ring": person.ring_seconds,
        "reachable": person.reachable,
        "outbound_only": person.outbound_only,
        "number": person.number,
        "pin": bool(person.pin),
        "announcement": person.announcement,
        "phones": len(office.phones_of(person.extension)),
    }


def extension_for(office: Office, wanted: str | None, but_for: str | None = None) -> str:
    """The wanted extension, or a free one. Raises Refused."""
    try:
        return free_extension(office) if wanted is None else check_extension(office, wanted, but_for)
    except BadExtension as error:
        raise Refused(str(error)) from error


def moved(office: Office, old: str, new: str) -> Office:
    """The office with all that names the extension `old` naming `new`; the bearer himself is not touched."""

    def renamed(extensions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if extension == old else extension for extension in extensions)

    phones = [dataclasses.replace(phone, extension=new) for phone in office.phones_of(old)]
    groups = [dataclasses.replace(group, members=renamed(group.members)) for group in office.groups.values()]
    numbers = [dataclasses.replace(number, to=renamed(number.to)) for number in office.numbers.values()]
    return with_items(office, *phones, *groups, *numbers)


def _with(office: Office, person: Person, *, number: str | None, pin: str | None, **plain: Any) -> Person:
    """The person with everything that is not None changed. Raises Refused."""
    changed = {field: value for field, value in plain.items() if value is not None}
    if number is not None:
        changed["number"] = _own_number(office, person, number)
    if pin is not None:
        changed["pin"] = _hashed(pin, person.extension) if pin else ""
    return dataclasses.replace(person, **changed)


def _own_number(office: Office, person: Person, text: str) -> str:
    """E.164 of a number that is nobody else's. Raises Refused."""
    number = lookup.e164(text, office) if text else ""
    for other in office.people.values():
        if number and other.number == number and other.extension != person.extension:
            raise Refused(f"{number} is {other.name}'s number ({other.extension}) already.")
    return number


def _saved(stores: Stores, old: Person | None, new: Person, text: str | None, sound: str | None) -> Shown:
    """Save a person who was new or had been `old`."""
    office = stores.office
    if old is not None and old.extension != new.extension:
        office = moved(without_items(office, old), old.extension, new.extension)
    announcement = greetings.keep(stores, f"person-{new.extension}", text, sound, new.language)
    if announcement is not None:
        new = dataclasses.replace(new, announcement=announcement)
    office = with_items(office, new)
    if old is not None and old.extension != new.extension:
        stores.save_moved(office, old.extension, new.extension)
    else:
        stores.save(office)
    return view(new, stores.office)


def _hashed(pin: str, extension: str) -> str:
    """The PIN's hash, if it is not one that everybody would try first. Raises Refused."""
    if not re.fullmatch(r"[0-9]{4,10}", pin):
        raise Refused("A PIN has 4 to 10 digits.")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise Refused("This PIN is the first that anybody would try: no rows like 1234, no repeated digit.")
    if extension in (pin, pin.lstrip("0")) or pin == extension * (len(pin) // len(extension)):
        raise Refused("The PIN must not be the extension.")
    return hash_pin(pin)
