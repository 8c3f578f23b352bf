"""Reading the settings file: every mistake is named with its line, and the file is only read."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from pbx.store.json_lines import DuplicateKey, json_lines
from pbx.store.models import Account, Contact, Former, Group, Number, Office, Person, Phone, Trunk
from pbx.store.rules import Fault, faults
from pbx.store.shapes import ShapeError, from_json

VERSION = 1
"""Of the file; a newer one is refused instead of half understood."""

TABLES: dict[str, tuple[type[Any], str]] = {
    "people": (Person, "extension"),
    "phones": (Phone, "username"),
    "groups": (Group, "extension"),
    "former": (Former, "extension"),
    "trunks": (Trunk, "name"),
    "numbers": (Number, "e164"),
    "contacts": (Contact, "name"),
    "accounts": (Account, "name"),
}
"""Of each table: what its documents are, and the field that is their key. Also the fields of `Office`."""

_LONGEST = 32 * 1024 * 1024


class SettingsError(Exception):
    """Settings that cannot be used, or not be saved; the text says where and why."""


def read_office(path: Path) -> Office:
    """The office a settings file describes, an empty one when there is no file.

    Raises SettingsError naming the file, the line and what is wrong; the file is only read.
    """
    try:
        if path.stat().st_size > _LONGEST:
            raise SettingsError(f"{path}: this is no settings file, it is larger than 32 MB.")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Office()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: this is not UTF-8 text.") from error
    return _Reading(path, text).office()


class _Reading:
    """A settings file on its way to an office."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._places: dict[tuple[str, str], tuple[str | int, ...]] = {}

    def office(self) -> Office:
        content = self._parsed()
        scalars = self._documents(content, "office")
        if len(scalars) > 1:
            raise self._wrong(("office", scalars[1][0]), "the office is described twice")
        office = self._item(Office, "office", *scalars[0]) if scalars else Office()
        office = dataclasses.replace(office, **{name: self._table(content, name) for name in TABLES})
        for fault in faults(office):
            place = self._places.get((fault.table, fault.key), (fault.table,))
            raise self._wrong((*place, fault.field), f"{named_fault(fault)} {fault.sentence}")
        return office

    def _parsed(self) -> dict[str, Any]:
        try:
            content = json.loads(self._text, parse_int=_whole)
            self._lines = json_lines(self._text)
        except json.JSONDecodeError as error:
            what = error.msg if self._text.strip() else "the file is empty"
            raise SettingsError(f"{self._path}, line {error.lineno}: this is no JSON: {what}.") from error
        except DuplicateKey as error:
            raise SettingsError(
                f"{self._path}, line {error.line}: “{error.key}” is there twice in one object."
            ) from error
        except RecursionError as error:
            raise SettingsError(f"{self._path}: this is no settings file, it is nested too deeply.") from error
        if not isinstance(content, dict):
            raise self._wrong((), "the whole must be an object in braces")
        for name in content:
            if name not in TABLES and name not in ("office", "_default"):
                raise self._wrong((name,), f"“{name}” is no known table")
        return content

    def _documents(self, content: dict[str, Any], name: str) -> list[tuple[str, Any]]:
        documents = content.get(name, {})
        if not isinstance(documents, dict):
            raise self._wrong((name,), f"“{name}” must be an object in braces")
        for number in documents:
            if not (number.isascii() and number.isdigit() and len(number) < 16):
                raise self._wrong((name, number), f"“{number}” must be a number: it is only the entry's count")
        return list(documents.items())

    def _table(self, content: dict[str, Any], name: str) -> dict[str, Any]:
        kind, key_field = TABLES[name]
        items: dict[str, Any] = {}
        for number, document in self._documents(content, name):
            item = self._item(kind, name, number, document)
            key = getattr(item, key_field)
            if key in items:
                raise self._wrong((name, number, key_field), f"{key_field} “{key}” is there twice")
            items[key] = item
            self._places[name, key] = (name, number)
        return items

    def _item(self, kind: type[Any], name: str, number: str, document: Any) -> Any:
        also: tuple[str, ...] = ()
        if kind is Office:
            also = ("version",)
            self._places["office", ""] = (name, number)
            if isinstance(document, dict) and document.get("version", VERSION) != VERSION:
                raise self._wrong((name, number, "version"), "these settings are another version's; update Durchwahl")
            if isinstance(document, dict) and (table := next((t for t in TABLES if t in document), None)):
                raise self._wrong((name, number, table), f"“{table}” is a table of its own")
        try:
            return from_json(kind, document, also=also)
        except ShapeError as error:
            what = f"“{error.field}” {error}" if error.field and not str(error).startswith("“") else str(error)
            whose = f"{name}, entry {number}: {what}"
            raise self._wrong((name, number, error.field), whose) from error

    def _wrong(self, place: tuple[str | int, ...], sentence: str) -> SettingsError:
        while place not in self._lines:
            place = place[:-1]
        return SettingsError(f"{self._path}, line {self._lines[place]}: {sentence}.")


def _whole(digits: str) -> int | float:
    """Python refuses whole numbers of thousands of digits with words of its own; no field is that large."""
    return int(digits) if len(digits) < 20 else float(digits)


def named_fault(fault: Fault) -> str:
    """Whose fault it is, as the beginning of a sentence."""
    what = {
        "office": "The office",
        "people": f"Person {fault.key}",
        "phones": f"Phone {fault.key}",
        "groups": f"Group {fault.key}",
        "trunks": f"Trunk “{fault.key}”",
        "numbers": f"Number {fault.key}",
        "contacts": f"Contact “{fault.key}”",
        "accounts": f"Account “{fault.key}”",
    }[fault.table]
    return f"{what}: “{fault.field}”" if fault.field else what
