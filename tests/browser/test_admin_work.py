"""What an admin does at the web page: change an extension, take it back, meet another admin, use the keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.office import ADMIN, COLLEAGUE, Office, Visitor

SECOND = ("zweite", "Kiesel-Sofa-5-Bremse")


@pytest.fixture
def clara(office: Office) -> Iterator[str]:
    """Clara Vogel's extension, 23 before and after the test."""
    yield "23"
    found = next(each for each in office.do("user", "list") if each["name"] == "Clara Vogel")
    if found["extension"] != "23":
        office.do("user", "set", found["extension"], "--extension", "23")


def type_extension(page: Page, extension: str) -> None:
    """Type another extension on a person's page."""
    page.get_by_label("Extension", exact=True).fill(extension)


def test_save_changes_appears_with_the_first_change_and_a_clash_names_its_owner(admin: Visitor, clara: str) -> None:
    page = admin.page
    page.goto(f"/people/{clara}")
    bar = page.locator("[data-save]").first
    expect(bar).to_have_class(re.compile("rests"))
    type_extension(page, "30")
    expect(bar).to_have_class(re.compile("floats"))
    page.get_by_role("button", name="Save changes").first.click()
    error = page.locator(".field .error").first
    expect(error).to_contain_text("Verkauf")
    expect(page.get_by_label("Extension", exact=True)).to_have_value("30")
    page.locator(".offer button").first.click()
    expect(page.locator(".extension.big")).not_to_have_text("30")
    offered = page.locator(".extension.big").inner_text()
    assert re.fullmatch(r"[0-9]{2,4}", offered)
    if offered == clara:
        page.get_by_role("button", name="Save changes").first.click()
        expect(page.locator(".extension.big")).not_to_have_text(clara)


def test_a_change_is_listed_in_words_and_undone(admin: Visitor, office: Office, clara: str) -> None:
    page = admin.page
    page.goto(f"/people/{clara}")
    type_extension(page, "47")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.locator(".extension.big")).to_have_text("47")
    page.goto("/changes")
    change = page.locator("main li", has_text="47").first
    expect(change).to_contain_text("Clara Vogel")
    expect(change).to_contain_text(ADMIN[0])
    change.get_by_role("button", name=re.compile("Undo")).click()
    until_listed = next(each for each in office.do("user", "list") if each["name"] == "Clara Vogel")
    expect(page.locator("main")).to_contain_text("Clara Vogel")
    assert until_listed["extension"] == "23"


def test_two_admins_at_the_same_person_are_told(visit: Visit, admin: Visitor, office: Office, clara: str) -> None:
    if not any(each["name"] == SECOND[0] for each in office.ask("account list")):
        office.account(*SECOND, role="admin")
    other = visit(office).log_in(*SECOND)
    for each in (admin, other):
        each.page.goto(f"/people/{clara}")
    other.page.get_by_label("Name", exact=True).fill("Clara Vogel-Lenz")
    other.page.get_by_role("button", name="Save changes").first.click()
    expect(other.page.locator("h1")).to_have_text("Clara Vogel-Lenz")
    admin.page.get_by_label("Name", exact=True).fill("Clara V.")
    admin.page.get_by_role("button", name="Save changes").first.click()
    expect(admin.page.locator("main")).to_contain_text(SECOND[0])
    expect(admin.page.get_by_label("Name", exact=True)).to_have_value("Clara V.")
    admin.page.get_by_label("Name", exact=True).fill("Clara Vogel")
    admin.page.get_by_role("button", name="Save changes").first.click()
    expect(admin.page.locator("h1")).to_have_text("Clara Vogel")


def test_with_the_keys_alone_one_logs_in_and_changes_a_name(visit: Visit, office: Office) -> None:
    visitor = visit(office)
    page = visitor.page
    page.goto("/login")
    tab_to(page, "input[name=name]")
    page.keyboard.type(ADMIN[0])
    tab_to(page, "input[name=password]")
    page.keyboard.type(ADMIN[1])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class(re.compile("skip"))
    tab_to(page, "a[href='/people']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people")
    tab_to(page, "a[href='/people/22']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/22")
    tab_to(page, "input[name=name]")
    page.keyboard.press("End")
    page.keyboard.type("er")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bob Brauner")
    office.do("user", "set", "22", "--name", "Bob Braun")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
            assert (outline, shadow) != ("none", "none"), f"the focus on {selector} cannot be seen"
            return
    raise AssertionError(f"Tab never comes to {selector}")


def test_a_colleague_neither_sees_nor_reaches_what_is_the_admins(colleague: Visitor, office: Office) -> None:
    page = colleague.page
    page.goto("/mine")
    expect(page.locator(".extension.big")).to_have_text("22")
    for path in ("/people", "/changes", "/backup", "/access"):
        assert page.locator(f"nav a[href='{path}']").count() == 0
    answer = page.request.post("/people/22", form={"name": "Nobody", "extension": "22"})
    assert answer.status == 403
    assert office.do("user", "list")[1]["name"] == "Bob Braun"


def test_the_language_is_changed_at_the_foot_of_the_page(visit: Visit, office: Office) -> None:
    visitor = visit(office, language="de").log_in(*COLLEAGUE)
    visitor.page.goto("/now")
    expect(visitor.page.locator("h1")).to_have_text("Übersicht")
    visitor.page.click("footer button[value=en]")
    expect(visitor.page.locator("h1")).to_have_text("Overview")
