"""The people who work here."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office.pin_rules import hashed
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.administration.sounds import greetings
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.kinds import is_text
from pbx.store.models import Group, Office, Person
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    name: str,
    extension: str | None = None,
    announcement_text: str | None = None,
    announcement_sound: str | None = None,
    **given: Any,
) -> Shown:
    """A new person, with the wanted extension or the first free one, and the other fields of `Person` given.

    Raises Refused.
    """
    office = current(desk.office)
    fresh = Person(extension_for(office, extension), checked_name(name), office.language)
    return _saved(desk, office, None, _with(office, fresh, given), announcement_text, announcement_sound)


def change(
    desk: Desk,
    person: str,
    announcement_text: str | None = None,
    announcement_sound: str | None = None,
    seen: str | None = None,
    **given: Any,
) -> Shown:
    """Change what is given of `Person`; with a new extension, phones, groups, numbers, messages and tasks move along.

    An empty number, PIN or announcement removes it. `seen` is the version the change began from. Raises Refused.
    """
    office = current(desk.office)
    old = lookup.person(office, person, "person")
    check_seen(desk, old, seen)
    return _saved(desk, office, old, _with(office, old, given), announcement_text, announcement_sound)


def remove(desk: Desk, person: str, with_messages: bool = False, seen: str | None = None) -> Shown:
    """Remove a person and their phones; their open tasks become the office's.

    Raises Refused while a group or number names them, or, without `with_messages`, while they have messages.
    """
    office = desk.office
    old = lookup.person(office, person, "person")
    check_seen(desk, old, seen)
    lookup.check_unused(office, old)
    messages = len(desk.records.messages(person))
    if messages and not with_messages:
        raise left_messages(old.name, person, messages)
    desk.save_left(without_bearer(office, old), person)
    return view(old, office)


def left_messages(name: str, extension: str, messages: int) -> Refused:
    """The sentence for an attempt to remove somebody who has messages."""
    return Refused(
        Sentence(
            "{name} ({extension}) has voicemail messages ({count}) that would be deleted.",
            name=name,
            extension=extension,
            count=messages,
        ),
        field="with_messages",
        hint="Export them, or remove them too with --with-messages.",
    )


def listing(desk: Desk) -> list[Shown]:
    """Everybody, by extension, with what their lamp shows (`line`, empty when the exchange is not running)."""
    office = desk.office
    registered = desk.live.registrations() if desk.live else {}
    lines = desk.live.status().get("lines", {}) if desk.live else {}
    people = []
    for extension, person in sorted(office.people.items(), key=counted):
        phones = sum(phone.username in registered for phone in office.phones_of(extension))
        line = "" if desk.live is None else lines.get(extension, "free") if phones else "offline"
        people.append(view(person, office) | {"registered": phones, "line": line})
    return people


def view(person: Person, office: Office) -> Shown:
    """A person as JSON."""
    return shown(person) | {"phones": len(office.phones_of(person.extension)), "version": version(person)}


def moved(office: Office, old: str, new: str) -> Office:
    """The office with every mention of the extension `old` changed to `new`, except in its bearer."""

    def renamed(extensions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if extension == old else extension for extension in extensions)

    phones = [dataclasses.replace(phone, extension=new) for phone in office.phones_of(old)]
    groups = [dataclasses.replace(group, members=renamed(group.members)) for group in office.groups.values()]
    numbers = [dataclasses.replace(number, to=renamed(number.to)) for number in office.numbers.values()]
    former = [dataclasses.replace(each, to=new) for each in office.former.values() if each.to == old]
    accounts = [
        dataclasses.replace(
            each, extension=new if each.extension == old else each.extension, mailboxes=renamed(each.mailboxes)
        )
        for each in office.accounts.values()
    ]
    return with_items(office, *phones, *groups, *numbers, *former, *accounts)


def without_bearer(office: Office, bearer: Person | Group) -> Office:
    """The office without a person or group, their phones and account, and the rights to hear the mailbox.

    Raises Refused if no admin would be left.
    """
    extension = bearer.extension
    own = [each for each in office.accounts.values() if each.extension == extension]
    kept = [
        dataclasses.replace(each, mailboxes=tuple(box for box in each.mailboxes if box != extension))
        for each in office.accounts.values()
        if each not in own
    ]
    if any(each.role == "admin" for each in own) and not any(each.role == "admin" and each.password for each in kept):
        raise Refused(
            Sentence("{name} is the only admin: please make somebody else an admin first.", name=bearer.name), 1
        )
    return with_items(without_items(office, bearer, *own, *office.phones_of(extension)), *kept)


def checked_name(name: str) -> str:
    """A person's or group's name without spaces around it. Raises Refused."""
    if not is_text(name.strip()):
        raise Refused(Sentence("A name must have 1 to 80 visible characters."), field="name")
    return name.strip()


def _with(office: Office, person: Person, given: Mapping[str, Any]) -> Person:
    """The person with what is given. Raises Refused."""
    return changed(
        person,
        given,
        name=lambda _, name: checked_name(name),
        extension=lambda _, wanted: extension_for(office, wanted, person.extension),
        number=lambda _, text: _own_number(office, person, text),
        pin=lambda changed, pin: hashed(pin, changed.extension) if pin else "",
    )


def _own_number(office: Office, person: Person, text: str) -> str:
    """E.164 of a number that is nobody else's. Raises Refused."""
    number = lookup.e164(text, office) if text else ""
    for other in office.people.values():
        if number and other.number == number and other.extension != person.extension:
            raise Refused(
                Sentence(
                    "{number} is already the number of {name} ({extension}).",
                    number=number,
                    name=other.name,
                    extension=other.extension,
                ),
                field="number",
            )
    return number


def _saved(desk: Desk, office: Office, old: Person | None, new: Person, text: str | None, sound: str | None) -> Shown:
    """Save a person who is new, or was `old` before."""
    if old is not None and old.extension != new.extension:
        office = moved(without_items(office, old), old.extension, new.extension)
    announcement = greetings.keep(desk.folder, f"person-{new.extension}", text, sound, new.language)
    if announcement is not None:
        new = dataclasses.replace(new, announcement=announcement)
    office = with_items(office, new)
    if old is not None and old.extension != new.extension:
        desk.save_moved(office, old.extension, new.extension)
    else:
        desk.save(office)
    return view(new, desk.office)
