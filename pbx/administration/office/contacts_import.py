"""Contacts from other programs, as tables and vCards: a preview first, then the import."""

import base64
import binascii
import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pbx.administration.desk.desk import Desk
from pbx.administration.office.contacts import MOST, check_limit, split
from pbx.administration.office.contacts_csv import ROLES, Entry, Table, entries, read_table, text_of
from pbx.control.protocol import Json, Refused
from pbx.sentence import Sentence, said
from pbx.service.later import load
from pbx.store.models import Contact, Office
from pbx.store.settings.settings import with_items

Shown = dict[str, Any]
State = Literal["new", "there", "twice", "wrong", "full"]

LARGEST = 1024 * 1024
"""Bytes of one file."""
_FIRST: tuple[State, ...] = ("wrong", "full")
"""What the preview shows first."""
SHOWN_ROWS = 5
"""Rows of a table that are shown to choose what its columns are."""
_CARD = re.compile(r"^BEGIN:VCARD\s*$(.*?)^END:VCARD\s*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_TAIL = re.compile(r"\s*(?:ext\.?|x|dw\.?|durchwahl)\s*(\d{1,10})\s*$", re.IGNORECASE)
"""An extension as people write it behind a number."""
_WANTED = re.compile(r"(?:[\w-]+\.)?(?:VERSION|N|FN|ORG|TEL)(?=[;:])", re.IGNORECASE)
_KINDS = {"cell": "mobile", "mobile": "mobile", "home": "home", "work": "work"}
KIND_WORDS = {
    "mobile": {"de": "mobil", "en": "mobile"},
    "home": {"de": "privat", "en": "home"},
    "work": {"de": "Büro", "en": "work"},
}
"""Words appended to the name when somebody has several numbers."""


@dataclass(frozen=True, slots=True)
class ImportedContact:
    """One number of a file, and what becomes of it."""

    name: str
    number: str
    """E.164, or as it is written when it is wrong."""
    extension: str
    state: State
    words: Json
    """What becomes of it, as `pbx.sentence.said` has it."""


def take(desk: Desk, data: str, roles: list[str] | None = None, page: int = 1, limit: int = 100) -> Shown:
    """Add the contacts of a file (its bytes in base64), and report as `look` does. Raises Refused."""
    return _read(desk, data, roles, page, limit, takes=True)


def look(desk: Desk, data: str, roles: list[str] | None = None, page: int = 1, limit: int = 100) -> Shown:
    """Preview the import of a file (its bytes in base64); others may save meanwhile. Raises Refused.

    `roles` say what each column of a table holds, instead of the guess. Existing contacts stay as they are, and what
    there is no room for is left out ("full"): `room` is how many more there may be, of `most` in all. `contacts` are
    the file's numbers on this `page`, of `all` in the file, those that cannot be imported first.
    """
    return _read(desk, data, roles, page, limit, takes=False)


def _read(desk: Desk, data: str, roles: list[str] | None, page: int, limit: int, *, takes: bool) -> Shown:
    """Preview a file; with `takes` add its contacts too. Raises Refused."""
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Sentence("The file did not arrive completely."), field="data") from error
    if len(content) > LARGEST:
        sentence = Sentence(
            "The file is {size} kB, but the limit is {most} kB. Split it and import the parts one by one.",
            size=-(-len(content) // 1024),
            most=LARGEST // 1024,
        )
        raise Refused(sentence, field="data")
    check_limit(limit)
    text = text_of(content)
    table = None if "BEGIN:VCARD" in text.upper() else read_table(text)
    chosen: list[str] = list(table.roles) if table and roles is None else roles or []
    if unknown := set(chosen) - set(ROLES):
        raise Refused(Sentence("There is no kind of column called {name}.", name=min(unknown)), field="roles")
    found = list(_settled(desk.office, entries(table, chosen) if table else _of_cards(text)))
    fresh = [Contact(each.name, each.number, each.extension) for each in found if each.state == "new"]
    room = _room(desk.office)
    if fresh and takes:
        desk.save(with_items(desk.office, *fresh))
    found.sort(key=lambda each: _FIRST.index(each.state) if each.state in _FIRST else len(_FIRST))
    page = max(1, min(page, -(-len(found) // limit)))
    shown = found[(page - 1) * limit : page * limit]
    return _view(found, shown, table, chosen) | {"page": page, "room": room, "most": MOST}


def _room(office: Office) -> int:
    """How many more contacts there may be."""
    return max(0, MOST - len(office.contacts))


def _view(found: list[ImportedContact], shown: list[ImportedContact], table: Table | None, roles: list[str]) -> Shown:
    return {
        "columns": [
            {
                "heading": table.headings[index] if table.headings else "",
                "role": role,
                "cells": [row[index] for row in table.rows[:SHOWN_ROWS]],
            }
            for index, role in enumerate(roles)
            if table is not None and index < len(table.roles)
        ]
        if table is not None
        else [],
        "contacts": [
            {
                "name": each.name,
                "number": each.number,
                "extension": each.extension,
                "state": each.state,
                "words": each.words,
            }
            for each in shown
        ],
        "all": len(found),
        **{state: sum(1 for each in found if each.state == state) for state in get_args(State)},
    }


def _settled(office: Office, those: Iterable[Entry]) -> Iterator[ImportedContact]:
    """What becomes of each number: existing contacts, and those twice in the file, are not added again."""
    by_number = {(each.number, each.extension): each.name for each in office.contacts.values()}
    in_file: set[tuple[str, str]] = set()
    room = _room(office)
    names = {name.casefold() for name in office.contacts}
    for entry in those:
        written = _visible(entry.name) or _visible(entry.number)
        try:
            key = split(office, _TAIL.sub(r";\1", entry.number))
        except Refused as refused:
            yield ImportedContact(written, _visible(entry.number), "", "wrong", refused.said)
            continue
        if key in in_file:
            yield ImportedContact(written, *key, "twice", said(Sentence("Twice in the file; will be added once.")))
        elif (there := by_number.get(key)) is not None:
            yield ImportedContact(written, *key, "there", said(Sentence("Already there as {name}.", name=there)))
        elif room <= 0:
            yield ImportedContact(
                written, *key, "full", said(Sentence("Left out: the limit is {most} contacts.", most=MOST))
            )
        else:
            room -= 1
            name = _free_name(written, entry.kind, office.language, names)
            names.add(name.casefold())
            yield ImportedContact(name, *key, "new", said(Sentence("Will be added.")))
        in_file.add(key)


def _free_name(name: str, kind: str, language: str, taken: set[str]) -> str:
    """The name; when it is taken, followed by the kind of number or by a count."""
    kinds = [f"{name} ({KIND_WORDS[kind][language]})"] if kind in KIND_WORDS else []
    counted = (f"{name} ({count})" for count in range(2, len(taken) + 3))
    return next(each for each in [name, *kinds, *counted] if each.casefold() not in taken)


def _visible(text: str) -> str:
    """A name from outside as one printable line, short enough for a word or count to follow it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:60].strip()


def _of_cards(text: str) -> Iterator[Entry]:
    """All numbers in a file of vCards (2.1, 3.0, 4.0), except those of fax machines."""
    vobject = load("vobject")  # only now: it takes a twentieth of a start, and its memory stays
    # It logs what it cannot read, and so people's names; and as it is loaded it sets a level of its own.
    logging.getLogger("vobject.base").setLevel(logging.CRITICAL)
    for body in _CARD.findall(text.replace("\r\n", "\n").replace("\r", "\n")):
        card = None
        # vobject lets through whatever its parts raise; an unreadable card costs one contact, not the whole file.
        with contextlib.suppress(Exception):
            card = vobject.readOne(f"BEGIN:VCARD\n{_plain(body)}END:VCARD\n")
        if card is not None:
            yield from _of_card(card)


def _plain(body: str) -> str:
    """Only the lines that are wanted: photographs are long. A line goes on where the next begins with a space, or
    after the = of quoted-printable."""
    kept: list[str] = []
    keep = goes_on = False
    for line in body.split("\n"):
        if not (goes_on or line.startswith((" ", "\t"))):
            keep = _WANTED.match(line) is not None
        goes_on = (
            keep and line.endswith("=") and "QUOTED-PRINTABLE" in (line if not goes_on else "QUOTED-PRINTABLE").upper()
        )
        if keep and line.strip():
            kept.append(line)
    return "".join(f"{line}\n" for line in kept)


def _of_card(card: Any) -> Iterator[Entry]:
    name = _card_name(card)
    for line in card.contents.get("tel", []):
        words = {word.lower() for value in line.params.get("TYPE", []) for word in re.split(r"[\s,]+", str(value))}
        words |= {str(word).lower() for word in line.singletonparams}
        if "fax" in words or not str(line.value).strip():
            continue
        kind = next((_KINDS[word] for word in ("cell", "mobile", "work", "home") if word in words), "")
        yield Entry(name, str(line.value), kind)


def _card_name(card: Any) -> str:
    """The whole name, else its parts, else the company."""
    for line in card.contents.get("fn", []):
        if str(line.value).strip():
            return str(line.value)
    for line in card.contents.get("n", []):
        value = line.value
        parts = [value.given, value.family] if hasattr(value, "family") else [value]
        if name := " ".join(" ".join(part) if isinstance(part, list) else str(part) for part in parts).strip():
            return name
    for line in card.contents.get("org", []):
        return " ".join(map(str, line.value)) if isinstance(line.value, list) else str(line.value)
    return ""
