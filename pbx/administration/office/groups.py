"""Groups: several people behind one extension."""

import dataclasses
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import checked
from pbx.administration.desk.order import counted
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.office.people import checked_name, left_messages, moved, without_bearer
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.fields import arguments
from pbx.store.models import Group, Office, Strategy
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    name: str,
    members: list[str],
    extension: str | None = None,
    strategy: Strategy | None = None,
    ring: float | None = None,
    voicemail: bool | None = None,
) -> Shown:
    """A new group of people, with the wanted extension or the first free one. Raises Refused."""
    office = current(desk.office)
    group = Group(extension_for(office, extension), checked_name(name), _people(office, members))
    return _saved(desk, office, _with(group, strategy=strategy, ring_seconds=ring, voicemail=voicemail))


def change(
    desk: Desk,
    group: str,
    name: str | None = None,
    members: list[str] | None = None,
    extension: str | None = None,
    strategy: Strategy | None = None,
    ring: float | None = None,
    voicemail: bool | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what is given; with a new extension, the numbers that ring the group and its messages move along.

    `seen` is the version the change began from. Raises Refused.
    """
    office = current(desk.office)
    old = lookup.group(office, group)
    check_seen(desk, old, seen)
    new = _with(
        old,
        name=checked_name(name) if name is not None else None,
        members=_people(office, members) if members is not None else None,
        extension=extension_for(office, extension, old.extension) if extension is not None else None,
        strategy=strategy,
        ring_seconds=ring,
        voicemail=voicemail,
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
    return {
        "name": group.name,
        "extension": group.extension,
        "members": list(group.members),
        "strategy": group.strategy,
        "ring": group.ring_seconds,
        "voicemail": group.voicemail,
        "version": version(group),
    }


def _with(group: Group, **given: Any) -> Group:
    if given.get("ring_seconds") is not None:
        checked(arguments(Group)["ring"], given["ring_seconds"])
    return dataclasses.replace(group, **{field: value for field, value in given.items() if value is not None})


def _saved(desk: Desk, office: Office, group: Group) -> Shown:
    desk.save(with_items(office, group))
    return view(group)


def _people(office: Office, members: list[str]) -> tuple[str, ...]:
    """The members in the given order, each once. Raises Refused."""
    found = tuple(dict.fromkeys(lookup.person(office, member.strip(), "members").extension for member in members))
    if not found:
        raise Refused(
            Sentence("A group needs at least one member."), field="members", hint="Name them with --members EXT,EXT."
        )
    return found
