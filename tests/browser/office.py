"""An office whose people use the web page: the real exchange and web process, colleagues with accounts, a number."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from pbx.control.client import ask
from tests.peers.exchange import Exchange
from tests.peers.programs import until

PATIENCE = 15_000.0
"""Milliseconds a page may take for what it is expected to show or do."""
NUMBER = "+493012300"
CALLER = "+4930777000"
ADMIN = ("chefin", "Lamm-Regen-7-Kupfer")
"""Name and password of the admin."""
COLLEAGUE = ("bob", "Wolle-Fenster-3-Nebel")
"""Name and password of Bob (22), who is not an admin."""


class Office(Exchange):
    """An exchange with its web page at `url`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web = (self.host, free_web_port(self.host))
        self.options = ("--web", "{}:{}".format(*self.web))

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return "http://{}:{}".format(*self.web)

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Give a command as root, over the control socket."""
        return ask(self.data / "control.sock", verb, arguments)

    def start(self) -> None:
        """Start both processes and wait until the page answers."""
        super().start()
        until(self._page_answers, f"the web page answers at {self.url}\n{self.log()}", 30)

    def _page_answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(self.url + "/login", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def furnish(self) -> None:
        """People, a group, a contact, a number, and who may log in. Only while the exchange runs."""
        self.do("office", "set", "--country", "DE", "--area-code", "30", "--number", NUMBER)
        for name, extension in (("Alice Adler", "21"), ("Bob Braun", "22"), ("Clara Vogel", "23")):
            self.do("user", "add", name, "--extension", extension, "--ring", "20")
        self.do("group", "add", "Verkauf", "--extension", "30", "--members", "21,22")
        self.do("contact", "add", "Dr. Meier", "+49 89 123456;21")
        self.trunk()
        self.do("number", "add", NUMBER, "--trunk", "amt", "--to", "21", "--greeting", self.greeting(12))
        self.account(*ADMIN, role="admin", extension="21")
        self.account(*COLLEAGUE, role="user", extension="22")

    def account(self, name: str, password: str, **more: Any) -> None:
        """Somebody may log in."""
        self.ask("account add", name=name, password=password, **more)


def free_web_port(host: str) -> int:
    """A port that is free, and with it the one for HTTPS, 363 above."""
    while True:
        with socket.socket() as probe, socket.socket() as above:
            probe.bind((host, 0))
            port = int(probe.getsockname()[1])
            with suppress(OSError, OverflowError):
                above.bind((host, port + 363))
                return port


class Visitor:
    """A person with their own browser; every request that leaves the box and every script error is kept."""

    def __init__(
        self,
        browser: Browser,
        office: Office,
        *,
        language: str = "en",
        dark: bool = False,
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
    ) -> None:
        self.office = office
        self.language = language
        self.context = browser.new_context(
            base_url=office.url,
            locale={"de": "de-DE", "en": "en-GB"}[language],
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        # Two cores, and other tests' phones on the other one: what is late is not what these tests look for.
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.page: Page = self.context.new_page()
        self.strangers: list[str] = []
        """Addresses outside the box that the page asked for: must stay empty."""
        self.complaints: list[str] = []
        """What the browser's console complained of: must stay empty."""
        self.page.on("request", self._requested)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._complained)

    def _complained(self, said: ConsoleMessage) -> None:
        # That an answer was 404 or 503 is no mistake of a script; tests look at those themselves.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.complaints.append(said.text)

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.office.url, "data:", "blob:")):
            self.strangers.append(request.url)

    def log_in(self, name: str, password: str) -> Visitor:
        """Through the login page, as people do."""
        self.page.goto("/login")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", password)
        self.page.click("main form:has(input[name=password]) button")
        self.page.wait_for_url(lambda url: "/login" not in url)
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.page.click(f"footer button[value={self.language}]")
            self.page.wait_for_selector(f"html[lang={self.language}]")
        return self

    def see(self, text: str) -> None:
        """Wait until the text is visible."""
        self.page.get_by_text(text).first.wait_for(state="visible")

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()
