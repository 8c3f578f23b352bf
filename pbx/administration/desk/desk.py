"""The data folder with everything in it, opened by one program at a time."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbx.administration.changes.change_words import moment, who
from pbx.administration.desk import clear_text, cut_off, pieces
from pbx.administration.desk.backup_work import Work
from pbx.administration.desk.drafts import Takes
from pbx.administration.desk.live import Live
from pbx.administration.desk.login_throttle import Tries
from pbx.administration.desk.rights import Actor
from pbx.administration.desk.tickets import Tickets
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.backup import restoring
from pbx.store.backup.backup_file import clear_unfinished
from pbx.store.disk import stand_in
from pbx.store.disk.atomic import private_directory, sweep
from pbx.store.disk.lock import Lock
from pbx.store.disk.reserve import mind_reserve
from pbx.store.mailboxes import Mailboxes, Reconciled
from pbx.store.models import Office
from pbx.store.records.changes import NOTHING_ALONG, Along, Changes, Handed
from pbx.store.records.database import RecordsError
from pbx.store.records.records import HandedOver, Records, set_aside
from pbx.store.secrets.codes import Codes
from pbx.store.secrets.vault import NotSealed, Vault, secured
from pbx.store.settings.differences import differences, never_made
from pbx.store.settings.settings import Settings, SettingsError

log = logging.getLogger(__name__)

UPDATE = "update"
"""In the data folder."""

_ARGUMENTS = {"ring_seconds": "ring", "e164": "number", "label": "name"}
"""Fields whose values commands take by another name."""

_ACTING: ContextVar[tuple[Actor, str] | None] = ContextVar("acting", default=None)
"""Each thread has its own: reading commands run side by side."""


@dataclass(slots=True)
class Stores:
    """What commands work on."""

    data: Path
    settings: Settings
    records: Records
    mailboxes: Mailboxes
    reconciled: Reconciled
    """What the last crash had left."""
    live: Live | None = None
    """The running exchange, when it is this program."""
    root: Path = Path("/")
    """Below it the kernel tells how the machine is."""
    turns: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held by a writing command: it reads the settings, then saves them changed, and no other may come in between."""
    changed: Callable[[str], None] = field(default=lambda topic: None, repr=False)
    """Tell pages that something is different: lines, phones, trunks, calls, tasks, messages, settings, health."""
    clock: Callable[[], float] = field(default=time.time, repr=False)
    """Unix time, for sessions and codes."""
    tries: Tries = field(default_factory=Tries, repr=False)
    """Passwords and codes that were wrong."""
    pages: tuple[str, ...] = ()
    """Addresses of the web page, while it runs."""
    codes: Codes = field(init=False, repr=False)
    """What the box shows to who stands before it."""
    takes: Takes = field(init=False, repr=False)
    """Sounds that are made and not used yet."""
    vault: Vault = field(init=False, repr=False)
    """Seals and opens passwords."""
    tickets: Tickets = field(default_factory=Tickets, repr=False)
    """Of softphones that are about to fetch their accounts."""
    work: Work = field(default_factory=Work, repr=False)
    """The backup that is being made or opened."""
    restart: Callable[[], None] | None = field(default=None, repr=False)
    """Have the exchange end and begin again, with what a restore puts in the place of the old; None: it cannot."""
    restored: str = ""
    """What became of a restore that waited for this start: "done" or "refused"; empty when none did."""
    unkept: str = ""
    """Why nothing is kept: the folder stands in, in memory, for one that cannot be written to; empty when it is one."""
    _lock: Lock | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.codes = Codes(self.data / "access-code.json")
        self.takes = Takes(self.data / "takes")
        self.vault = Vault(self.data)

    @property
    def office(self) -> Office:
        """The settings now."""
        return self.settings.office

    @property
    def greetings(self) -> Path:
        """Where greetings and announcements are."""
        return self.data / "greetings"

    @property
    def acting(self) -> Actor | None:
        """Who gave the command that runs in this thread."""
        acting = _ACTING.get()
        return acting[0] if acting else None

    @property
    def verb(self) -> str:
        """The command that runs in this thread; empty when none does."""
        acting = _ACTING.get()
        return acting[1] if acting else ""

    @contextlib.contextmanager
    def performing(self, actor: Actor, verb: str) -> Iterator[None]:
        """What is done in here, `actor` does by the command `verb`."""
        token = _ACTING.set((actor, verb))
        try:
            yield
        finally:
            _ACTING.reset(token)

    def save(self, office: Office, along: Along = NOTHING_ALONG, undoes: int | None = None) -> None:
        """Make these the settings, tell the running exchange, and list the change; `along` moves in the records.

        `undoes` is the id of the change this one takes back. Raises Refused, and then nothing is changed.
        """
        self.check(office)
        office = self._secured(office)
        found = differences(self.office, office, along.moved)
        if not found:
            return
        who, role = (self.acting.name, self.acting.role) if self.acting else ("", "")
        # The list and the records first: cut off before the settings are written, `drop_unsaved` takes it back.
        with self.records.together():
            change = self.records.changes.add(time.time(), who, role, self.verb, found, along, undoes)
            self.records.carry(along)
        try:
            self.settings.save(office)
        except SettingsError as error:
            self._revoke(change, along)
            raise _refused(error) from error
        if self.live is not None:
            self._open_passwords(office)
            self.live.changed(office)
        self.changed("settings")
        self._tell_mailboxes(along)

    def _secured(self, office: Office) -> Office:
        """The settings with no password in clear. Raises Refused."""
        clear_text.secure(self.settings, self.vault)  # what could not be before is no change
        try:
            return secured(office, self.vault)
        except NotSealed as error:
            raise Refused(error.sentence, 1) from error

    def _open_passwords(self, office: Office) -> None:
        """Those that the running exchange needs now."""
        try:
            self.vault.prepare(office)
        except NotSealed as error:  # it is saved; their trunks say so
            log.error("%s", error)

    def forget_clear_text(self) -> None:
        """Nothing on the disk holds a password in clear any more, as version 1 kept them."""
        if not self.unkept:
            with self.turns:
                clear_text.forget(self.data, self.settings, self.records.changes, self.vault)

    def save_moved(self, office: Office, old: str, new: str) -> None:
        """Save settings in which the bearer of extension `old` has `new`; his messages and tasks move along.

        Raises Refused, and then nothing is changed.
        """
        self.save(office, Along(moved=((old, new),)))

    def save_left(self, office: Office, extension: str, tasks_to: str = "", messages_to: str | None = None) -> None:
        """Save settings in which nobody has `extension` any more; open tasks ("": the office's) and messages move.

        Without `messages_to` the messages are deleted. Raises Refused, and then nothing is changed.
        """
        self.check(office)
        # The records first: cut off in between, the same command given again completes it; and whoever gets the
        # extension next must not find another's messages.
        handed = self.records.hand_over(extension, tasks_to, messages_to)
        given = [Handed("tasks", handed.tasks, extension, tasks_to)]
        if messages_to is not None:
            given.append(Handed("messages", handed.messages, extension, messages_to))
        try:
            self.save(office, Along(handed=tuple(each for each in given if each.ids)))
        except Refused:
            self.records.take_back(handed)
            raise
        self._forget(extension)

    def check(self, office: Office) -> None:
        """Whether these could be the settings. Raises Refused."""
        self.check_kept()
        try:
            self.settings.check(office)
        except SettingsError as error:
            raise _refused(error) from error

    def check_kept(self) -> None:
        """Whether what is done now will still be there after a restart. Raises Refused."""
        if self.unkept:
            sentence = Sentence("Nothing can be changed because the disk cannot be written to: {why}.", why=self.unkept)
            raise Refused(sentence, 1)

    def who_changed(self, item: Any) -> tuple[str, str] | None:
        """Who changed an item of the settings (or the office's own fields) last, and when; None if it is not known."""
        return next(((who(each), moment(each.at)) for each in self.records.changes.all() if each.is_of(item)), None)

    def drop_unsaved(self) -> None:
        """Take back what was listed as changed when a crash came before it was saved. Raises RecordsError."""
        while (newest := self.records.changes.newest()) and never_made(self.office, newest.differences):
            self._revoke(newest.id, newest.along)

    def _revoke(self, change: int, along: Along) -> None:
        with self.records.together():
            self.records.changes.revoke(change)
            self.records.carry(along.back())

    def _tell_mailboxes(self, along: Along) -> None:
        """Lamps of those whose messages came from elsewhere."""
        if self.live is not None:
            messages = [each.now for each in along.handed if each.what == "messages"]
            for extension in dict.fromkeys([new for _, new in along.moved] + messages):
                self.live.mailbox_changed(extension)

    def _forget(self, extension: str) -> None:
        """Delete what was set aside when somebody left."""
        self.mailboxes.remove_all(set_aside(extension))
        self.records.forget_tasks(extension)

    def settle_leavers(self) -> None:
        """Put in order what a crash left while somebody left: whoever is still here gets back what nobody was to have.

        Raises OSError, RecordsError.
        """
        for extension in self.records.leaving():
            if extension in self.office.people or extension in self.office.groups:
                self.records.take_back(HandedOver(extension, (), ()))
            else:
                self._forget(extension)

    def close(self) -> None:
        """Let go of everything."""
        self.work.close()
        self.records.close()
        if self._lock is not None:
            self._lock.close()


