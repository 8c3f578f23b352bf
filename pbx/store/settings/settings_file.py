"""Reading the settings file: every mistake is named with its line, and the file is only read."""

import dataclasses
import json
import logging
from pathlib import Path
from typing import Any

from pbx.sentence import Sentence, Wrong
from pbx.store.errors import FolderError
from pbx.store.fields import Description, descriptions
from pbx.store.json_lines import DuplicateKey, json_lines
from pbx.store.models import Account, Contact, Group, Number, Office, Person, Phone, RetiredExtension, Trunk
from pbx.store.settings.rules import Fault, faults
from pbx.store.settings.settings_versions import META, VERSION, aside, is_understood, migrate, version_of
from pbx.store.shapes import ShapeError, from_json

TABLES: dict[str, tuple[type[Any], str]] = {
    "people": (Person, "extension"),
    "phones": (Phone, "username"),
    "groups": (Group, "extension"),
    "former": (RetiredExtension, "extension"),
    "trunks": (Trunk, "name"),
    "numbers": (Number, "e164"),
    "contacts": (Contact, "name"),
    "accounts": (Account, "name"),
}
"""Of each table: what its documents are, and the field that is their key. Also the fields of `Office`."""

OFFICE = "office"
"""Stands for a table's name where the office's own fields are meant."""

log = logging.getLogger(__name__)

_LONGEST = 32 * 1024 * 1024


class SettingsError(Wrong, FolderError):
    """Settings that cannot be used, or not be saved; the sentence says where and why."""

    code = 2

    def __init__(self, sentence: Sentence, fault: Fault | None = None) -> None:
        super().__init__(sentence)
        self.fault = fault
        """What broke which rule, if that is why."""


class Newer(SettingsError):
    """A newer version wrote them in a way that this one does not understand."""


def read_office(path: Path) -> Office:
    """The office a settings file describes, an empty one when there is no file.

    Raises SettingsError naming the file, the line and what is wrong; the file is only read.
    """
    return read_settings(path)[0]


def read_settings(path: Path) -> tuple[Office, int]:
    """As `read_office`, with the version that wrote the file. Raises SettingsError.

    A newer file that cannot be understood is passed over for what this version wrote before, if that is there.
    """
    reading = _read(path)
    if reading is None:
        return Office(), VERSION
    try:
        return reading.office(), reading.version
    except Newer:
        before = _read(aside(path, VERSION))
        if before is None:
            raise
        log.error("%s was made by a newer version: this one goes on with what it had itself", path)
        return before.office(), reading.version


