"""What tests of the card need everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def system_programs() -> Iterator[None]:
    """Debian keeps the makers of file systems out of its users' sight; on files they may use them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
        yield
