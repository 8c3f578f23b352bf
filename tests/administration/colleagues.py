"""An office whose colleagues give commands themselves, each in their own session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pbx.administration.access.sessions import enter
from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.protocol import Refused
from pbx.store.models import Account
from pbx.store.rows import Message, Task
from pbx.store.settings.settings import with_items
from tests import leftovers
from tests.leftovers import CALLER
from tests.live import Lines


class Colleagues:
    """Anna 21 and Bert 22 in the group Sales 30, Carla 23, Dora 24, and the admin, who is nobody's colleague."""

    def __init__(self, data: Path) -> None:
        self.desk: Desk = open_desk(data)
        self.lines = Lines()
        self.desk.live = self.lines
        self.topics: list[str] = []
        self.desk.changed = self.topics.append
        for name, extension in (("Anna", "21"), ("Bert", "22"), ("Carla", "23"), ("Dora", "24")):
            self.do("user add", name=name, extension=extension)
        self.do("group add", name="Sales", extension="30", members=["21", "22"])
        self._sessions: dict[str, str] = {}
        self.lines.asked.clear()
        self.topics.clear()

    def _session(self, who: str) -> str:
        """Their session; their account is made at their first command, without a password, as hashing one is slow."""
        if who not in self._sessions:
            account = Account(who, "scrypt$", "admin") if who == "chef" else Account(who, "scrypt$", extension=who)
            self.desk.folder.settings.save(with_items(self.desk.office, account))
            self._sessions[who] = str(enter(self.desk, account)["token"])
        return self._sessions[who]

    def do(self, verb: str, **given: Any) -> Any:
        """Give a command as root."""
        return perform(self.desk, verb, given)

    def ask(self, who: str, verb: str, **given: Any) -> Any:
        """Give a command as a colleague (by their extension) or as the admin ("chef"). Raises Refused."""
        return perform(self.desk, verb, given, self._session(who))

    def refuses(self, who: str, verb: str, **given: Any) -> Refused:
        """The refusal of a command that must be refused."""
        try:
            self.ask(who, verb, **given)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"{who} may {verb}")

    def missed(self, extension: str, from_: str = CALLER, call: str = "", name: str = "") -> Task:
        """Leave a call that nobody answered, with its task."""
        return leftovers.missed(self.desk, extension, from_, call, name)

    def message(self, extension: str, call: str = "", seconds: float = 2.0) -> Message:
        """Leave a message."""
        return leftovers.message(self.desk, extension, call, seconds)
