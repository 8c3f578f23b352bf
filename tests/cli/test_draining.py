"""`durchwahl drain`: waiting for the last call, and a running exchange that puts off a new one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.cli.command import main
from pbx.cli.draining import drained
from pbx.control.protocol import Refused
from pbx.daemon.daemon import Daemon
from tests.peers.programs import own_address


class Clock:
    """Made-up time, and calls of which one ends with each look."""

    def __init__(self, calls: int) -> None:
        self.now = 100.0
        self._calls: Iterator[int] = iter([*range(calls, 0, -1), *[0] * 9])

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def count(self) -> int:
        return next(self._calls)


def test_it_waits_until_the_last_call_has_ended() -> None:
    clock = Clock(5)
    assert drained(clock.count, 60.0, clock.time, clock.sleep) == 0
    assert clock.now == 105.0


def test_it_waits_no_longer_than_it_was_told_to() -> None:
    clock = Clock(5)
    assert drained(clock.count, 2.5, clock.time, clock.sleep) == 2
    assert clock.now == 102.5


def test_it_does_not_wait_unless_it_is_told_to() -> None:
    clock = Clock(5)
    assert drained(clock.count, 0.0, clock.time, clock.sleep) == 5
    assert clock.now == 100.0


def test_without_an_exchange_there_is_nothing_to_wait_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.json").write_text("no settings: an upgrade must get past that")
    assert main(["drain", "--data", str(tmp_path), "--seconds", "60"]) == 0
    assert capsys.readouterr().out == "The exchange is not running.\n"


def test_a_running_exchange_puts_off_new_calls_until_told_otherwise_or_restarted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"

    async def script() -> None:
        daemon = Daemon(data, own_address(), (21100, 21119))
        await daemon.start()
        await daemon.do("user add", name="Anna", extension="21")
        await daemon.do("phone add", extension="21")
        await daemon.do("trunk add", name="provider", peer="127.0.0.65:5090")

        async def cli(*words: str) -> str:
            await asyncio.to_thread(main, ["--data", str(data), *words])
            return capsys.readouterr().out

        assert "no call is in progress" in await cli("drain")
        assert (await daemon.do("status"))["draining"]
        assert (await daemon.do("now"))["lamps"]["ready"] == "pulse"
        with pytest.raises(Refused, match="about to restart"):
            await daemon.do("call", extension="21", number="+4989123456")
        with pytest.raises(Refused, match="no registered phone"):
            await daemon.do("call", extension="21", number="112")
        assert await cli("drain", "--undo") == "New calls are accepted again.\n"
        with pytest.raises(Refused, match="no registered phone"):
            await daemon.do("call", extension="21", number="+4989123456")
        await cli("drain")
        await daemon.stop()
        daemon = Daemon(data, own_address(), (21100, 21119))
        await daemon.start()
        assert not (await daemon.do("status"))["draining"]
        await daemon.stop()

    asyncio.run(script())