def _read(path: Path) -> "_Reading | None":
    """A settings file; None when there is none. Raises SettingsError."""
    try:
        if path.stat().st_size > _LONGEST:
            raise SettingsError(Sentence("{path} is not a settings file: it is larger than 32 MB.", path=path))
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsError(Sentence("{path} cannot be read: {why}.", path=path, why=why)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(at_line(path, line, Sentence("This is not UTF-8 text."))) from error
    return _Reading(path, text)


class _Reading:
    """A settings file on its way to an office."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._places: dict[tuple[str, str], tuple[str | int, ...]] = {}
        self.version = VERSION
        """That wrote it."""

    def office(self) -> Office:
        content = self._parsed()
        self._bring_up_to_date(content)
        scalars = self._documents(content, "office")
        if len(scalars) > 1:
            raise self._wrong(("office", scalars[1][0]), Sentence("The office appears twice."))
        office = self._item(Office, "office", *scalars[0]) if scalars else Office()
        office = dataclasses.replace(office, **{name: self._table(content, name) for name in TABLES})
        for fault in faults(office):
            place = self._places.get((fault.table, fault.key), (fault.table,))
            raise self._wrong((*place, fault.field), whole_fault(fault))
        return office

    def _parsed(self) -> dict[str, Any]:
        try:
            content = json.loads(self._text, parse_int=_whole)
            self._lines = json_lines(self._text)
        except json.JSONDecodeError as error:
            what = error.msg if self._text.strip() else Sentence("the file is empty")
            wrong = Sentence("This is not JSON: {what}.", what=what)
            raise SettingsError(at_line(self._path, error.lineno, wrong)) from error
        except DuplicateKey as error:
            wrong = Sentence("“{key}” appears twice in one object.", key=error.key)
            raise SettingsError(at_line(self._path, error.line, wrong)) from error
        except RecursionError as error:
            wrong = Sentence("{path} is not a settings file: it is nested too deeply.", path=self._path)
            raise SettingsError(wrong) from error
        if not isinstance(content, dict):
            raise self._wrong((), Sentence("The file must contain one object in braces."))
        return content

    def _bring_up_to_date(self, content: dict[str, Any]) -> None:
        version = version_of(content)
        is_number = isinstance(version, int) and not isinstance(version, bool) and version > 0
        self.version = version if is_number else VERSION
        if not is_number or (version > VERSION and not is_understood(content)):
            wrong = Sentence("These settings come from a newer version. Please update Durchwahl.")
            raise self._wrong(("office", next(iter(content["office"])), "version"), wrong, Newer)
        for name in content:
            if name not in TABLES and name not in ("office", "_default") and version <= VERSION:
                raise self._wrong((name,), Sentence("“{name}” is not a known table.", name=name))
        migrate(content)

    def _documents(self, content: dict[str, Any], name: str) -> list[tuple[str, Any]]:
        documents = content.get(name, {})
        if not isinstance(documents, dict):
            raise self._wrong((name,), Sentence("“{name}” must be an object in braces.", name=name))
        for number in documents:
            if not (number.isascii() and number.isdigit() and len(number) < 16):
                wrong = Sentence("“{number}” must be a number: it only counts the entries.", number=number)
                raise self._wrong((name, number), wrong)
        return list(documents.items())

    def _table(self, content: dict[str, Any], name: str) -> dict[str, Any]:
        kind, key_field = TABLES[name]
        items: dict[str, Any] = {}
        for number, document in self._documents(content, name):
            item = self._item(kind, name, number, document)
            key = getattr(item, key_field)
            if key in items:
                wrong = Sentence("{field} “{key}” appears twice.", field=key_field, key=key)
                raise self._wrong((name, number, key_field), wrong)
            items[key] = item
            self._places[name, key] = (name, number)
        return items

    def _item(self, kind: type[Any], name: str, number: str, document: Any) -> Any:
        also: tuple[str, ...] = ()
        if kind is Office:
            also = META
            self._places["office", ""] = (name, number)
            if isinstance(document, dict) and (table := next((t for t in TABLES if t in document), None)):
                wrong = Sentence("“{name}” must be a table of its own.", name=table)
                raise self._wrong((name, number, table), wrong)
        try:
            return from_json(kind, document, also=also, newer=self.version > VERSION)
        except ShapeError as error:
            what = error.sentence if str(error).startswith("“") else of_field(error.field, error.sentence)
            wrong = Sentence("{table}, entry {number}: {what}", table=name, number=number, what=what)
            raise self._wrong((name, number, error.field), wrong) from error

    def _wrong(
        self, place: tuple[str | int, ...], sentence: Sentence, kind: type[SettingsError] = SettingsError
    ) -> SettingsError:
        while place not in self._lines:
            place = place[:-1]
        return kind(at_line(self._path, self._lines[place], sentence))


def description(table: str, field: str) -> Description | None:
    """What is known of a field in a table; None of what this version does not know."""
    noun = Office if table == OFFICE else TABLES[table][0] if table in TABLES else None
    return descriptions(noun).get(field) if noun is not None else None


def _whole(digits: str) -> int | float:
    """Python refuses whole numbers of thousands of digits with words of its own; no field is that large."""
    return int(digits) if len(digits) < 20 else float(digits)


def at_line(path: Path, line: int, sentence: Sentence) -> Sentence:
    """What is wrong, after the place in the file."""
    return Sentence("{path}, line {line}: {what}", path=path, line=line, what=sentence.inside())


def of_field(field: str, sentence: str) -> Sentence:
    """What must be so, after the field of which it is said."""
    what = sentence.inside() if isinstance(sentence, Sentence) else sentence
    return Sentence("“{field}” {what}", field=field, what=what) if field else Sentence("{what}", what=what)


def whole_fault(fault: Fault) -> Sentence:
    """What is wrong with whom, as one sentence."""
    key = fault.key
    whose = {
        "office": Sentence("The office"),
        "people": Sentence("Person {key}", key=key),
        "phones": Sentence("Phone {key}", key=key),
        "groups": Sentence("Group {key}", key=key),
        "former": Sentence("Former extension {key}", key=key),
        "trunks": Sentence("Line “{key}”", key=key),
        "numbers": Sentence("Number {key}", key=key),
        "contacts": Sentence("Contact “{key}”", key=key),
        "accounts": Sentence("Login “{key}”", key=key),
    }[fault.table]
    if fault.field:
        return Sentence("{whose}: {what}", whose=whose, what=of_field(fault.field, fault.sentence))
    return Sentence("{whose} {what}", whose=whose, what=fault.sentence.inside())
