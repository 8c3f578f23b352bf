"""What commands work on: an open data folder, and what is beside it."""

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
from pbx.administration.desk import pieces
from pbx.administration.desk.backup_work import Work
from pbx.administration.desk.drafts import Takes
from pbx.administration.desk.live import Live
from pbx.administration.desk.login_throttle import Tries
from pbx.administration.desk.rights import Actor
from pbx.administration.desk.tickets import Tickets
from pbx.box.update.state import is_tried
from pbx.control.protocol import Refused
from pbx.exchange.story import story
from pbx.sentence import Sentence, said
from pbx.store import clear_text
from pbx.store.folder import Folder, open_folder
from pbx.store.mailboxes import Mailboxes
from pbx.store.models import Office
from pbx.store.records.changes import NOTHING_ALONG, Along, Handed
from pbx.store.records.records import Records
from pbx.store.secrets.codes import Codes
from pbx.store.secrets.vault import NotSealed, Vault, secured
from pbx.store.settings.differences import differences
from pbx.store.settings.settings import Settings, SettingsError
from pbx.store.settings.settings_file import description

log = logging.getLogger(__name__)

UPDATE = "update"
"""In the data folder."""

_ACTING: ContextVar[tuple[Actor, str] | None] = ContextVar("acting", default=None)
"""Each thread has its own: reading commands run side by side."""


@dataclass(slots=True)
class Desk:
    """What commands work on."""

    folder: Folder
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
    tickets: Tickets = field(default_factory=Tickets, repr=False)
    """Of softphones that are about to fetch their accounts."""
    work: Work = field(default_factory=Work, repr=False)
    """The backup that is being made or opened."""
    restart: Callable[[], None] | None = field(default=None, repr=False)
    """Have the exchange end and begin again, with what a restore puts in the place of the old; None: it cannot."""

    def __post_init__(self) -> None:
        self.codes = Codes(self.data / "access-code.json")
        self.takes = Takes(self.data / "takes")

    @property
    def data(self) -> Path:
        """Where the folder is."""
        return self.folder.data

    @property
    def office(self) -> Office:
        """The settings now."""
        return self.folder.office

    @property
    def settings(self) -> Settings:
        """Where the settings are saved."""
        return self.folder.settings

    @property
    def records(self) -> Records:
        """History, tasks, messages, changes."""
        return self.folder.records

    @property
    def mailboxes(self) -> Mailboxes:
        """The messages' sound."""
        return self.folder.mailboxes

    @property
    def vault(self) -> Vault:
        """Seals and opens passwords."""
        return self.folder.vault

    @property
    def greetings(self) -> Path:
        """Where greetings and announcements are."""
        return self.folder.greetings

    @property
    def unkept(self) -> str:
        """Why nothing is kept; empty when it is."""
        return self.folder.unkept

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
            self.folder.revoke(change, along)
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
        with self.turns:
            self.folder.forget_clear_text()

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
        self.folder.forget_leaver(extension)

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

    def _tell_mailboxes(self, along: Along) -> None:
        """Lamps of those whose messages came from elsewhere."""
        if self.live is not None:
            messages = [each.now for each in along.handed if each.what == "messages"]
            for extension in dict.fromkeys([new for _, new in along.moved] + messages):
                self.live.mailbox_changed(extension)

    def close(self) -> None:
        """Let go of everything."""
        self.work.close()
        self.folder.close()


def _refused(error: SettingsError) -> Refused:
    """On a page the sentence stands beside its field, and needs not name it."""
    if error.fault is None:
        return Refused(error.sentence, 1)
    fault = error.fault
    described = description(fault.table, fault.field)
    field = described.argument if described else fault.field
    return Refused(error.sentence, field=field, told=said(fault.sentence))


def open_desk(data: Path, patience: float = 5.0, root: Path = Path("/")) -> Desk:
    """Open a data folder, or make one, with what commands need beside it.

    Waits up to `patience` seconds for another program to let go of it. Below `root` it is told whether an update is
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
    desk = Desk(folder, root=root)
    pieces.clear(folder.data / UPDATE)
    if not is_tried(root):
        desk.forget_clear_text()
    return desk
