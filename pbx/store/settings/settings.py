"""The office's settings in one TinyDB file that is replaced whole, never rewritten in place."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from pbx.sentence import Sentence
from pbx.store.disk.atomic import sweep, write_file
from pbx.store.models import Account, Contact, Group, Number, Office, Person, Phone, RetiredExtension, Trunk
from pbx.store.settings.rules import faults
from pbx.store.settings.settings_file import TABLES, SettingsError, read_office, read_settings, whole_fault
from pbx.store.settings.settings_versions import UNDERSTOOD_FROM, VERSION, aside
from pbx.store.shapes import to_json

__all__ = ["AtomicStorage", "Item", "Settings", "SettingsError", "read_office", "with_items", "without_items"]

Item = Person | Phone | Group | RetiredExtension | Trunk | Number | Contact | Account


class Settings:
    """The settings file, opened by one process alone.

    Every change is checked whole, written whole and only then visible; a change that raises leaves the file
    and the snapshot as they were.
    """

    def __init__(self, path: Path) -> None:
        """Read the file, or begin with an empty office if there is none. Raises SettingsError."""
        sweep(path.parent)
        self.office: Office
        """What is set now; a change makes a new one."""
        self.office, self._written_by = read_settings(path)
        self._path = path
        self._outdated = self._written_by < VERSION
        """Whether the file still says in an older form what is in `office`."""
        self._storage = AtomicStorage(path)
        self._database = TinyDB(storage=lambda: self._storage)

    def put(self, *items: Item) -> Office:
        """Add the items or replace those with the same key, in one write. Raises SettingsError."""
        return self.save(with_items(self.office, *items))

    def remove(self, *items: Item) -> Office:
        """Remove the items, in one write. Raises SettingsError, also when another item needs one of them."""
        return self.save(without_items(self.office, *items))

    def check(self, office: Office) -> None:
        """Whether these could be the settings. Raises SettingsError."""
        wrong = next(faults(office), None)
        if wrong is not None:
            raise SettingsError(whole_fault(wrong), wrong)

    def save(self, office: Office) -> Office:
        """Make these the settings, in one write. Raises SettingsError."""
        self.check(office)
        if office != self.office:
            self._write(office)
        return self.office

    def take(self, office: Office) -> None:
        """Go on with these, which say the same in another form; the file gets it with the next change."""
        if office != self.office:
            self.office, self._outdated = office, True

    def renew(self) -> None:
        """If the file says something in an older form, write it anew, and keep nothing of it. Raises SettingsError."""
        if self._outdated and self._written_by <= VERSION:
            self._written_by = VERSION
            self._write(self.office)

    def _write(self, office: Office) -> None:
        if self._storage.touched():
            raise SettingsError(
                Sentence("Another program has changed the settings file. Restart the exchange to load it.")
            )
        try:
            with self._storage.one_write():
                self._store(office)
        except OSError as error:
            why = error.strerror or str(error)
            raise SettingsError(Sentence("The settings could not be saved: {why}.", why=why)) from error
        self.office, self._written_by, self._outdated = office, _version(office), False

    def _store(self, office: Office) -> None:
        if self._written_by != _version(office):  # another version's file
            write_file(aside(self._path, self._written_by), self._path.read_bytes())
            self._outdated = True
        if self._outdated:
            self._database.drop_tables()
            self._store_differing(Office(), office)
        else:
            self._store_differing(self.office, office)

    def _store_differing(self, there: Office, office: Office) -> None:
        # What a newer version wrote keeps that version's numbers: they are among what is not understood.
        numbers = {"version": VERSION, "understood_from": UNDERSTOOD_FROM}
        scalars = numbers | to_json(office, leave_out=tuple(TABLES))
        if self._database.table("office").all() != [scalars]:
            self._database.table("office").truncate()
            self._database.table("office").insert(scalars)
        for name, (_, key) in TABLES.items():
            before, after = getattr(there, name), getattr(office, name)
            _change_table(self._database.table(name), key, before, after)


def _change_table(table: Table, key: str, before: Mapping[str, Item], after: Mapping[str, Item]) -> None:
    """Make a table hold what is there `after`, by key; TinyDB goes through all of it each time it is asked."""
    if gone := before.keys() - after.keys():
        table.remove(lambda document: document[key] in gone)
    new = [to_json(item) for item_key, item in after.items() if item_key not in before]
    if new:
        table.insert_multiple(new)
    changed = {
        item_key: to_json(item) for item_key, item in after.items() if item_key in before and before[item_key] != item
    }
    if changed:
        table.update(
            lambda document: document.update(changed[document[key]]), lambda document: document[key] in changed
        )


def _version(office: Office) -> int:
    """Of the file that says this."""
    return int(dict(office.unknown_fields).get("version", VERSION))


class AtomicStorage(Storage):
    """A TinyDB storage that survives the plug being pulled.

    TinyDB's own truncates the file and writes it anew, for every single document; this one gathers all of a
    change's documents and replaces the file once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._gathered: dict[str, dict[str, Any]] | None = None
        self._gathering = False
        self._seen = _signature(path)

    def touched(self) -> bool:
        """Whether somebody else changed the file since we last read or wrote it."""
        return _signature(self._path) != self._seen

    @contextmanager
    def one_write(self) -> Iterator[None]:
        """All that TinyDB writes in here reaches the disk at the end, or, when something raises, never."""
        self._gathered, self._gathering = None, True
        try:
            yield
            if self._gathered is not None:
                self._replace(self._gathered)
        finally:
            self._gathered, self._gathering = None, False

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The whole database, or None when there is none yet."""
        if self._gathered is not None:
            return self._gathered
        try:
            content: dict[str, dict[str, Any]] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        return content

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Take the whole database. Raises OSError."""
        if self._gathering:
            self._gathered = data
        else:
            self._replace(data)

    def _replace(self, data: dict[str, dict[str, Any]]) -> None:
        try:
            write_file(self._path, _text(data).encode())
        finally:
            self._seen = _signature(self._path)


def with_items(office: Office, *items: Item) -> Office:
    """The office with the items added, or put in the place of those with the same key."""
    tables: dict[str, Any] = {}
    for item in items:
        name, key = _place(item)
        if name not in tables:  # the others stay the very same: what was made of them still holds
            tables[name] = dict(getattr(office, name))
        tables[name][key] = item
    return dataclasses.replace(office, **tables)


def without_items(office: Office, *items: Item) -> Office:
    """The office without the items; what is not there is no error."""
    tables: dict[str, Any] = {}
    for item in items:
        name, key = _place(item)
        if name not in tables:
            tables[name] = dict(getattr(office, name))
        tables[name].pop(key, None)
    return dataclasses.replace(office, **tables)


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _text(content: dict[str, dict[str, Any]]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _place(item: Item) -> tuple[str, str]:
    name, key = next((name, key) for name, (kind, key) in TABLES.items() if type(item) is kind)
    return name, getattr(item, key)
