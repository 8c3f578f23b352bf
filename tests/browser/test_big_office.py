"""What a big office's lists are like in a browser: soon there, light, turned by keyboard, and true to the page."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.big_office import furnish
from tests.browser.office import ADMIN, Office, Visitor
from tests.browser.test_every_page import AXE, violations

LISTS = {
    "tasks": "/tasks?show=everybody",
    "calls": "/history",
    "search": "/history?search=quandt",
    "contacts": "/contacts",
}
SOON = 4000.0
"""Milliseconds: four times what is measured under no other load, as other tests share the two cores."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """200 people, 1,000 tasks, 60,000 calls, 5,000 contacts."""
    with Office(tmp_path_factory.mktemp("big")) as box:
        furnish(box.data)
        box.start()
        box.account(*ADMIN, role="admin", extension="1001")
        yield box


@pytest.fixture(scope="module")
def chef(browser: Browser, office: Office) -> Iterator[Visitor]:
    visitor = Visitor(browser, office).log_in(*ADMIN)
    yield visitor
    visitor.close()


@pytest.mark.parametrize("name", LISTS)
def test_a_long_list_is_soon_there(chef: Visitor, name: str) -> None:
    found: list[dict[str, float]] = []
    for _ in range(2):
        chef.page.goto(LISTS[name], wait_until="load")
        found.append(
            chef.page.evaluate(
                "(({responseStart, domContentLoadedEventEnd, loadEventEnd, requestStart, decodedBodySize}) => ({"
                "server: responseStart - requestStart, usable: domContentLoadedEventEnd, whole: loadEventEnd,"
                "bytes: decodedBodySize, elements: document.querySelectorAll('*').length}))"
                "(performance.getEntriesByType('navigation')[0])"
            )
        )
    print(name, json.dumps(found))
    assert min(each["whole"] for each in found) < SOON
    assert found[0]["elements"] < 3000


def where(visitor: Visitor) -> str:
    """What the list says of itself."""
    return visitor.page.locator("nav.pages p").inner_text().replace("\N{EN DASH}", "-")


def test_a_list_is_turned_by_keyboard_and_the_way_back_leads_back(chef: Visitor) -> None:
    chef.page.goto("/history")
    older = chef.page.get_by_role("navigation", name="Pages: Calls").get_by_role("link", name="Older")
    older.focus()
    chef.page.keyboard.press("Enter")
    expect(chef.page.locator("nav.pages p")).to_contain_text("51")
    assert where(chef) == "51-100 of 60,000"
    chef.page.go_back()
    assert where(chef) == "1-50 of 60,000"


def test_what_happens_is_told_and_one_stays_on_ones_page(chef: Visitor, office: Office) -> None:
    chef.page.goto("/tasks?show=everybody")
    chef.page.get_by_role("link", name="Older", exact=True).click()
    expect(chef.page.locator("nav.pages p")).to_contain_text("26")
    address, first = chef.page.url, chef.page.locator("li.task").nth(0).get_attribute("id")
    number = str(first).removeprefix("task-")
    office.ask("task done", task=int(number))
    expect(chef.page.locator(f"#{first}")).to_have_count(0)
    assert chef.page.url == address
    assert where(chef) == "26-50 of 999"


def test_without_scripts_all_of_it_is_reached_too(browser: Browser, office: Office) -> None:
    visitor = Visitor(browser, office, scripts=False).log_in(*ADMIN)
    visitor.page.goto("/history")
    visitor.page.get_by_role("link", name="Oldest").click()
    assert where(visitor) == "59,951-60,000 of 60,000"
    visitor.page.get_by_role("link", name="Newer").click()
    assert where(visitor) == "59,901-59,950 of 60,000"
    visitor.close()


def test_axe_finds_nothing_wrong_with_long_lists(browser: Browser, office: Office) -> None:
    visitor = Visitor(browser, office)
    visitor.context.add_init_script(path=AXE)
    visitor.log_in(*ADMIN)
    for path in ("/tasks?show=everybody&before=500", "/history?before=30000", "/contacts?page=7", "/people?page=2"):
        visitor.page.goto(path)
        assert violations(visitor.page) == []
    visitor.close()


def test_a_file_that_takes_long_shows_that_it_is_read_and_how_much_of_it(chef: Visitor) -> None:
    lines = "Name;Telefon\n" + "".join(f"Kundin {each};+49 30 {3_000_000 + each}\n" for each in range(1500))
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": lines.encode()}

    def choose() -> None:
        chef.page.goto("/contacts/import")
        chef.page.set_input_files("#f-file", file)  # type: ignore[arg-type]

    choose()
    sign = chef.page.get_by_text("Reading the file …")
    expect(sign).to_be_hidden()
    # As if the box took its time: the page stays as it is while it waits.
    chef.page.evaluate("addEventListener('submit', event => event.preventDefault())")
    chef.page.locator("#file button").click()
    expect(sign).to_be_visible()
    expect(sign).to_contain_text("1,501 lines")
    choose()
    chef.page.locator("#file button").click()
    expect(chef.page.locator("#result h2")).to_have_text("0 contacts will be added")
    assert "1,500 contacts do not fit: the limit is 5,000, and there are 5,000 already." in chef.page.content()
    chef.page.set_viewport_size({"width": 390, "height": 900})
    cut = "found => found.filter(each => each.getBoundingClientRect().right > innerWidth - 32).length"
    assert chef.page.locator("#preview td .badge").evaluate_all(cut) == 0, "what becomes of a contact can be read whole"
    chef.page.set_viewport_size({"width": 1280, "height": 900})


def test_a_table_comes_while_it_is_being_made(chef: Visitor) -> None:
    chef.page.goto("/history?search=quandt")
    with chef.page.expect_download() as begun:
        chef.page.get_by_role("link", name="Download 3 calls as a table").click()
    assert len(begun.value.path().read_text("utf-8-sig").splitlines()) == 4
