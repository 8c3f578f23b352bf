"""Pictures of every page, German and English, light and dark, for `docs/screenshots`: `make screenshots`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.every_page import ADMINS, VISITORS
from tests.browser.office import ADMIN, Office, Visitor
from tests.browser.scenes import give_up, leave_message, talk
from tests.peers.programs import until

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
NARROW = ("now", "mine", "person", "messages")
"""Pages shown on a telephone's screen too."""


def main(names: list[str]) -> None:
    """Make the pictures of these pages, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Office(Path(folder)) as office, chromium() as browser:
        office.start()
        office.furnish()
        with office.phone("21") as alice, office.phone("22") as bob:
            live_in(office)
            with talk(office, "+4989123456", "21", alice):
                time.sleep(21)  # so that there is a voice to be plotted
            [call] = until(lambda: [each for each in office.calls(4) if each["outcome"] == "answered"], "it is kept")
            album = Album(browser, office, str(call["id"]), names or [*VISITORS, *ADMINS])
            for language, dark in product(("de", "en"), (False, True)):
                # baresip has breath for a minute only, so only the page that shows the call is taken during it.
                with talk(office, "+493377123", "22", bob):
                    album.take({"now": ADMINS["now"]}, language, dark)
                album.take({name: path for name, path in ADMINS.items() if name != "now"}, language, dark)
                album.take(VISITORS, language, dark)
        album.shrink()


def live_in(office: Office) -> None:
    """A morning's calls and changes."""
    office.do("office", "set", "--media-timeout", "1000", "--name", "Adler & Braun")
    for extension, number, seconds in (("23", "+4989123456", 4.0), ("21", "+4940555123", 6.0)):
        office.do("user", "set", extension, "--ring", "1")
        leave_message(office, number, extension, seconds)
    office.do("user", "set", "21", "--ring", "20")
    give_up(office, "+491719876543")


@dataclass(frozen=True)
class Album:
    """Where the pictures are put together."""

    browser: Browser
    office: Office
    call: str
    """Id of the call that is shown."""
    names: list[str]
    """Of the pages that are wanted."""

    def take(self, pages: Mapping[str, str], language: str, dark: bool) -> None:
        """These pages in one language and one light, some on a telephone's screen too."""
        theme = f"{language}-{'dark' if dark else 'light'}"
        wanted = {name: path.format(call=self.call) for name, path in pages.items() if name in self.names}
        for width, height, ending in ((1280, 900, ""), (360, 740, "-narrow")):
            visitor = Visitor(self.browser, self.office, language=language, dark=dark, width=width, height=height)
            if pages is not VISITORS:
                visitor.log_in(*ADMIN)
            for name, path in wanted.items():
                if not ending or name in NARROW:
                    visitor.page.goto(path)
                    picture = FOLDER / f"{name}-{theme}{ending}.png"
                    visitor.page.screenshot(path=picture, full_page=not ending)
            visitor.close()

    def shrink(self) -> None:
        """A third of the size with fewer colours, if Debian's pngquant is there: the repository keeps them."""
        if program := shutil.which("pngquant"):
            pictures = [str(path) for name in self.names for path in FOLDER.glob(f"{name}-??-*.png")]
            command = [program, "--force", "--skip-if-larger", "--quality", "70-95", "--ext", ".png", "--", *pictures]
            subprocess.run(command, check=False)


if __name__ == "__main__":
    main(sys.argv[1:])
