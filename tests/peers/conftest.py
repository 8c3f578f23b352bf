"""An exchange with a small office, for the tests with real programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.exchange import Exchange

NUMBER = "+493012300"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """Alice (21) and Bob (22), and a number on a peering trunk that greets for long; not started yet."""
    with Exchange(tmp_path) as box:
        box.do("user", "add", "Alice", "--extension", "21", "--ring", "20")
        box.do("user", "add", "Bob", "--extension", "22", "--ring", "20")
        box.trunk()
        box.do("number", "add", NUMBER, "--trunk", "amt", "--to", "21", "--greeting", box.greeting(12))
        yield box
