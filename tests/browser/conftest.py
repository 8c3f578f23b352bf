"""Debian's Chromium, and offices for it to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.office import ADMIN, COLLEAGUE, Office, Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser, started once a file: as long as Playwright is there, no other test could run an event loop."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A furnished office that runs; shared by the tests of a file."""
    with Office(tmp_path_factory.mktemp("office")) as box:
        box.start()
        box.furnish()
        yield box


@pytest.fixture
def empty_office(tmp_path: Path) -> Iterator[Office]:
    """A box as it comes out of its carton, plugged in."""
    with Office(tmp_path) as box:
        box.start()
        yield box


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a browser of one's own; at the end nobody may have asked a stranger or had a script fail."""
    visitors: list[Visitor] = []

    def opened(office: Office, **wishes: Any) -> Visitor:
        visitors.append(Visitor(browser, office, **wishes))
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.close()
    assert not [each for visitor in visitors for each in visitor.strangers]
    assert not [each for visitor in visitors for each in visitor.complaints]


@pytest.fixture
def admin(visit: Visit, office: Office) -> Visitor:
    """The admin, logged in, in English."""
    return visit(office).log_in(*ADMIN)


@pytest.fixture
def colleague(visit: Visit, office: Office) -> Visitor:
    """Bob (22), logged in, in English."""
    return visit(office).log_in(*COLLEAGUE)
