"""What differs between two moments of the settings, and how to take it back."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pbx.store.models import Office
from pbx.store.settings.settings_file import OFFICE, TABLES
from pbx.store.shapes import ShapeError, from_json, to_json

PERSONAL = {"accounts": ("language", "password"), "people": ("pin", "announcement")}
"""By table, what people choose for themselves: that they were added can be undone, whatever they chose since."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that came, went or became different."""

    table: str
    """As in `TABLES`, or `OFFICE`."""
    was: str
    """Its key before; empty when it is new."""
    now: str
    """Its key after; empty when it is gone."""
    name: str
    """Whose or what it is, for when nothing else of it is left."""
    before: dict[str, Any]
    """Its fields before: all of an item that is gone, else those that differ. Secrets too."""
    after: dict[str, Any]


Moved = Sequence[tuple[str, str]]
"""Extensions that were given up, each with the one their bearer has instead."""


class Superseded(Exception):
    """Something is no longer as the difference left it."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(f"{difference.table} {difference.now or difference.was}")
        self.difference = difference


def differences(before: Office, after: Office, moved: Moved = ()) -> tuple[Difference, ...]:
    """What makes `after` of `before`, item by item."""
    return tuple(_all(before, after, dict(moved)))


def _all(before: Office, after: Office, moved: Mapping[str, str]) -> Iterator[Difference]:
    old, new = (to_json(office, leave_out=tuple(TABLES)) for office in (before, after))
    if old != new:
        yield Difference(OFFICE, OFFICE, OFFICE, "", *_differing(old, new))
    for table in TABLES:
        olds, news = getattr(before, table), getattr(after, table)
        became = _became(table, olds, news, moved)
        for key, item in olds.items():
            now = became.get(key, key)
            if now not in news:
                yield Difference(table, key, "", _name(item, before), to_json(item), {})
            elif item != news[now]:
                yield Difference(table, key, now, _name(item, before), *_differing(to_json(item), to_json(news[now])))
        for key in news.keys() - olds.keys() - set(became.values()):
            yield Difference(table, "", key, _name(news[key], after), {}, to_json(news[key]))


def _became(table: str, olds: Mapping[str, Any], news: Mapping[str, Any], moved: Mapping[str, str]) -> dict[str, str]:
    """Of each item that only has another key now, its keys before and after."""
    gone, new = olds.keys() - news.keys(), news.keys() - olds.keys()
    became = {key: moved[key] for key in gone if moved.get(key) in new}
    if not became and len(gone) == len(new) == 1:
        [old_key], [new_key] = gone, new
        if dataclasses.replace(olds[old_key], **{TABLES[table][1]: new_key}) == news[new_key]:
            became[old_key] = new_key
    return became


def _differing(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = [field for field in {**old, **new} if old.get(field) != new.get(field)]
    return {field: old.get(field) for field in fields}, {field: new.get(field) for field in fields}


def _name(item: Any, office: Office) -> str:
    """What people call it; a phone is its owner's."""
    owner = office.people.get(getattr(item, "extension", ""))
    return str(getattr(item, "name", "") or (owner.name if owner else ""))


def place_of(item: Any) -> tuple[str, str]:
    """Table and key of an item of the settings."""
    for table, (kind, key) in TABLES.items():
        if type(item) is kind:
            return table, getattr(item, key)
    return OFFICE, OFFICE


def taken_back(office: Office, found: Iterable[Difference]) -> Office:
    """The office without these differences; what else was changed since then stays.

    Raises Superseded when something is no longer as they left it. The rules have to be asked about the result.
    """
    found = tuple(found)
    touched = {each.table for each in found}
    tables: dict[str, Any] = {
        table: dict(getattr(office, table)) if table in touched else getattr(office, table) for table in TABLES
    }
    scalars: dict[str, Any] = {}
    returning: list[tuple[Difference, Any]] = []
    for each in found:
        if each.table not in (OFFICE, *TABLES):  # what only a newer version knows, only that can take back
            raise Superseded(each)
        if each.table == OFFICE:
            _check_left(to_json(office, leave_out=tuple(TABLES)), each)
            scalars |= each.before
            continue
        item = tables[each.table].pop(each.now, None) if each.now else None
        returning.append((each, _before(each, item, office.is_newer)))
    for each, item in returning:
        if item is not None:
            if each.was in tables[each.table]:
                raise Superseded(each)
            tables[each.table][each.was] = item
    fields = to_json(office, leave_out=tuple(TABLES)) | scalars
    try:
        return dataclasses.replace(from_json(Office, fields, newer=office.is_newer), **tables)
    except ShapeError as error:
        raise Superseded(next(each for each in found if each.table == OFFICE)) from error


def _before(difference: Difference, item: Any, newer: bool) -> Any:
    """What an item was before the difference; None when it was not there. Raises Superseded."""
    kind, _ = TABLES[difference.table]
    try:
        if not difference.now:
            return from_json(kind, difference.before, newer=newer)
        if item is None:
            raise Superseded(difference)
        if not difference.was:
            if _impersonal(difference.table, item) != _impersonal(
                difference.table, from_json(kind, difference.after, newer=newer)
            ):
                raise Superseded(difference)
            return None
        fields = to_json(item)
        back = _without_chosen(fields, difference)
        _check_left(fields, back)
        return from_json(kind, fields | back.before, newer=newer)
    except ShapeError as error:  # a row of a version that had other fields
        raise Superseded(difference) from error


def _without_chosen(fields: Mapping[str, Any], difference: Difference) -> Difference:
    """The difference without what people chose for themselves since; all of it if there was nothing else in it."""
    own = PERSONAL.get(difference.table, ())
    left = {name for name, value in difference.after.items() if name not in own or fields.get(name) == value}
    if not left:
        return difference
    before, after = ({name: each[name] for name in left} for each in (difference.before, difference.after))
    return dataclasses.replace(difference, before=before, after=after)


def _impersonal(table: str, item: Any) -> Any:
    """The item without what people choose for themselves."""
    return dataclasses.replace(item, **dict.fromkeys(PERSONAL.get(table, ()), ""))


def _check_left(fields: Mapping[str, Any], difference: Difference) -> None:
    if any(fields.get(field) != value for field, value in difference.after.items()):
        raise Superseded(difference)


def never_made(office: Office, found: Sequence[Difference]) -> bool:
    """Whether the office is as it was before all of these."""
    try:
        taken_back(office, map(_turned, found))
    except Superseded:
        return False
    return bool(found)


def _turned(difference: Difference) -> Difference:
    d = difference
    return Difference(d.table, d.now, d.was, d.name, d.after, d.before)
