"""The data folder with everything in it, opened by one program at a time."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pbx.administration.live import Live
from pbx.administration.rights import Actor
from pbx.control.protocol import Refused
from pbx.store.atomic import private_directory, sweep
from pbx.store.lock import Lock
from pbx.store.mailboxes import Mailboxes, Reconciled
from pbx.store.models import Office
from pbx.store.records import HandedOver, Records, set_aside
from pbx.store.settings import Settings, SettingsError

SOCKET = "control.sock"
"""In the data folder."""

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
    turns: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held by a writing command: it reads the settings, then saves them changed, and no other may come in between."""
    changed: Callable[[str], None] = field(default=lambda topic: None, repr=False)
    """Tell pages that something is different: lines, phones, trunks, calls, tasks, messages, settings, health."""
    who_changed: Callable[[Any], tuple[str, str] | None] = field(default=lambda item: None, repr=False)
    """Who changed an item of the settings last, and at what time of day, if known."""
    _lock: Lock | None = field(default=None, repr=False)

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

    def save(self, office: Office) -> None:
        """Make these the settings, and tell the running exchange. Raises Refused, and then nothing is changed."""
        try:
            self.settings.save(office)
        except SettingsError as error:
            raise Refused(str(error)) from error
        if self.live is not None:
            self.live.changed(office)
        self.changed("settings")

    def save_moved(self, office: Office, old: str, new: str) -> None:
        """Save settings in which the bearer of extension `old` has `new`; his messages and tasks move along.

        Raises Refused, and then nothing is changed.
        """
        try:
            self.settings.check(office)
        except SettingsError as error:
            raise Refused(str(error)) from error
        # The records first: cut off in between, the same command given again completes it.
        self.records.move_extension(old, new)
        try:
            self.save(office)
        except Refused:
            self.records.move_extension(new, old)
            raise
        if self.live is not None:
            self.live.mailbox_changed(new)

    def save_left(self, office: Office, extension: str, tasks_to: str = "", messages_to: str | None = None) -> None:
        """Save settings in which nobody has `extension` any more; open tasks ("": the office's) and messages move.

        Without `messages_to` the messages are deleted. Raises Refused, and then nothing is changed.
        """
        try:
            self.settings.check(office)
        except SettingsError as error:
            raise Refused(str(error)) from error
        # The records first: cut off in between, the same command given again completes it; and whoever gets the
        # extension next must not find another's messages.
        handed = self.records.hand_over(extension, tasks_to, messages_to)
        try:
            self.save(office)
        except Refused:
            self.records.take_back(handed)
            raise
        self._forget(extension)
        if self.live is not None and messages_to is not None:
            self.live.mailbox_changed(messages_to)

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
        self.records.close()
        if self._lock is not None:
            self._lock.close()


def open_stores(data: Path, patience: float = 5.0) -> Stores:
    """Open a data folder, or make one, and put in order what a crash left there.

    Waits up to `patience` seconds for another program to let go of it. Raises Busy, SettingsError,
    RecordsError, OSError.
    """
    private_directory(data)
    lock = Lock(data, patience)
    try:
        settings = Settings(data / "settings.json")
        records = Records(data / "records.sqlite")
        mailboxes = Mailboxes(data, records)
        reconciled = mailboxes.reconcile()
        stores = Stores(data, settings, records, mailboxes, reconciled, _lock=lock)
        stores.settle_leavers()
        _tidy(private_directory(stores.greetings), settings.office)
    except BaseException:
        lock.close()
        raise
    return stores


def _tidy(greetings: Path, office: Office) -> None:
    """Remove recordings that no setting names any more; only now, as running calls may still have played them."""
    sweep(greetings)
    used = {number.greeting for number in office.numbers.values()}
    used |= {person.announcement for person in office.people.values()}
    for path in greetings.glob("*-*.wav"):
        if path.name not in used:
            with contextlib.suppress(OSError):
                path.unlink()
