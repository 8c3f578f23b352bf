"""The people who work here."""

import dataclasses
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.order import counted
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office.pins import hashed
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.administration.sounds import greetings
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Group, Language, Office, Person
from pbx.store.settings.rules import is_text
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
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
    office = current(desk.office)
    own = extension_for(office, extension)
    chosen = _with(
        office,
        Person(own, checked_name(name), office.language),
        number=number,
        pin=pin,
        language=language,
        voicemail=voicemail,
        ring_seconds=ring,
        reachable=reachable,
        outbound_only=outbound_only,
    )
    return _saved(desk, office, None, chosen, announcement_text, announcement_sound)


def change(
    desk: Desk,
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
    seen: str | None = None,
) -> Shown:
    """Change what is given; with a new extension, phones, groups, numbers, messages and tasks move along.

    An empty number, PIN or announcement removes it. `seen` is the version the change began from. Raises Refused.
    """
    office = current(desk.office)
    old = lookup.person(office, person, "person")
    check_seen(desk, old, seen)
    changed = _with(
        office,
        old,
        number=number,
        pin=pin,
        name=checked_name(name) if name is not None else None,
        language=language,
        voicemail=voicemail,
        ring_seconds=ring,
        reachable=reachable,
        outbound_only=outbound_only,
    )
    if extension is not None:
        changed = dataclasses.replace(changed, extension=extension_for(office, extension, old.extension))
    return _saved(desk, office, old, changed, announcement_text, announcement_sound)


def remove(desk: Desk, person: str, with_messages: bool = False, seen: str | None = None) -> Shown:
    """Remove a person and his phones; his open tasks become the office's.

    Raises Refused while a group or number names him, or, without `with_messages`, while he has messages.
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
    """What whoever removes somebody with messages is told."""
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
    """Everybody, by extension, with what his lamp shows (`line`, empty when the exchange does not run)."""
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
        "version": version(person),
    }


def moved(office: Office, old: str, new: str) -> Office:
    """The office with all that names the extension `old` naming `new`; the bearer himself is not touched."""

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
    """The office without a person or group, his phones and account, and rights to hear the mailbox.

    Raises Refused when nobody could administer it any more.
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


def checked_ring(seconds: float, most: int = 600) -> float:
    """How long somebody may be rung. Raises Refused."""
    if not 1 <= seconds <= most:
        raise Refused(Sentence("The ringing time must be 1 to {most} seconds.", most=most), field="ring")
    return seconds


def _with(office: Office, person: Person, *, number: str | None, pin: str | None, **plain: Any) -> Person:
    """The person with everything that is not None changed. Raises Refused."""
    changed = {field: value for field, value in plain.items() if value is not None}
    if number is not None:
        changed["number"] = _own_number(office, person, number)
    if pin is not None:
        changed["pin"] = hashed(pin, person.extension) if pin else ""
    if "ring_seconds" in changed:
        checked_ring(changed["ring_seconds"])
    return dataclasses.replace(person, **changed)


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
    """Save a person who was new or had been `old`."""
    if old is not None and old.extension != new.extension:
        office = moved(without_items(office, old), old.extension, new.extension)
    announcement = greetings.keep(desk, f"person-{new.extension}", text, sound, new.language)
    if announcement is not None:
        new = dataclasses.replace(new, announcement=announcement)
    office = with_items(office, new)
    if old is not None and old.extension != new.extension:
        desk.save_moved(office, old.extension, new.extension)
    else:
        desk.save(office)
    return view(new, desk.office)
