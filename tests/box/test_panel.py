"""The lamps' process against a real control socket: it shows what the exchange says, and that it is away."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pbx.box import panel
from pbx.box.lamps import NAMES, Name, Rhythm, Seen, shown
from pbx.box.leds import Press
from pbx.box.panel import Panel, switch_off
from pbx.control.server import ControlServer
from tests.peers.programs import until

BEGINS, DOWN = shown(Seen(phase="starting")), shown(Seen(phase="down"))


class Exchange:
    """A control socket that says how the lamps are, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.lamps: dict[Name, Rhythm] = dict.fromkeys(NAMES, "off")
        self.asked: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._server = ControlServer(path, self._answer)
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(5)

    def _answer(self, verb: str, *_: Any) -> Any:
        self.asked.append(verb)
        return {"lamps": self.lamps}

    def say(self, **lamps: Rhythm) -> None:
        """The lamps change, and followers are told that something did."""
        self.lamps |= lamps  # type: ignore[arg-type]
        self._loop.call_soon_threadsafe(self._server.publish, {"event": "changed", "topic": "calls"})

    def followed(self) -> bool:
        return self._server.followed

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Wall:
    """Where the lamps hang; and the file that asks for the end."""

    def __init__(self, socket: Path) -> None:
        self.lamps: Mapping[Name, Rhythm] = {}
        self.off = 0
        self.now = 0.0
        self.panel = Panel(socket, self._show, self._switch_off, clock=lambda: self.now)
        self._thread = threading.Thread(target=self.panel.run)
        self._thread.start()

    def _show(self, rhythms: Mapping[Name, Rhythm]) -> None:
        self.lamps = rhythms

    def _switch_off(self) -> None:
        self.off += 1

    def close(self) -> None:
        self.panel.end()
        self._thread.join(5)


@pytest.fixture
def wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    monkeypatch.setattr(panel, "MOMENT", 0.01)
    monkeypatch.setattr(panel, "RETRY", 0.05)
    made = Wall(tmp_path / "control.sock")
    yield made
    made.close()


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


def test_an_exchange_that_is_away_is_starting_at_first_and_then_down(wall: Wall) -> None:
    until(lambda: wall.lamps == BEGINS, "it is thought to be starting")
    assert (BEGINS["ready"], BEGINS["trouble"]) == ("pulse", "off")
    wall.now = panel.PATIENCE
    until(lambda: wall.lamps == DOWN, "only the trouble lamp is lit")
    assert (DOWN["ready"], DOWN["trouble"]) == ("off", "fast")


def test_the_lamps_follow_the_exchange_also_after_a_restart(wall: Wall, socket: Path) -> None:
    for _ in range(2):
        exchange = Exchange(socket)
        try:
            until(exchange.followed, "the exchange is followed")
            wall.now += panel.PATIENCE
            exchange.say(ready="steady", call="fast")
            until(lambda: wall.lamps.get("call") == "fast", "the call is shown")
            exchange.say(call="off")
            until(lambda: wall.lamps.get("call") == "off" and wall.lamps["ready"] == "steady", "its end too")
        finally:
            exchange.stop()
        until(lambda: wall.lamps == BEGINS, "it is seen stopping, and starting again")


def test_five_seconds_of_the_button_let_the_page_show_a_code(wall: Wall, socket: Path) -> None:
    exchange = Exchange(socket)
    try:
        wall.panel.pressed(Press.TEST)
        wall.panel.pressed(Press.CODE)
        assert "code press" in exchange.asked
    finally:
        exchange.stop()
    wall.panel.pressed(Press.CODE)  # nobody there: said in the log, and that is all


def test_ten_seconds_ask_for_the_end(wall: Wall) -> None:
    wall.panel.pressed(Press.OFF)
    assert wall.off == 1


def test_the_wish_for_the_end_is_a_file(tmp_path: Path) -> None:
    switch_off(tmp_path / "poweroff")
    assert (tmp_path / "poweroff").exists()
    switch_off(tmp_path / "nowhere" / "poweroff")
    switch_off(None)
