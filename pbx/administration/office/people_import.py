"""A pasted list of names becomes people with extensions, all of them or none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.office.people import checked_name
from pbx.administration.office.retired_extensions import current, extension_for
from pbx.control.protocol import Json, Refused
from pbx.sentence import Sentence
from pbx.store.models import Office, Person
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]

MOST = 500
"""People in one list."""
_PARTS = re.compile(r"[\t;]|,(?=\s*(?:[0-9]{1,6}\s*(?:,|$)|\S+@))")
"""Tabs and semicolons part a line; a comma only before an extension or an address, as in “Berg, Anna”."""
_ADDRESS = re.compile(r"<?[^\s<>@;,]+@[^\s<>@;,]+>?")


@dataclass(slots=True)
class ImportedPerson:
    """One line of the list, and what becomes of it."""

    number: int
    name: str
    wanted: str
    extension: str = ""
    wrong: Json = None
    """What is wrong with it, in the form of `pbx.sentence.said`."""
    is_known: bool = False
    """There is already somebody of that name, who stays unchanged."""


def paste(desk: Desk, names: str, dry: bool = False) -> list[Shown]:
    """Add everybody in a list: one a line, a name, or name and extension with a semicolon or tab between.

    What looks like an e-mail address is left out, and existing people stay unchanged. `dry` only tells what would
    happen, with `wrong` at the lines that are in error; without it a wrong line refuses all. Raises Refused.
    """
    office = current(desk.office)
    lines = list(_lines(names))
    if not lines:
        raise Refused(Sentence("The list contains no names."), field="names")
    if len(lines) > MOST:
        sentence = Sentence(
            "The list has {count} people, but only {most} can be added at once. Please paste it in parts.",
            count=len(lines),
            most=MOST,
        )
        raise Refused(sentence, field="names")
    office = _with_people(office, lines)
    if not dry:
        for line in lines:
            if line.wrong is not None:
                raise Refused(Sentence("Line {number} cannot be used. Please check the list.", number=line.number),
                              field="names")  # fmt: skip
        desk.save(office)
    return [_view(line) for line in lines]


def _lines(text: str) -> Iterator[ImportedPerson]:
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        parts = [part.strip().strip('"').strip() for part in _PARTS.split(_ADDRESS.sub("", line))]
        digits = [part for part in parts if re.fullmatch("[0-9]+", part, re.ASCII)]
        name = " ".join(" ".join(part.split()) for part in parts if part and part not in digits).strip(" ,")
        if name or digits:
            yield ImportedPerson(number, name, digits[0] if digits else "")


def _with_people(office: Office, lines: list[ImportedPerson]) -> Office:
    """The office with everybody who can be added; wanted extensions are given before free ones."""
    known = {person.name.casefold(): person for person in office.people.values()}
    for line in sorted(lines, key=lambda line: not line.wanted):
        if (person := known.get(line.name.casefold())) is not None:
            line.is_known, line.extension = True, person.extension
            continue
        try:
            name = checked_name(line.name)
            line.extension = extension_for(office, line.wanted or None)
        except Refused as refused:
            line.wrong = refused.said
            continue
        added = Person(line.extension, name, office.language)
        known[name.casefold()] = added
        office = with_items(office, added)
    return office


def _view(line: ImportedPerson) -> Shown:
    return {
        "line": line.number,
        "name": line.name,
        "extension": line.extension or line.wanted,
        "wrong": line.wrong,
        "known": line.is_known,
    }
