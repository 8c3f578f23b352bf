"""What commands work at: an open data folder, who gives the command, and what is at hand beside them."""

import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbx.administration.desk import pieces, rights
from pbx.administration.desk.backup_work import BackupWork
from pbx.administration.desk.drafts import Drafts
from pbx.administration.desk.live import Live
from pbx.administration.desk.login_throttle import LoginThrottle
from pbx.administration.desk.rights import Actor
from pbx.administration.desk.tickets import Tickets
from pbx.administration.desk.who_and_when import moment, who
from pbx.box.update.state import is_tried
from pbx.control.protocol import Refused
from pbx.exchange.story import story
from pbx.sentence import Sentence, said
from pbx.store import clear_text
from pbx.store.folder import Folder, open_folder
from pbx.store.mailboxes import Mailboxes
from pbx.store.models import Office
from pbx.store.records.changes import NO_MOVED_ROWS, Handed, MovedRows
from pbx.store.records.records import Records
from pbx.store.secrets.one_time_codes import Codes
from pbx.store.secrets.vault import NotSealed, secured
from pbx.store.settings.differences import differences
from pbx.store.settings.settings import SettingsError
from pbx.store.settings.settings_file import description

log = logging.getLogger(__name__)

UPDATE = "update"
"""In the data folder."""


@dataclass(slots=True)
class Host:
    """The machine and the program in which commands are given."""

    root: Path = Path("/")
    """Below it the kernel tells how the machine is."""
    clock: Callable[[], float] = time.time
    """Unix time."""
    pages: tuple[str, ...] = ()
    """Addresses of the web page, while it runs."""
    restart: Callable[[], None] | None = None
    """Have the exchange end and begin again, with what a restore puts in the place of the old; None: it cannot."""


@dataclass(slots=True)
class Access:
    """How people get in who have no session."""

    codes: Codes
    """The codes that the box shows to people in front of it."""
    throttle: LoginThrottle = field(default_factory=LoginThrottle)
    """Slows down the guessing of passwords and codes."""
    tickets: Tickets = field(default_factory=Tickets)
    """Of softphones that are about to fetch their accounts."""


