"""The exchange in one line, and that systemd hears it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pbx.daemon.daemon import Daemon
from pbx.daemon.status_line import status_line
from pbx.store.models import Office, Phone
from tests.live import Lines

OFFICE = Office(phones={name: Phone(name, "21", "x") for name in ("a", "b")})


def test_calls_phones_and_trunks_are_counted() -> None:
    live = Lines()
    live.trunks = {"amt": ("registered", ""), "peer": ("unknown", ""), "other": ("failed", "timeout")}
    live.registered = {"a": ["sip:a@192.0.2.1"]}
    line = status_line(live, OFFICE)
    assert line == "0 calls, 1 of 2 phones registered, 2 of 3 trunks work."


def test_what_is_not_as_always_is_added() -> None:
    line = status_line(Lines(draining=True), Office(), "Read-only file system")
    assert line.endswith("no trunk, new calls are turned away, NOTHING IS SAVED: Read-only file system.")


def test_an_exchange_that_started_has_told_how_it_is(tmp_path: Path) -> None:
    async def lines() -> list[str]:
        lines: list[str] = []
        daemon = Daemon(tmp_path / "data", ("127.0.0.61", 0), (20000, 20099))
        daemon.on_status = lines.append
        await daemon.start()
        await daemon.stop()
        return lines

    assert asyncio.run(lines()) == ["0 calls, 0 of 0 phones registered, no trunk."]
