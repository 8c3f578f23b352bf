"""An office behind the page, without its exchange: a real desk and a real control socket, made-up lines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from webtest import TestApp

from pbx.administration.commands import perform, writes
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.door import PAGE
from pbx.control.protocol import SOCKET
from pbx.control.server import ControlServer
from tests.live import Lines
from webui.app import App, make

ADMIN = "chef"
PASSWORD = "rotes-Fahrrad-im-Regen"


class Web:
    """The page in front of an office; `admin`, `user(extension)` and `visitor` are browsers."""

    def __init__(self, desk: Desk, live: Lines, app: App) -> None:
        self.desk = desk
        self.live = live
        self.app = app
        self.socket = desk.data / SOCKET
        self._users: dict[str, TestApp] = {}
        self._serving = ExitStack()

    def do(self, verb: str, **arguments: Any) -> Any:
        """A command as root gives it."""
        return perform(self.desk, verb, arguments)

    def away(self) -> None:
        """The exchange goes: nobody listens on the control socket."""
        self._serving.close()

    def back(self) -> None:
        """The exchange comes back."""
        self._serving.enter_context(serving(self.desk))

    @property
    def visitor(self) -> TestApp:
        """A new browser of somebody who is not logged in. English."""
        return browser(self.app)

    @property
    def admin(self) -> TestApp:
        """The admin's browser: always the same. English."""
        if "" not in self._users:
            self.do("account add", name=ADMIN, password=PASSWORD, role="admin", language="en")
            self._users[""] = self.log_in(ADMIN)
        return self._users[""]

    def user(self, extension: str) -> TestApp:
        """The browser of the colleague with this extension, who gets an account: always the same. English."""
        if extension not in self._users:
            name = f"user-{extension}"
            self.do("account add", name=name, password=PASSWORD, extension=extension, language="en")
            self._users[extension] = self.log_in(name)
        return self._users[extension]

    def log_in(self, name: str, password: str = PASSWORD) -> TestApp:
        """A browser with a session, opened at the daemon and not through the login page."""
        token = self.do("session open", name=name, password=password, source="127.0.0.1")["token"]
        return browser(self.app, token)


def browser(app: App, token: str = "") -> TestApp:
    """A browser at the box itself."""
    opened = TestApp(app, extra_environ={"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "SERVER_PORT": "80"})
    if token:
        opened.set_cookie("session-80", token)
    return opened


@contextmanager
def serving(desk: Desk) -> Iterator[ControlServer]:
    """The control socket of this desk, served in a thread until the end of the block."""
    loop = asyncio.new_event_loop()
    server = ControlServer(
        # The page's door, at which nobody is root: what needs one would not work on a box either.
        desk.data / SOCKET,
        lambda verb, given, session: perform(desk, verb, given, session),
        writes,
        PAGE,
    )
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever, name="control")
    thread.start()

    def changed(topic: str) -> None:
        loop.call_soon_threadsafe(server.publish, {"event": "changed", "topic": topic})

    desk.changed = changed
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def opened(data: Path) -> Iterator[Web]:
    """A page in front of an empty office in this folder."""
    desk = open_desk(data)
    live = Lines()
    desk.live = live
    web = Web(desk, live, make(data / SOCKET))
    web.back()
    try:
        yield web
    finally:
        web.away()
        desk.close()
