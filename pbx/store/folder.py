"""The data folder: settings, records and mailboxes behind one lock, opened by one program at a time."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from pbx.store import clear_text
from pbx.store.backup import restoring
from pbx.store.backup.backup_file import clear_unfinished
from pbx.store.disk import stand_in
from pbx.store.disk.atomic import private_directory, sweep
from pbx.store.disk.lock import Lock
from pbx.store.disk.reserve import mind_reserve
from pbx.store.mailboxes import Mailboxes, Reconciled
from pbx.store.models import Office
from pbx.store.records.changes import MovedRows
from pbx.store.records.cut_off import Story, write_down
from pbx.store.records.database import RecordsError
from pbx.store.records.records import HandedOver, Records, set_aside
from pbx.store.secrets.vault import Vault
from pbx.store.settings.differences import never_made
from pbx.store.settings.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Folder:
    """An open data folder: all that the running exchange needs. Any thread may use it."""

    data: Path
    settings: Settings
    records: Records
    mailboxes: Mailboxes
    vault: Vault
    """Seals and opens passwords."""
    reconciled: Reconciled
    """What the last crash had left."""
    restored: str
    """What became of a restore that waited for this start: "done" or "refused"; empty when none did."""
    unkept: str
    """Why nothing is kept: the folder stands in, in memory, for one that cannot be written to; empty when it is one."""
    _lock: Lock

    @property
    def office(self) -> Office:
        """The settings now."""
        return self.settings.office

    @property
    def greetings(self) -> Path:
        """Where greetings and announcements are."""
        return self.data / "greetings"

    def revoke(self, change: int, along: MovedRows) -> None:
        """Take a row from the list of changes that was never saved, and back what moved along. Raises RecordsError."""
        with self.records.together():
            self.records.changes.revoke(change)
            self.records.carry(along.back())

    def forget_leaver(self, extension: str) -> None:
        """Delete what was set aside when somebody left. Raises OSError, RecordsError."""
        self.mailboxes.remove_all(set_aside(extension))
        self.records.forget_tasks(extension)

    def forget_clear_text(self) -> None:
        """Nothing on the disk holds a password in clear any more, as version 1 kept them."""
        if not self.unkept:
            clear_text.forget(self.data, self.settings, self.records.changes, self.vault)

    def close(self) -> None:
        """Let go of everything."""
        self.records.close()
        self._lock.close()


def open_folder(data: Path, story: Story, patience: float = 5.0) -> Folder:
    """Open a data folder, or make one, and put in order what a crash left there; `story` tells of calls it cut off.

    Waits up to `patience` seconds for another program to let go of it.
    Raises Busy, SettingsError, RecordsError, OSError.
    """
    private_directory(data)
    lock = Lock(data, patience)
    try:
        mind_reserve(data)
        restored = "done" if restoring.finish(data) else ""
        try:
            folder = _opened(data, lock, story, restored)
        except (SettingsError, RecordsError):
            if not restored:
                raise
            # It was looked at before; whatever it is, the office must be reached again.
            restoring.go_back(data)
            restoring.finish(data)
            folder = _opened(data, lock, story, "refused")
        restoring.confirm(data)
        restoring.clear_stage(data)
        clear_unfinished(data)
    except BaseException:
        lock.close()
        raise
    return folder


def _opened(data: Path, lock: Lock, story: Story, restored: str) -> Folder:
    """What is in a folder that is locked. Raises SettingsError, RecordsError, OSError."""
    settings = Settings(data / "settings.json")
    records = Records(data / "records.sqlite")
    unkept = stand_in.reason(data)
    mailboxes = Mailboxes(data, records, closed=unkept)
    folder = Folder(data, settings, records, mailboxes, Vault(data), mailboxes.reconcile(), restored, unkept, lock)
    write_down(records, folder.reconciled.recovered, settings.office, story)
    clear_text.secure(settings, folder.vault)
    _drop_unsaved(folder)
    _settle_leavers(folder)
    _tidy_greetings(folder)
    return folder


def _drop_unsaved(folder: Folder) -> None:
    """Take back what was listed as changed when a crash came before it was saved. Raises RecordsError."""
    while (newest := folder.records.changes.newest()) and never_made(folder.office, newest.differences):
        folder.revoke(newest.id, newest.along)


def _settle_leavers(folder: Folder) -> None:
    """Put in order what a crash left while somebody left: whoever is still here gets back what nobody was to have.

    Raises OSError, RecordsError.
    """
    for extension in folder.records.leaving():
        if folder.office.bearer(extension) is not None:
            folder.records.take_back(HandedOver(extension, (), ()))
        else:
            folder.forget_leaver(extension)


def _tidy_greetings(folder: Folder) -> None:
    """Remove recordings that neither a setting nor a change that can be undone names any more. Raises OSError.

    Only now: running calls may still have played them.
    """
    sweep(private_directory(folder.greetings))
    used = {number.greeting for number in folder.office.numbers.values()}
    used |= {person.announcement for person in folder.office.people.values()}
    for path in folder.greetings.glob("*-*.wav"):
        if path.name not in used and not folder.records.changes.mention(path.name):
            with contextlib.suppress(OSError):
                path.unlink()
