"""A page to look at, in an office with three people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import spoken
from tests.webui.office import Web, opened

__all__ = ["spoken", "web"]


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are slow on purpose; with two logins a test that adds up."""
    monkeypatch.setattr("pbx.store.secrets.passwords._COST", 2**4)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """A page in front of Anna 21, Bert 22, Clara 23 and the group Sales 30; nothing rings."""
    with opened(tmp_path) as page:
        for name, extension in (("Anna Adler", "21"), ("Bert Braun", "22"), ("Clara Vogel", "23")):
            page.do("user add", name=name, extension=extension)
        page.do("group add", name="Sales", extension="30", members=["21", "22"])
        page.live.asked.clear()
        yield page
