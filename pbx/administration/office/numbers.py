"""The office's outside numbers."""

import dataclasses
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.sounds import greetings
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import ExtensionDialling, Number, Office
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    number: str,
    trunk: str,
    to: list[str],
    greeting_text: str | None = None,
    greeting_sound: str | None = None,
    extensions: ExtensionDialling | None = None,
) -> Shown:
    """A new number that comes in over a trunk and rings these people and groups. Raises Refused."""
    office = desk.office
    e164 = lookup.e164(number, office)
    if e164 in office.numbers:
        raise Refused(Sentence("The number {number} already exists.", number=e164), field="number")
    fresh = Number(e164, lookup.trunk(office, trunk).name, _distribution(office, to), extensions=extensions or "all")
    return _saved(desk, fresh, greeting_text, greeting_sound)


def change(
    desk: Desk,
    number: str,
    trunk: str | None = None,
    to: list[str] | None = None,
    greeting_text: str | None = None,
    greeting_sound: str | None = None,
    extensions: ExtensionDialling | None = None,
    seen: str | None = None,
) -> Shown:
    """Change what is given; an empty greeting text goes back to the spoken default. Raises Refused."""
    office = desk.office
    old = lookup.number(office, number)
    check_seen(desk, old, seen)
    given = {
        "trunk": lookup.trunk(office, trunk).name if trunk is not None else None,
        "to": _distribution(office, to) if to is not None else None,
        "extensions": extensions,
    }
    changed: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    return _saved(desk, dataclasses.replace(old, **changed), greeting_text, greeting_sound)


def remove(desk: Desk, number: str, seen: str | None = None) -> Shown:
    """Remove a number: calls to it are refused from now on. Raises Refused."""
    old = lookup.number(desk.office, number)
    check_seen(desk, old, seen)
    desk.save(without_items(desk.office, old))
    return view(old)


def listing(desk: Desk) -> list[Shown]:
    """All numbers, in order."""
    return [view(number) for _, number in sorted(desk.office.numbers.items())]


def show(desk: Desk, number: str) -> Shown:
    """One number, however it is written. Raises Refused."""
    return view(lookup.number(desk.office, number))


def view(number: Number) -> Shown:
    """A number as JSON."""
    return {
        "e164": number.e164,
        "trunk": number.trunk,
        "to": list(number.to),
        "extensions": number.extensions,
        "greeting": number.greeting,
        "version": version(number),
    }


def _saved(desk: Desk, number: Number, text: str | None, sound: str | None) -> Shown:
    greeting = greetings.keep(desk, f"number-{number.e164[1:]}", text, sound, desk.office.language)
    if greeting is not None:
        number = dataclasses.replace(number, greeting=greeting)
    desk.save(with_items(desk.office, number))
    return view(number)


def _distribution(office: Office, to: list[str]) -> tuple[str, ...]:
    """The extensions in the given order, each once. Raises Refused."""
    found = tuple(dict.fromkeys(lookup.person_or_group(office, each.strip(), "to").extension for each in to))
    if not found:
        raise Refused(
            Sentence("Choose at least one person or group to ring for this number."), field="to", hint="--to EXT[,EXT]"
        )
    return found
