"""Groups: several people behind one extension."""

from collections.abc import Sequence
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office.people import checked_name, left_messages, moved, without_bearer
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Group, Office
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(desk: Desk, name: str, members: list[str], extension: str | None = None, **given: Any) -> Shown:
    """A new group of people, with the wanted extension or the first free one, and what else is given of `Group`.

    Raises Refused.
    """
    office = current(desk.office)
    group = Group(extension_for(office, extension), checked_name(name), _people(office, members))
    return _saved(desk, office, changed(group, given))


def change(desk: Desk, group: str, seen: str | None = None, **given: Any) -> Shown:
    """Change what is given of `Group`; with a new extension, numbers that ring it and its messages move along.

    `seen` is the version the change began from. Raises Refused.
    """
    office = current(desk.office)
    old = lookup.group(office, group)
    check_seen(desk, old, seen)
    new = changed(
        old,
        given,
        name=lambda _, name: checked_name(name),
        members=lambda _, members: _people(office, members),
        extension=lambda _, wanted: extension_for(office, wanted, old.extension),
    )
    if new.extension == old.extension:
        return _saved(desk, office, new)
    office = moved(without_items(office, old), old.extension, new.extension)
    desk.save_moved(with_items(office, new), old.extension, new.extension)
    return view(new)


def remove(desk: Desk, group: str, with_messages: bool = False, seen: str | None = None) -> Shown:
    """Remove a group; its open tasks become the office's.

    Raises Refused while a number rings it, or, without `with_messages`, while it has voicemail messages.
    """
    office = desk.office
    old = lookup.group(office, group)
    check_seen(desk, old, seen)
    lookup.check_unused(office, old)
    messages = len(desk.records.messages(group))
    if messages and not with_messages:
        raise left_messages(old.name, group, messages)
    desk.save_left(without_bearer(office, old), group)
    return view(old)


def listing(desk: Desk) -> list[Shown]:
    """All groups, by extension."""
    return [view(group) for _, group in sorted(desk.office.groups.items(), key=counted)]


def show(desk: Desk, group: str) -> Shown:
    """A group with its members' names, in ringing order, and what rings it. Raises Refused."""
    office = desk.office
    found = lookup.group(office, group)
    people = [office.people[member] for member in found.members]
    messages = desk.records.messages(found.extension)
    return view(found) | {
        "people": [
            {"extension": each.extension, "name": each.name, "outbound_only": each.outbound_only} for each in people
        ],
        "numbers": [key for key, number in sorted(office.numbers.items()) if group in number.to],
        "messages": len(messages),
        "new": sum(not message.heard for message in messages),
    }


def view(group: Group) -> Shown:
    """A group as JSON."""
    return shown(group) | {"version": version(group)}


def _saved(desk: Desk, office: Office, group: Group) -> Shown:
    desk.save(with_items(office, group))
    return view(group)


def _people(office: Office, members: Sequence[str]) -> tuple[str, ...]:
    """The members in the given order, each once. Raises Refused."""
    found = tuple(dict.fromkeys(lookup.person(office, member.strip(), "members").extension for member in members))
    if not found:
        raise Refused(
            Sentence("A group needs at least one member."), field="members", hint="Name them with --members EXT,EXT."
        )
    return found
