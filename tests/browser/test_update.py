"""An update from the upload to “went well”, watched on a small screen that nobody touches while the box is away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import expect

from pbx.control.client import ask
from pbx.daemon.daemon import Daemon
from tests.administration.made_updates import Root, bundle
from tests.browser.conftest import Visit
from tests.browser.office import ADMIN, Office, free_web_port
from tests.browser.test_every_page import AXE, violations
from tests.peers.programs import Program, own_address, until


class Box:
    """An exchange in a thread of ours, on a machine that is made up, and its page as a service of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, own_address()
        self.root = Root(folder / "machine")
        self.web = (self.address[0], free_web_port(self.address[0]))
        self.url = "http://{}:{}".format(*self.web)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._daemon: Daemon | None = None

    def start(self) -> None:
        """Plug it in."""
        self._do(self._start())
        words = ["durchwahl", "web", "--data", str(self.folder / "data"), "--web", "{}:{}".format(*self.web)]
        self._page = Program("web", words, self.folder)

    async def _start(self) -> None:
        self._daemon = Daemon(self.folder / "data", self.address, (21300, 21399))
        self._daemon.desk.host.root = self.folder / "machine"
        await self._daemon.start()

    def stop(self) -> None:
        """It goes away."""
        if self._daemon is not None:
            self._page.stop()
            self._do(self._daemon.stop())
            self._daemon = None

    def close(self) -> None:
        """For good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(self, verb: str, **given: Any) -> Any:
        """A command as root gives it."""
        return ask(self.folder / "data/control.sock", verb, given)

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.start()
    try:
        box.ask("account add", name=ADMIN[0], password=ADMIN[1], role="admin", language="de")
        yield box
    finally:
        box.close()


def test_an_update_is_brought_installed_and_watched_until_the_new_version_is_there(
    box: Box, visit: Visit, tmp_path: Path
) -> None:
    (tmp_path / "new.raucb").write_bytes(bundle("9.0", size=9_000_000))
    admin = visit(cast(Office, SimpleNamespace(url=box.url)), language="de", width=360, height=740)
    admin.context.add_init_script(path=AXE)
    until(lambda: _answers(admin.page, box.url), "the page is there", 20)
    page = admin.log_in(*ADMIN).page

    def looks_right() -> None:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto("/update")
    page.set_input_files("#bring input[type=file]", tmp_path / "new.raucb")
    page.click("#bring button")
    admin.see("Hochgeladen: Version 9.0")
    looks_right()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Update installieren").focus()
    page.keyboard.press("Enter")
    current = page.locator("li[aria-current=step]")
    expect(current).to_contain_text("Beginnt gleich")
    page.evaluate("window.here = true")
    for phase, words in (("checking", "geprüft"), ("writing", "gespeichert"), ("draining", "Neue Anrufe warten")):
        box.root.tells(phase, time.time() + 1, progress=40)
        expect(current).to_contain_text(words)
        if phase == "writing":
            looks_right()
    box.root.tells("trying", time.time() + 1)
    expect(current).to_contain_text("startet neu")
    assert page.evaluate("window.here"), "all that without being loaded again"
    box.stop()
    expect(page.locator("#connection")).to_be_visible()
    box.root.tells("kept", time.time() + 2)
    box.start()
    expect(page.locator(".notice")).to_contain_text("Das Update ist gelungen", timeout=30_000)
    expect(page.locator("#connection")).to_be_hidden()
    looks_right()


def _answers(page: Any, url: str) -> bool:
    try:
        return bool(page.request.get(f"{url}/login", timeout=1000).ok)
    except Exception:  # whatever playwright calls a refused connection
        return False
