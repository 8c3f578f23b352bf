"""Passwords in clear, as version 1 kept them, go from a data folder and from every copy that is in it.

In memory they are secured as the folder is opened. On the disk they stay as long as an update is being tried: its older
version, should it come back, knows no other form, and telephones must ring. Once the update is kept, or where none is
tried, they go; each step may be cut off, and is done again with the next start.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pbx.store.backup import restoring
from pbx.store.disk.atomic import remove_file
from pbx.store.records.changes import Changes
from pbx.store.records.database import Database, RecordsError
from pbx.store.secret_forms import kept
from pbx.store.secrets.vault import NotSealed, Vault, secured
from pbx.store.settings.differences import Difference
from pbx.store.settings.settings import Settings, SettingsError
from pbx.store.settings.settings_file import OFFICE
from pbx.store.settings.settings_versions import older_asides

log = logging.getLogger(__name__)

SECRET_FIELDS = {"phones": "password", "trunks": "password", OFFICE: "backup_key"}
"""Of each table the field that must not stand in clear."""


def secure(settings: Settings, vault: Vault) -> None:
    """From now on these settings hold no secret in clear; their file gets the new form with the next change."""
    if settings.office.is_newer:
        return  # a newer version's forms are its own
    try:
        settings.take(secured(settings.office, vault))
    except NotSealed as error:  # an exchange that works is more than passwords that are hidden
        log.error("%s", error)


def forget(data: Path, settings: Settings, changes: Changes, vault: Vault) -> None:
    """Nothing on the disk holds a password in clear any more. What cannot be done is logged, and tried again later."""
    try:
        settings.renew()
        for path in older_asides(data / "settings.json"):
            remove_file(path)
        _secure_changes(changes, vault)
        for before in restoring.kept(data):
            _secure_before(before.folder)
    except (SettingsError, RecordsError, NotSealed, OSError) as error:
        log.error("passwords are still kept in an older form: %s", error)


def _secure_before(folder: Path) -> None:
    """The same for what was there before a restore, which has a key of its own. Raises NotSealed, OSError."""
    try:
        settings, vault = Settings(folder / "settings.json"), Vault(folder)
        secure(settings, vault)
        settings.renew()
        if not (folder / "records.sqlite").exists():
            return
        schema = files("pbx.store.records").joinpath("schema.sql").read_text("utf-8")
        records = Database(folder / "records.sqlite", schema, "FULL")
        try:
            _secure_changes(Changes(records), vault)
        finally:
            records.close()
    except (SettingsError, RecordsError) as error:  # it is kept for whoever can make something of it
        log.warning("%s cannot be looked at for passwords in clear: %s", folder, error)


def _secure_changes(changes: Changes, vault: Vault) -> None:
    """The rows of the list: they can still be undone. Raises RecordsError, NotSealed."""
    clear = {id: found for id, found in changes.differences().items() if any(True for _ in _clear(found))}
    if clear:
        sealed = vault.sealed(text for found in clear.values() for text in _clear(found))
        changes.rewrite({id: [_secured(each, sealed) for each in found] for id, found in clear.items()})


def _clear(found: list[Difference]) -> Iterator[str]:
    for each in found:
        for fields in (each.before, each.after):
            if _is_clear(value := fields.get(SECRET_FIELDS.get(each.table, ""))):
                yield str(value)


def _is_clear(value: Any) -> bool:
    # A form that a newer version had, which was gone back from, is none of this one's to judge.
    return isinstance(value, str) and value != "" and not value.startswith(("digest$", "sealed$"))


def _secured(difference: Difference, sealed: dict[str, str]) -> Difference:
    def fields(values: dict[str, Any], key: str) -> dict[str, Any]:
        name = SECRET_FIELDS.get(difference.table, "")
        text = values.get(name)
        if not _is_clear(text):
            return values
        new = kept(key, str(text), sealed[str(text)]) if difference.table == "phones" else sealed[str(text)]
        return values | {name: new}

    before = fields(difference.before, difference.was or difference.now)
    return replace(difference, before=before, after=fields(difference.after, difference.now or difference.was))
