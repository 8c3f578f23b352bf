"""An office where people with accounts give the commands, by a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.login_throttle import LoginThrottle
from pbx.store.secrets import passwords

ADMIN = "Chefin"
PASSWORD = "Lamm-Regen-7-Kupfer"
OTHER = "Wolle-Fenster-3-Nebel"


class Logins:
    """Commands given as somebody: without a session as root, with "" as a visitor, with a token as that account."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.now = 1_800_000_000.0
        desk.host.clock = lambda: self.now
        desk.access.throttle = LoginThrottle(lambda: self.now)
        desk.access.codes._clock = lambda: self.now

    def do(self, verb: str, session: str | None = None, /, **arguments: Any) -> Any:
        """Give a command."""
        return perform(self.desk, verb, arguments, session)

    def log_in(self, name: str, password: str = PASSWORD, source: str = "192.0.2.1") -> str:
        """The token of a new session."""
        return str(self.do("session open", "", name=name, password=password, source=source)["token"])

    def who(self, session: str) -> str | None:
        """The session's account."""
        account = self.do("session who", session)
        return account["name"] if account else None


@pytest.fixture
def logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logins]:
    """Anna 21 and Bert 22, the group Sales 30 with both, Clara 23; an admin, accounts of Anna and Bert."""
    monkeypatch.setattr(passwords, "_COST", 16)  # a hash need not be slow to be tested
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._NOBODYS.replace("32768", "16"))
    desk = open_desk(tmp_path / "office")
    logins = Logins(desk)
    for name, extension in (("Anna", "21"), ("Bert", "22"), ("Clara", "23")):
        logins.do("user add", name=name, extension=extension)
    logins.do("group add", name="Sales", extension="30", members=["21", "22"])
    logins.do("account add", name=ADMIN, password=PASSWORD, role="admin")
    for name, extension in (("anna", "21"), ("bert", "22")):
        logins.do("account add", name=name, password=PASSWORD, extension=extension)
    yield logins
    desk.close()
