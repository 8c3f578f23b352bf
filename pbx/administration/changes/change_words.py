"""A saved change in words, also when what it was about is long gone. Secrets are named, never shown."""

from collections.abc import Iterator
from typing import Any

from pbx.administration.desk.who_and_when import moment
from pbx.sentence import Sentence
from pbx.store.kinds import Choice, Days, Kind, Moment, Pin, Seconds, Secret, Sound, Switch
from pbx.store.records.changes import Change, MovedRows
from pbx.store.settings.differences import Difference
from pbx.store.settings.settings_file import description

Words = Sentence | str

_MOST = 20
"""Differences of one change that are listed one by one."""


def words(change: Change) -> list[Sentence]:
    """What was changed, a sentence for each item."""
    shown = [_sentence(each) for each in change.differences[:_MOST]]
    more = len(change.differences) - _MOST
    return [*shown, *([Sentence("and {count} more", count=more)] if more > 0 else []), *_along(change.along)]


def deleted_with(gone: list[Sentence]) -> Sentence:
    """What undoing does not bring back of people and groups that were removed."""
    return Sentence("Messages and tasks that were deleted with {items} do not come back.", items=gone)


def _along(along: MovedRows) -> Iterator[Sentence]:
    """What moved in the mailboxes and task lists."""
    for old, new in along.moved:
        yield Sentence("messages and tasks moved from {old} to {new}", old=old, new=new)
    for each in along.handed:
        to = each.now or Sentence("the office")
        if each.what == "messages":
            yield Sentence("messages ({count}) handed over to {to}", count=len(each.ids), to=to)
        else:
            yield Sentence("tasks ({count}) handed over to {to}", count=len(each.ids), to=to)


def _sentence(difference: Difference) -> Sentence:
    if not difference.was:
        return _came(difference)
    if not difference.now:
        return _went(difference)
    fields = [
        _field(difference.table, name, difference.before[name], difference.after[name]) for name in difference.after
    ]
    return Sentence("{item}: {what}", item=item(difference), what=fields)


def item(difference: Difference) -> Sentence:
    """What the difference is about."""
    name, key = difference.name, difference.was or difference.now
    match difference.table:
        case "people":
            return Sentence("{name} ({extension})", name=name, extension=key)
        case "phones":
            return Sentence("Phone of {name}", name=name)
        case "groups":
            return Sentence("Group {name} ({extension})", name=name, extension=key)
        case "former":
            return Sentence("Extension {extension} of {name}, who has left", name=name, extension=key)
        case "trunks":
            return Sentence("Line {name}", name=key)
        case "numbers":
            return Sentence("Number {number}", number=key)
        case "contacts":
            return Sentence("Contact {name}", name=key)
        case "accounts":
            return Sentence("Login {name}", name=key)
        case "office":
            return Sentence("Office")
    return Sentence("{table} {key}", table=difference.table, key=key)


def _came(difference: Difference) -> Sentence:
    fields = difference.after
    match difference.table:
        case "people":
            return Sentence("{name} added with extension {extension}", name=difference.name, extension=difference.now)
        case "numbers":
            return Sentence("Number {number} added, rings {to}", number=difference.now, to=fields.get("to", []))
        case "contacts":
            number = ";".join(filter(None, (fields.get("number"), fields.get("extension"))))
            return Sentence("Contact {name} added: {number}", name=difference.now, number=number)
    return Sentence("{item} added", item=item(difference))


def _went(difference: Difference) -> Sentence:
    return Sentence("{item} removed", item=item(difference))


def _field(table: str, name: str, before: Any, after: Any) -> Sentence:
    """How one field differs."""
    known = description(table, name)
    if known is None:  # of a newer version's: nobody here knows whether it is a secret
        return Sentence("{field} changed", field=name.replace("_", " "))
    label, kind = known.short, known.kind
    if isinstance(kind, Switch):
        if after:
            return kind.on or Sentence("{field} on", field=label)
        return kind.off or Sentence("{field} off", field=label)
    if isinstance(kind, Secret | Pin | Sound):  # files, too: their names say nothing to people
        return Sentence("{field} changed", field=label) if after else Sentence("{field} removed", field=label)
    was, now = _value(kind, before), _value(kind, after)
    if not now:
        return Sentence("{field} {before} removed", field=label, before=was)
    if not was:
        return Sentence("{field} {after} added", field=label, after=now)
    if isinstance(after, list):
        return Sentence("{field} {after} instead of {before}", field=label, after=now, before=was)
    return Sentence("{field} {before} → {after}", field=label, before=was, after=now)


def _value(kind: Kind, value: Any) -> Any:
    """What people read for a field's value; empty when there is none."""
    if isinstance(value, list):
        return [str(each) for each in value]
    match kind:
        case Seconds():
            return Sentence("{seconds} s", seconds=f"{value:g}")
        case Days():
            return _kept(value)
        case Moment():
            return moment(value) if value else ""
        case Choice(labels):
            return labels.get(value, str(value))
    return str(value) if value is not None else ""


def _kept(days: int) -> Sentence:
    """How long something is kept; 0 is for ever."""
    if not days:
        return Sentence("for ever")
    return Sentence("{count} days", count=days) if days > 1 else Sentence("1 day")
