"""The process around the exchange: what it listens on, and how it says that it cannot start."""

import argparse
import asyncio
import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.control.client import ask
from pbx.control.protocol import SOCKET
from pbx.daemon.daemon import TLS_ABOVE, Daemon
from pbx.daemon.process import run
from pbx.store.secrets import vault
from pbx.store.settings.settings import Settings

OPTIONS = (
    "OPTIONS sip:127.0.0.61 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.62;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:127.0.0.61>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def options(data: Path, port: int = 0) -> argparse.Namespace:
    return argparse.Namespace(
        data=data, sip=("127.0.0.61", port), rtp=(20000, 20099), web=None, page_socket=None, lamps_socket=None
    )


def test_phones_may_come_by_tls_one_port_above(tmp_path: Path) -> None:
    async def answered() -> tuple[bytes, str]:
        daemon = Daemon(tmp_path / "data", ("127.0.0.61", 0), (20000, 20099))
        await daemon.start()
        try:
            context = ssl.create_default_context(cafile=str(tmp_path / "data" / "tls.crt"))
            context.check_hostname = False
            host, port = daemon.address
            reader, writer = await asyncio.open_connection(host, port + TLS_ABOVE, ssl=context)
            writer.write(OPTIONS.encode())
            line = await asyncio.wait_for(reader.readline(), 5)
            writer.close()
            checks: Any = await daemon.do("doctor")
            return line, next(str(check["sentence"]) for check in checks if check["name"] == "tls")
        finally:
            await daemon.stop()

    line, caution = asyncio.run(answered())
    assert line == b"SIP/2.0 200 OK\r\n"
    # There is no SRTP, and nobody may think that there were.
    assert caution.endswith("nobody in between can read passwords or see who calls whom. The sound is not encrypted.")


def test_a_port_that_is_taken_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.61", 0))
        port = taken.getsockname()[1]
        assert run(options(tmp_path / "data", port)) == 1
    assert str(port) in caplog.text


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    assert run(options(tmp_path / "file" / "data")) == 1
    assert "file" in caplog.text
    assert "port" not in caplog.text


def test_what_becomes_of_trunks_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def logged() -> None:
        with caplog.at_level(logging.INFO):
            daemon = Daemon(tmp_path / "data", ("127.0.0.61", 0), (20000, 20099))
            await daemon.start()
            await daemon.do("trunk add", name="provider", register="user@127.0.0.63:9", password="secret")
            async with asyncio.timeout(10):
                while "trunk provider: failed" not in caplog.text:
                    await asyncio.sleep(0.05)
            await daemon.stop()
        assert "secret" not in caplog.text

    asyncio.run(logged())


def test_commands_are_answered_while_the_passwords_of_trunks_are_still_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(tmp_path / "data")
    perform(desk, "trunk add", {"name": "amt", "register": "user@127.0.0.63:9", "password": "secret"})
    desk.close()
    opens, may_open = vault.answered, threading.Event()

    def slow(question: dict[str, Any]) -> dict[str, Any]:
        assert may_open.wait(20)
        return opens(question)

    async def begun() -> None:
        daemon = Daemon(tmp_path / "data", ("127.0.0.61", 0), (20000, 20099))
        await daemon.start()
        try:
            listed: Any = await asyncio.to_thread(ask, tmp_path / "data" / SOCKET, "trunk list", {})
            assert [trunk["name"] for trunk in listed] == ["amt"]
            assert daemon.exchange.trunks.state("amt") is None
            may_open.set()
            async with asyncio.timeout(10):
                while daemon.exchange.trunks.state("amt") is None:
                    await asyncio.sleep(0.01)
        finally:
            may_open.set()
            await daemon.stop()

    monkeypatch.setattr(vault, "answered", slow)
    asyncio.run(begun())


def test_wrong_settings_are_told_with_their_line_and_nothing_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    Settings(data / "settings.json").save(Settings(data / "settings.json").office)
    (data / "settings.json").write_text('{\n "people": {"1": {"extension": 21}}\n}')
    kept = (data / "settings.json").read_bytes()
    assert run(options(data)) == 2
    assert "line 2" in caplog.text
    assert (data / "settings.json").read_bytes() == kept
