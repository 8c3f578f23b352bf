"""Groups: several people behind one extension."""

import dataclasses
from typing import Any

from pbx.administration import lookup
from pbx.administration.people import extension_for, moved
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.store.models import Group, Office, Strategy
from pbx.store.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    stores: Stores,
    name: str,
    members: list[str],
    extension: str | None = None,
    strategy: Strategy | None = None,
    ring: float | None = None,
) -> Shown:
    """A new group of people, with the wanted extension or the first free one. Raises Refused."""
    office = stores.office
    group = Group(extension_for(office, extension), name.strip(), _people(office, members))
    return _saved(stores, office, _with(group, strategy=strategy, ring_seconds=ring))


def change(
    stores: Stores,
    group: str,
    name: str | None = None,
    members: list[str] | None = None,
    extension: str | None = None,
    strategy: Strategy | None = None,
    ring: float | None = None,
) -> Shown:
    """Change what is given; with a new extension, the numbers that ring the group and its messages move along.

    Raises Refused.
    """
    office = stores.office
    old = lookup.group(office, group)
    new = _with(
        old,
        name=name.strip() if name is not None else None,
        members=_people(office, members) if members is not None else None,
        extension=extension_for(office, extension, old.extension) if extension is not None else None,
        strategy=strategy,
        ring_seconds=ring,
    )
    if new.extension == old.extension:
        return _saved(stores, office, new)
    office = moved(without_items(office, old), old.extension, new.extension)
    stores.save_moved(with_items(office, new), old.extension, new.extension)
    return view(new)


def remove(stores: Stores, group: str, with_messages: bool = False) -> Shown:
    """Remove a group; its open tasks become the office's.

    Raises Refused while a number rings it, or, without `with_messages`, while it has voicemail messages.
    """
    office = stores.office
    old = lookup.group(office, group)
    if uses := lookup.uses(office, group):
        raise Refused(f"{old.name} ({group}) is still in {lookup.listed(uses)}.")
    messages = stores.records.messages(group)
    if messages and not with_messages:
        raise Refused(
            f"{old.name} ({group}) has {len(messages)} voicemail messages: export them,"
            " or remove them too with --with-messages."
        )
    stores.save_left(without_items(office, old), group)
    return view(old)


def listing(stores: Stores) -> list[Shown]:
    """All groups, by extension."""
    return [view(group) for _, group in sorted(stores.office.groups.items())]


def view(group: Group) -> Shown:
    """A group as JSON."""
    return {
        "name": group.name,
        "extension": group.extension,
        "members": list(group.members),
        "strategy": group.strategy,
        "ring": group.ring_seconds,
    }


def _with(group: Group, **given: Any) -> Group:
    return dataclasses.replace(group, **{field: value for field, value in given.items() if value is not None})


def _saved(stores: Stores, office: Office, group: Group) -> Shown:
    stores.save(with_items(office, group))
    return view(group)


def _people(office: Office, members: list[str]) -> tuple[str, ...]:
    """The members in the given order, each once. Raises Refused."""
    found = tuple(dict.fromkeys(lookup.person(office, member.strip()).extension for member in members))
    if not found:
        raise Refused("A group needs at least one member: --members EXT,EXT")
    return found
