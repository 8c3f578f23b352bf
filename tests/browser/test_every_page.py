"""What holds for all pages: readable for all, on a narrow screen, without scripts, quickly, from the box alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.every_page import ADMINS, USERS, VISITORS, missed_call
from tests.browser.office import ADMIN, COLLEAGUE, Office, Visitor

AXE = Path(__file__).parents[2] / "build/axe/node_modules/axe-core/axe.min.js"
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that the dark colours may spoil: the rest of what axe checks is the same in both."""
FIRST_PAGE = 100_000
"""Bytes over the wire, all in all."""
SOON = 1000.0
"""Milliseconds."""


@pytest.fixture(scope="module")
def call(office: Office) -> str:
    """The id of a call in the history."""
    return missed_call(office)


def violations(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe finds wrong with the page as it is, as sentences."""
    found: Any = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations"
        ".map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.target.join(' ')).join(', '))",
        rules,
    )
    return [str(each) for each in found]


class Inspector(Visitor):
    """Somebody who looks at pages with axe."""

    rules: dict[str, Any] = RULES


@pytest.fixture(scope="module", params=["light", "dark"])
def inspector(browser: Browser, office: Office, request: pytest.FixtureRequest) -> Iterator[Inspector]:
    """The admin, using axe."""
    visitor = Inspector(browser, office, dark=request.param == "dark")
    # The page's own policy forbids foreign scripts, and rightly so: axe is put in by the browser itself.
    visitor.context.add_init_script(path=AXE)
    visitor.rules = CONTRAST if request.param == "dark" else RULES
    visitor.log_in(*ADMIN)
    yield visitor
    visitor.close()


@pytest.mark.parametrize("name", ADMINS)
def test_axe_finds_nothing(inspector: Inspector, call: str, name: str) -> None:
    answer = inspector.page.goto(ADMINS[name].format(call=call))
    assert answer is not None
    assert answer.status == 200
    assert violations(inspector.page, inspector.rules) == []


@pytest.mark.parametrize("name", VISITORS)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_for_visitors(browser: Browser, office: Office, name: str, dark: bool) -> None:
    visitor = Visitor(browser, office, dark=dark)
    visitor.context.add_init_script(path=AXE)
    visitor.page.goto(VISITORS[name])
    assert violations(visitor.page) == []
    visitor.close()


@pytest.fixture(scope="module", params=["de", "en"])
def narrow(browser: Browser, office: Office, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """The admin with a small telephone."""
    visitor = Visitor(browser, office, width=360, height=740, language=request.param).log_in(*ADMIN)
    yield visitor
    visitor.close()


@pytest.mark.parametrize("name", ADMINS)
def test_nothing_sticks_out_at_360_pixels(narrow: Visitor, call: str, name: str) -> None:
    narrow.page.goto(ADMINS[name].format(call=call))
    width = narrow.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"{name} is {width} pixels wide"


@pytest.fixture(scope="module")
def bob(browser: Browser, office: Office) -> Iterator[Visitor]:
    """A colleague who has switched scripts off."""
    visitor = Visitor(browser, office, scripts=False).log_in(*COLLEAGUE)
    yield visitor
    visitor.close()


@pytest.mark.parametrize("name", USERS)
def test_a_colleague_without_scripts_gets_the_page(bob: Visitor, name: str) -> None:
    answer = bob.page.goto(ADMINS[name])
    assert answer is not None
    assert answer.status == 200
    assert bob.page.locator("main h1").count() == 1


@pytest.mark.parametrize("name", sorted(ADMINS.keys() - {*USERS, "call"}))
def test_an_admins_page_is_not_a_colleagues(bob: Visitor, name: str) -> None:
    answer = bob.page.goto(ADMINS[name])
    assert answer is not None
    assert answer.status == 403


def test_the_first_page_is_light_and_soon_there(browser: Browser, office: Office) -> None:
    visitor = Visitor(browser, office)
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visitor.log_in(*ADMIN)
    sizes.clear()
    session.send("Network.clearBrowserCache")
    visitor.page.goto("/now", wait_until="load")
    usable = float(visitor.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
    print(json.dumps({"bytes": sum(sizes), "usable_ms": usable}))
    assert sum(sizes) < FIRST_PAGE
    assert usable < SOON
    assert not visitor.strangers
    visitor.close()
