"""A real Linphone fetches its account from the page with the ticket of a code, and registers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from pbx.control.protocol import SOCKET
from tests.peers.exchange import Exchange
from tests.peers.programs import Program, own_address, until
from webui.app import make


class Page:
    """The page in front of a running exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.fetched: list[str] = []
        """What was asked for."""
        fetched = self.fetched

        class Listening(WSGIRequestHandler):
            def log_message(self, *_: object) -> None:
                fetched.append(self.path)

        host, port = own_address()
        self.address = f"http://{host}:{port}"
        self._server = make_server(host, port, make(exchange.data / SOCKET), handler_class=Listening)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def page(exchange: Exchange) -> Iterator[Page]:
    exchange.start()
    page = Page(exchange)
    yield page
    page.close()


class Linphone:
    """Debian's linphonec with a settings file of its own; it runs for the length of a block."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.settings = folder / "linphonerc"
        self.settings.write_text(settings)
        # Without these it does not start, and says so only in its log.
        for needed in (".local/share/linphone", ".config/linphone"):
            (folder / needed).mkdir(parents=True)
        self._folder = folder

    def __enter__(self) -> Linphone:
        command = f"sleep 60 | exec linphonec -c {self.settings}"  # it ends when nobody types any more
        self._program = Program("linphonec", ["sh", "-c", command], self._folder, {"HOME": str(self._folder)})
        return self

    def __exit__(self, *_: object) -> None:
        self._program.stop()


def test_linphone_takes_its_account_from_the_page_once_and_registers(
    exchange: Exchange, page: Page, tmp_path: Path
) -> None:
    account = exchange.do("phone", "add", "21")
    token = exchange.do("phone", "ticket", account["username"])["token"]
    ways = "[sip]\nsip_port=-1\nsip_tcp_port=-1\n"
    (tmp_path / "linphone").mkdir()
    linphone = Linphone(tmp_path / "linphone", f"[misc]\nconfig-uri={page.address}/softphone/{token}\n{ways}")
    with linphone:
        until(lambda: exchange.bindings_on_disk() == 1, "Linphone has registered")
        (device,) = exchange.do("phone", "list", "21")[0]["devices"]
        assert "inphone" in device["agent"]
        assert device["transport"] == "tcp"
    assert page.fetched == [f"/softphone/{token}"]
    exchange.kill()
    (exchange.data / "bindings.sqlite").unlink()
    exchange.start()
    with linphone:
        until(lambda: exchange.bindings_on_disk() == 1, "Linphone has kept its account")
        assert exchange.do("phone", "list", "21")[0]["registered"] is True
        exchange.do("phone", "renew", account["username"])
        assert exchange.do("phone", "list", "21")[0]["registered"] is False
    assert page.fetched == [f"/softphone/{token}"], "what works once is asked for once"
