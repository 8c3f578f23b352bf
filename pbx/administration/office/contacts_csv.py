"""Contacts in tables (CSV) as other programs write them: encodings, separators, and what each column means."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pbx.control.protocol import Refused
from pbx.sentence import Sentence

Role = Literal["", "name", "first", "last", "company", "phone", "mobile", "home", "work", "extension"]
"""What a column holds; empty: nothing that is wanted."""
ROLES: tuple[Role, ...] = get_args(Role)
KINDS: tuple[Role, ...] = ("phone", "work", "mobile", "home")
"""The roles of columns with telephone numbers."""

MOST_COLUMNS = 100
_HEADINGS: tuple[tuple[Role, str], ...] = (
    ("", r"fax|pager|mail|notes?|notiz|datum|date|birthday|geburt|yomi|type|typ$|label"),
    ("extension", r"extension|durchwahl|nebenstelle|^ext\.?$"),
    ("first", r"first|given|vorname"),
    ("last", r"last|family|surname|nachname|familienname"),
    ("company", r"company|organi[sz]ation( name| 1.*name)?$|firma|unternehmen"),
    ("mobile", r"mobil|cell|handy"),
    ("home", r"(home|privat).*(phone|tel|nummer|number|rufn)|(telefon|phone).*(privat|home)|^(privat|home)$"),
    ("work", r"(business|work|gesch.ft|b.ro|office).*(phone|tel|nummer|number|rufn)|(telefon|phone).*(gesch|work)"),
    ("phone", r"phone|telefon|telephone|^tel\b|rufnummer|^nummer$|^number$|phone 1 - value|hauptnummer"),
    ("name", r"^(display ?|full ?|anzeige)?name$|kontakt|contact|^name\b"),
)
"""How other programs head their columns, in English and German; the first that fits."""
_NUMBER = re.compile(r"'?\+?[\d\s()/.\-\u2010-\u2015]{5,}(([;#,]|;ext=)\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, and what the columns seem to be."""

    headings: tuple[str, ...]
    """Empty when the first row is a contact already."""
    rows: tuple[tuple[str, ...], ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of somebody, as a file has it."""

    name: str
    number: str
    """As it is written there, perhaps with an extension behind it."""
    kind: str = ""
    """mobile, home, work, or nothing."""


def text_of(data: bytes) -> str:
    """The text in whatever encoding other programs write: UTF-8, UTF-16, or that of an old Windows."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[:400].count(b"\0") > len(data[:400]) // 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(text: str) -> Table:
    """A table, with a guess at its columns. Raises Refused when there is none."""
    rows = [] if re.search(r"[\x00-\x08\x0e-\x1f]", text[:20_000]) else _rows(text)
    if not rows:
        raise Refused(Sentence("This file contains no table with names and numbers."), field="data")
    width = max(map(len, rows))
    if width > MOST_COLUMNS:
        sentence = Sentence(
            "The table has {count} columns, but the limit is {most}. Leave out those you do not need.",
            count=width,
            most=MOST_COLUMNS,
        )
        raise Refused(sentence, field="data")
    rows = [(*row, *[""] * (width - len(row))) for row in rows]
    headings = [_role(cell) for cell in rows[0]]
    if any(headings) and not any(_NUMBER.fullmatch(cell) for cell in rows[0]):
        return Table(rows[0], tuple(rows[1:]), _once(headings))
    return Table((), tuple(rows), _guessed(rows))


def entries(table: Table, roles: Sequence[str]) -> Iterator[Entry]:
    """Everybody's numbers, read with these roles of the columns."""
    for row in table.rows:
        cells: dict[str, list[str]] = {}
        for role, cell in zip(roles, row, strict=False):
            if role and cell:
                cells.setdefault(role, []).append(cell)
        name = _name(cells)
        extension = "".join(cells.get("extension", [])[:1])
        for kind in KINDS:
            for number in cells.get(kind, []):
                tail = f";{extension}" if extension and not re.search("[;#,]", number) else ""
                yield Entry(name, number + tail, "" if kind == "phone" else kind)
                extension = ""  # it stands behind the first number only


def _rows(text: str) -> list[tuple[str, ...]]:
    """The rows that are not empty, their cells without what protects spreadsheets."""
    try:
        reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=_separator(text))
        rows = [tuple(_cell(cell) for cell in row) for row in reader]
    except csv.Error as error:
        raise Refused(Sentence("The box cannot read this table: {why}.", why=str(error)), field="data") from error
    return [row for row in rows if any(row)]


def _separator(text: str) -> str:
    """What parts the columns: the sign that is oftenest in the first lines, outside of quotes."""
    head = re.sub(r'"[^"]*"', "", "\n".join(text[:20_000].splitlines()[:20]))
    counts = Counter(char for char in head if char in ";,\t")
    return counts.most_common(1)[0][0] if counts else ";"


def _cell(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain[1:] if len(plain) > 1 and plain[0] == "'" and plain[1] in "=+-@" else plain


def _role(heading: str) -> Role:
    words = heading.casefold().strip(" :*\"'")
    return next((role for role, pattern in _HEADINGS if words and re.search(pattern, words)), "")


def _once(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Each part of a name is in one column, the first that seems so; with its parts there is no whole name."""
    seen: set[Role] = set()
    found: list[Role] = []
    for role in roles:
        single = role not in KINDS and role in seen
        found.append("" if single or (role == "name" and "last" in roles and "first" in roles) else role)
        seen.add(role)
    return tuple(found)


def _guessed(rows: Sequence[tuple[str, ...]]) -> tuple[Role, ...]:
    """Without headings: columns full of numbers are numbers, the first other one is the name."""
    roles: list[Role] = []
    for column in zip(*rows[:200], strict=True):
        filled = [cell for cell in column if cell]
        numbers = sum(1 for cell in filled if _NUMBER.fullmatch(cell))
        if filled and numbers * 2 >= len(filled):
            roles.append("phone")
        elif filled and "name" not in roles:
            roles.append("name")
        else:
            roles.append("")
    return tuple(roles)


def _name(cells: dict[str, list[str]]) -> str:
    person = " ".join(cells.get("name", []) or [*cells.get("first", []), *cells.get("last", [])])
    return person or " ".join(cells.get("company", []))