def _refused(error: SettingsError) -> Refused:
    """On a page the sentence stands beside its field, and needs not name it."""
    if error.fault is None:
        return Refused(error.sentence, 1)
    field = _ARGUMENTS.get(error.fault.field, error.fault.field)
    return Refused(error.sentence, field=field, told=said(error.fault.sentence))


def open_stores(data: Path, patience: float = 5.0, root: Path = Path("/")) -> Stores:
    """Open a data folder, or make one, and put in order what a crash left there.

    Waits up to `patience` seconds for another program to let go of it. Below `root` it is told whether an update is
    being tried. Raises Busy, SettingsError, RecordsError, OSError.
    """
    private_directory(data)
    lock = Lock(data, patience)
    try:
        mind_reserve(data)
        restored = "done" if restoring.finish(data) else ""
        try:
            stores = _opened(data, lock, root)
        except (SettingsError, RecordsError):
            if not restored:
                raise
            # It was looked at before; whatever it is, the office must be reached again.
            restoring.go_back(data)
            restoring.finish(data)
            stores, restored = _opened(data, lock, root), "refused"
        stores.restored = restored
        restoring.confirm(data)
        restoring.clear_stage(data)
        clear_unfinished(data)
        pieces.clear(data / UPDATE)
        if not clear_text.is_tried(root):
            stores.forget_clear_text()
    except BaseException:
        lock.close()
        raise
    return stores


def _opened(data: Path, lock: Lock, root: Path) -> Stores:
    """The stores of a folder that is locked. Raises SettingsError, RecordsError, OSError."""
    settings = Settings(data / "settings.json")
    records = Records(data / "records.sqlite")
    unkept = stand_in.reason(data)
    mailboxes = Mailboxes(data, records, closed=unkept)
    stores = Stores(data, settings, records, mailboxes, mailboxes.reconcile(), root=root, unkept=unkept, _lock=lock)
    cut_off.write_down(records, stores.reconciled.recovered, settings.office)
    clear_text.secure(settings, stores.vault)
    stores.drop_unsaved()
    stores.settle_leavers()
    _tidy(private_directory(stores.greetings), settings.office, records.changes)
    return stores


def _tidy(greetings: Path, office: Office, changes: Changes) -> None:
    """Remove recordings that neither a setting nor a change that can be undone names any more.

    Only now: running calls may still have played them.
    """
    sweep(greetings)
    used = {number.greeting for number in office.numbers.values()}
    used |= {person.announcement for person in office.people.values()}
    for path in greetings.glob("*-*.wav"):
        if path.name not in used and not changes.mention(path.name):
            with contextlib.suppress(OSError):
                path.unlink()