@dataclass(slots=True)
class Desk:
    """What a command works at. Each command has one of its own (`by`); all of them share the things on it."""

    folder: Folder
    actor: Actor
    """Who gives the command."""
    access: Access = field(repr=False)
    drafts: Drafts = field(repr=False)
    """Sounds that are made and not used yet."""
    verb: str = ""
    """The command; empty while none is given."""
    session: str = field(default="", repr=False)
    """The token of who gives it; empty for root and visitors."""
    live: Live | None = None
    """The running exchange, when it is this program."""
    changed: Callable[[str], None] = field(default=lambda topic: None, repr=False)
    """Tell pages that something is different: lines, phones, trunks, calls, tasks, messages, settings, health."""
    host: Host = field(default_factory=Host)
    backup_work: BackupWork = field(default_factory=BackupWork, repr=False)
    """The backup that is being made or opened."""
    turns: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held by a writing command: it reads the settings, then saves them changed, and no other may come in between."""

    @property
    def data(self) -> Path:
        """Where the folder is."""
        return self.folder.data

    @property
    def office(self) -> Office:
        """The settings now."""
        return self.folder.office

    @property
    def records(self) -> Records:
        """History, tasks, messages, changes."""
        return self.folder.records

    @property
    def mailboxes(self) -> Mailboxes:
        """The messages' sound."""
        return self.folder.mailboxes

    def by(self, actor: Actor, verb: str = "", session: str = "") -> "Desk":
        """The desk for somebody who gives a command; without `verb` it is the same command."""
        return dataclasses.replace(self, actor=actor, verb=verb or self.verb, session=session)

    def save(self, office: Office, along: MovedRows = NO_MOVED_ROWS, undoes: int | None = None) -> None:
        """Make these the settings, tell the running exchange, and list the change; `along` moves in the records.

        `undoes` is the id of the change this one takes back. Raises Refused, and then nothing is changed.
        """
        self.check(office)
        office = self._secured(office)
        found = differences(self.office, office, along.moved)
        if not found:
            return
        # The list and the records first: cut off before the settings are written, opening the folder takes it back.
        with self.records.together():
            change = self.records.changes.add(
                time.time(), self.actor.name, self.actor.role, self.verb, found, along, undoes
            )
            self.records.carry(along)
        try:
            self.folder.settings.save(office)
        except SettingsError as error:
            self.folder.revoke(change, along)
            raise _refused(error) from error
        if self.live is not None:
            self._open_passwords(office)
            self.live.changed(office)
        self.changed("settings")
        self._tell_mailboxes(along)

    def _secured(self, office: Office) -> Office:
        """The settings with no password in clear. Raises Refused."""
        clear_text.secure(self.folder.settings, self.folder.vault)  # what could not be before is no change
        try:
            return secured(office, self.folder.vault)
        except NotSealed as error:
            raise Refused(error.sentence, 1) from error

    def _open_passwords(self, office: Office) -> None:
        """Those that the running exchange needs now."""
        try:
            self.folder.vault.prepare(office)
        except NotSealed as error:  # it is saved; their trunks say so
            log.error("%s", error)

    def forget_clear_text(self) -> None:
        """Nothing on the disk holds a password in clear any more, as version 1 kept them."""
        with self.turns:
            self.folder.forget_clear_text()

    def save_moved(self, office: Office, old: str, new: str) -> None:
        """Save settings in which the bearer of extension `old` has `new`; their messages and tasks move along.

        Raises Refused, and then nothing is changed.
        """
        self.save(office, MovedRows(moved=((old, new),)))

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
            self.save(office, MovedRows(handed=tuple(each for each in given if each.ids)))
        except Refused:
            self.records.take_back(handed)
            raise
        self.folder.forget_leaver(extension)

    def check(self, office: Office) -> None:
        """Whether these could be the settings. Raises Refused."""
        self.check_kept()
        try:
            self.folder.settings.check(office)
        except SettingsError as error:
            raise _refused(error) from error

    def check_kept(self) -> None:
        """Whether what is done now will still be there after a restart. Raises Refused."""
        if self.folder.unkept:
            why = self.folder.unkept
            raise Refused(Sentence("Nothing can be changed because the disk cannot be written to: {why}.", why=why), 1)

    def who_changed(self, item: Any) -> tuple[str, str] | None:
        """Who changed an item of the settings (or the office's own fields) last, and when; None if it is not known."""
        return next(((who(each), moment(each.at)) for each in self.records.changes.all() if each.is_of(item)), None)

    def _tell_mailboxes(self, along: MovedRows) -> None:
        """Lamps of those whose messages came from elsewhere."""
        if self.live is not None:
            messages = [each.now for each in along.handed if each.what == "messages"]
            for extension in dict.fromkeys([new for _, new in along.moved] + messages):
                self.live.mailbox_changed(extension)

    def close(self) -> None:
        """Let go of everything."""
        self.backup_work.close()
        self.folder.close()


def _refused(error: SettingsError) -> Refused:
    """On a page the sentence stands beside its field, and needs not name it."""
    if error.fault is None:
        return Refused(error.sentence, 1)
    fault = error.fault
    described = description(fault.table, fault.field)
    field = described.argument if described else fault.field
    return Refused(error.sentence, field=field, template=said(fault.sentence))


def open_desk(data: Path, patience: float = 5.0, root: Path = Path("/")) -> Desk:
    """Open a data folder, or make one, with what commands need beside it.

    Waits up to `patience` seconds for another program to let go of it. A file below `root` says whether an update is
    being tried. Raises Busy, SettingsError, RecordsError, OSError.
    """
    folder = open_folder(data, story, patience)
    try:
        return desk_over(folder, root)
    except BaseException:
        folder.close()
        raise


def desk_over(folder: Folder, root: Path = Path("/")) -> Desk:
    """What commands need beside an open folder. Tidies up what is theirs in it. Raises RecordsError, OSError."""
    access = Access(Codes(folder.data / "access-code.json"))
    drafts = Drafts(folder.data / "takes")
    desk = Desk(folder, rights.root(folder.office), access, drafts, host=Host(root))
    pieces.clear(folder.data / UPDATE)
    if not is_tried(root):
        desk.forget_clear_text()
    return desk
