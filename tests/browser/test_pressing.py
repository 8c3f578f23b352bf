"""On every page of a full office, what can be seen can be pressed: on a wide screen and on a telephone's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bottle import Router
from playwright.sync_api import Browser

from tests.browser.crowd import CALL, crowd
from tests.browser.every_page import ADMINS, BEHIND, VISITORS
from tests.browser.office import ADMIN, Office, Visitor
from tests.browser.pressing import missed
from webui.app import PAGES

SCREENS = {"en": (1280, 900), "de": (390, 844)}
"""Pixels: a computer's; a telephone's, where the longer words of German need room."""
ELSEWHERE = ("/welcome", "/invitation/", "/backup/<name>", "/backup/restoring", "/sound/takes/<id>")
"""Pages that need a moment of their own: pressed on in the tests of the wizard and of backups, and below; the last two
have nothing to press but a form of one button."""
NO_PAGES = (
    *("/file", "/table", "/export", "/trace", "/sound", "/state", "/download", "/free", "/softphone/<token>"),
    ".crt",
)
"""Ends of what answers with a file or with JSON."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with more of everything than a screen holds."""
    with Office(tmp_path_factory.mktemp("full")) as box:
        crowd(box.data, "{}:{}".format(*box.provider))
        box.start()
        yield box


@pytest.fixture(scope="module", params=SCREENS)
def admin(browser: Browser, full: Office, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Its admin."""
    width, height = SCREENS[request.param]
    visitor = Visitor(browser, full, language=request.param, width=width, height=height).log_in(*ADMIN)
    yield visitor
    visitor.close()


@pytest.fixture(scope="module")
def phone(full: Office) -> str:
    """The user name of somebody's phone."""
    return str(full.do("phone", "list")[0]["username"])


@pytest.mark.parametrize("name", [*ADMINS, *BEHIND])
def test_nothing_lies_over_what_can_be_pressed(admin: Visitor, phone: str, name: str) -> None:
    path = (ADMINS | BEHIND)[name].format(call=CALL, phone=phone)
    answer = admin.page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert missed(admin.page) == []


def test_visitors_press_what_they_see(browser: Browser, full: Office) -> None:
    visitor = Visitor(browser, full, width=390, height=844)
    for path in (*VISITORS.values(), full.ask("account invite", extension="22")["path"]):
        visitor.page.goto(path)
        assert missed(visitor.page) == []
    visitor.close()


def test_no_page_is_forgotten() -> None:
    router, paths = Router(), [route.path for page in PAGES for route in page.routes.all if route.method == "GET"]
    for path in paths:
        router.add(path, "GET", path)
    pressed = (path.partition("?")[0].format(call=CALL, phone="x") for path in (VISITORS | ADMINS | BEHIND).values())
    seen = {router.match({"REQUEST_METHOD": "GET", "PATH_INFO": path})[0] for path in pressed}
    assert [path for path in paths if path not in seen and not path.endswith(NO_PAGES)
            and not path.startswith(ELSEWHERE)] == []  # fmt: skip
