"""An office whose commands are given by people with accounts, at a clock a test sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Stores, open_stores
from pbx.administration.desk.login_throttle import Tries
from pbx.store.secrets import passwords

ADMIN = "Chefin"
PASSWORD = "Lamm-Regen-7-Kupfer"
OTHER = "Wolle-Fenster-3-Nebel"


class Desk:
    """Commands given as somebody: root without a session, a visitor with "", whoever logged in with his token."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.now = 1_800_000_000.0
        stores.clock = lambda: self.now
        stores.tries = Tries(lambda: self.now)
        stores.codes._clock = lambda: self.now

    def do(self, verb: str, session: str | None = None, /, **arguments: Any) -> Any:
        """Give a command."""
        return perform(self.stores, verb, arguments, session)

    def log_in(self, name: str, password: str = PASSWORD, source: str = "192.0.2.1") -> str:
        """The token of a new session."""
        return str(self.do("session open", "", name=name, password=password, source=source)["token"])

    def who(self, session: str) -> str | None:
        """Whose session it is."""
        account = self.do("session who", session)
        return account["name"] if account else None


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Anna 21 and Bert 22, the group Sales 30 with both, Clara 23; an admin, accounts of Anna and Bert."""
    monkeypatch.setattr(passwords, "_COST", 16)  # a hash need not be slow to be tested
    monkeypatch.setattr(passwords, "_NOBODYS", passwords._NOBODYS.replace("32768", "16"))
    stores = open_stores(tmp_path / "office")
    desk = Desk(stores)
    for name, extension in (("Anna", "21"), ("Bert", "22"), ("Clara", "23")):
        desk.do("user add", name=name, extension=extension)
    desk.do("group add", name="Sales", extension="30", members=["21", "22"])
    desk.do("account add", name=ADMIN, password=PASSWORD, role="admin")
    for name, extension in (("anna", "21"), ("bert", "22")):
        desk.do("account add", name=name, password=PASSWORD, extension=extension)
    yield desk
    stores.close()
