"""The front of the box on gpiozero's made-up pins: what shines, and what a press means."""

import time
from collections.abc import Callable, Iterator

import pytest
from gpiozero import PWMLED
from gpiozero.pins.mock import MockFactory, MockPWMPin

from pbx.box import leds
from pbx.box.lamps import NAMES, Name, Rhythm
from pbx.box.leds import Front, Press
from pbx.box.pin_file import read_pins

DARK: dict[Name, Rhythm] = dict.fromkeys(NAMES, "off")


class Box:
    """A front whose button a test can press."""

    def __init__(self) -> None:
        self.pressed: list[Press] = []
        self.factory = MockFactory(pin_class=MockPWMPin)
        self.pins = read_pins()
        self.front = Front(self.pins, self.pressed.append, self.factory)

    def press(self, until: Callable[[], bool]) -> None:
        """Hold the button until something is so."""
        button = self.factory.pin(self.pins.button)
        button.drive_low()
        _wait(until)
        button.drive_high()


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A box whose seconds are short."""
    monkeypatch.setattr(leds, "HOLD", 0.1)
    monkeypatch.setattr(leds, "SHINES", 0.1)
    monkeypatch.setattr(leds, "PERIODS", {"slow": (0.1, 0.1), "fast": (0.05, 0.05), "pulse": (0.1, 0.1)})
    made = Box()
    yield made
    made.front.close()


def test_steady_lamps_shine_and_others_are_dark(box: Box) -> None:
    box.front.show(DARK | {"ready": "steady"})
    assert box.front.lit() == {name: name == "ready" for name in NAMES}


@pytest.mark.parametrize("rhythm", ["slow", "fast", "pulse"])
def test_rhythms_blink(box: Box, rhythm: Rhythm) -> None:
    box.front.show(DARK | {"trouble": rhythm})
    _wait(lambda: box.front.lit()["trouble"])
    _wait(lambda: not box.front.lit()["trouble"])


def test_what_is_said_again_does_not_disturb_the_rhythm(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.front.show(DARK | {"call": "fast"})
    begun: list[str] = []
    monkeypatch.setattr(PWMLED, "blink", lambda *_: begun.append("anew"))
    box.front.show(DARK | {"call": "fast"})
    assert begun == []


def test_a_short_press_lights_all_lamps_for_a_moment(box: Box) -> None:
    box.front.show(DARK | {"ready": "steady"})
    box.press(lambda: True)
    _wait(lambda: all(box.front.lit().values()))
    _wait(lambda: box.front.lit() == {name: name == "ready" for name in NAMES})
    assert box.pressed == [Press.TEST]


def test_what_changes_during_the_test_is_shown_after_it(box: Box) -> None:
    box.front.show(DARK)
    box.front.test()
    box.front.show(DARK | {"message": "steady"})
    assert all(box.front.lit().values())
    _wait(lambda: box.front.lit() == {name: name == "message" for name in NAMES})


def test_a_long_press_asks_for_a_code(box: Box) -> None:
    box.press(lambda: box.front._holds == 1)
    _wait(lambda: box.pressed == [Press.CODE])


def test_a_very_long_press_shuts_down_before_it_ends(box: Box) -> None:
    box.press(lambda: Press.OFF in box.pressed)
    assert box.pressed == [Press.OFF]
