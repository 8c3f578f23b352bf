"""The page while the exchange is away: it says so, and comes back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.office import ADMIN, Office
from tests.peers.programs import Program


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Office]:
    """An exchange and its page as two services, as they run on the box."""
    with Office(tmp_path) as office:
        page = ["durchwahl", "web", "--data", str(office.data), "--web", "{}:{}".format(*office.web)]
        with Program("web", page, tmp_path):
            office.options = ()
            office.start()
            office.furnish()
            yield office


def test_the_page_says_that_the_exchange_is_away_and_comes_back(visit: Visit, apart: Office) -> None:
    visitor = visit(apart).log_in(*ADMIN)
    page = visitor.page
    page.goto("/people")
    apart.kill()
    page.goto("/now")
    expect(page.locator("main")).to_contain_text("exchange")
    expect(page.locator("[data-away]")).to_be_visible()
    apart.start()
    expect(page.locator("h1")).to_have_text("Overview")


def test_an_open_page_tells_that_nothing_moves_any_more_and_goes_on(visit: Visit, apart: Office) -> None:
    visitor = visit(apart).log_in(*ADMIN)
    page = visitor.page
    page.goto("/now")
    page.evaluate("window.here = true")
    apart.kill()
    expect(page.locator("#connection")).to_be_visible()
    apart.start()
    expect(page.locator("#connection")).to_be_hidden()
    apart.do("user", "set", "21", "--name", "Alice Ahorn")
    expect(page.locator("#people")).to_contain_text("Alice Ahorn")
