"""Pictures of every page, German and English, light and dark, for `docs/screenshots`: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.every_page import ADMINS, VISITORS
from tests.browser.office import ADMIN, Office, Visitor
from tests.browser.scenes import give_up, leave_message, talk

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
NARROW = ("now", "mine", "person", "messages")
"""Pages shown on a telephone's screen too."""


def main(names: list[str]) -> None:
    """Make the pictures of these pages, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Office(Path(folder)) as office, chromium() as browser:
        office.start()
        office.furnish()
        with ExitStack() as stack:
            alice, bob = stack.enter_context(office.phone("21")), stack.enter_context(office.phone("22"))
            live_in(office)
            with talk(office, "+4989123456", "21", alice):
                pass
            call = str(office.calls()[-1]["id"])
            stack.enter_context(talk(office, "+493377123", "22", bob))
            for language in ("de", "en"):
                for dark in (False, True):
                    shoot(browser, office, call, language, dark, names)


def live_in(office: Office) -> None:
    """A morning's calls and changes."""
    office.do("office", "set", "--media-timeout", "1000", "--name", "Adler & Braun")
    for extension, number, seconds in (("23", "+4989123456", 4.0), ("21", "+4940555123", 6.0)):
        office.do("user", "set", extension, "--ring", "1")
        leave_message(office, number, extension, seconds)
    office.do("user", "set", "21", "--ring", "20")
    give_up(office, "+491719876543")


def shoot(browser: Browser, office: Office, call: str, language: str, dark: bool, names: list[str]) -> None:
    """All pages in one language and one light."""
    theme = "dark" if dark else "light"
    visitor = Visitor(browser, office, language=language, dark=dark)
    for pages in (VISITORS, ADMINS):
        for name, path in pages.items():
            if not names or name in names:
                visitor.page.goto(path.format(call=call))
                visitor.page.screenshot(path=FOLDER / f"{name}-{language}-{theme}.png", full_page=True)
        if pages is VISITORS:
            visitor.log_in(*ADMIN)
    visitor.close()
    narrow = Visitor(browser, office, language=language, dark=dark, width=360, height=740).log_in(*ADMIN)
    for name in NARROW:
        if not names or name in names:
            narrow.page.goto(ADMINS[name])
            narrow.page.screenshot(path=FOLDER / f"{name}-{language}-{theme}-narrow.png")
    narrow.close()


if __name__ == "__main__":
    main(sys.argv[1:])
