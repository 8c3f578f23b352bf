"""The office's outside numbers."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.given import changed, shown
from pbx.administration.desk.versions import check_seen, version
from pbx.administration.sounds import greetings
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Number, Office
from pbx.store.settings.settings import with_items, without_items

Shown = dict[str, Any]


def add(
    desk: Desk,
    number: str,
    trunk: str,
    to: list[str],
    greeting_text: str | None = None,
    greeting_sound: str | None = None,
    **given: Any,
) -> Shown:
    """A new number that comes in over a trunk and rings these people and groups, and what else is given of `Number`.

    Raises Refused.
    """
    office = desk.office
    e164 = lookup.e164(number, office)
    if e164 in office.numbers:
        raise Refused(Sentence("The number {number} already exists.", number=e164), field="number")
    fresh = Number(e164, lookup.trunk(office, trunk).name, _distribution(office, to))
    return _saved(desk, changed(fresh, given), greeting_text, greeting_sound)


def change(
    desk: Desk,
    number: str,
    greeting_text: str | None = None,
    greeting_sound: str | None = None,
    seen: str | None = None,
    **given: Any,
) -> Shown:
    """Change what is given of `Number`; an empty greeting text goes back to the spoken default. Raises Refused."""
    office = desk.office
    old = lookup.number(office, number)
    check_seen(desk, old, seen)
    new = changed(
        old,
        given,
        trunk=lambda _, name: lookup.trunk(office, name).name,
        to=lambda _, extensions: _distribution(office, extensions),
    )
    return _saved(desk, new, greeting_text, greeting_sound)


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
    found = shown(number)
    return {"e164": found.pop("number"), **found, "version": version(number)}


def _saved(desk: Desk, number: Number, text: str | None, sound: str | None) -> Shown:
    greeting = greetings.keep(desk.folder, f"number-{number.e164[1:]}", text, sound, desk.office.language)
    if greeting is not None:
        number = dataclasses.replace(number, greeting=greeting)
    desk.save(with_items(desk.office, number))
    return view(number)


def _distribution(office: Office, to: Sequence[str]) -> tuple[str, ...]:
    """The extensions in the given order, each once. Raises Refused."""
    found = tuple(dict.fromkeys(lookup.person_or_group(office, each.strip(), "to").extension for each in to))
    if not found:
        raise Refused(
            Sentence("Choose at least one person or group to ring for this number."), field="to", hint="--to EXT[,EXT]"
        )
    return found
