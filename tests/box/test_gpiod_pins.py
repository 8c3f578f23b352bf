"""Pins by the kernel's own interface: the right chip, light that swells, edges, and everything given back."""

import inspect
import os
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias, Direction
from gpiozero import LED, PWMLED, BadPinFactory, Button

from pbx.box import gpiod_pins, machine, panel
from pbx.box.gpiod_pins import GpiodFactory, PinTaken
from pbx.box.pin_file import read_pins
from tests.box.kernel_pins import Chip, Kernel, Line, Request, press
from tests.peers.programs import until


class Pi:
    """A Pi 4: the header is not its first chip."""

    def __init__(self, devices: Path) -> None:
        self.devices = devices
        self.header = str(devices / "gpiochip1")
        self.kernel = Kernel({str(devices / "gpiochip0"): "raspberrypi-exp-gpio", self.header: "pinctrl-bcm2711"})
        for path in self.kernel.chips:
            Path(path).touch()

    def line(self, gpio: int) -> Line:
        return self.kernel.lines[self.header][gpio]

    def factory(self) -> GpiodFactory:
        return GpiodFactory(self.devices)


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pi]:
    made = Pi(tmp_path)
    monkeypatch.setattr(gpiod_pins, "Chip", made.kernel.Chip)
    descriptors = len(os.listdir("/proc/self/fd"))
    yield made
    until(lambda: not _listening(), "no thread is left")
    assert made.kernel.open == []
    assert not any(line.owner for lines in made.kernel.lines.values() for line in lines)
    assert len(os.listdir("/proc/self/fd")) == descriptors


def _listening() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(("edges", "dim"))]


@pytest.mark.parametrize(("ours", "real"), [(Chip, gpiod.Chip), (Request, gpiod.LineRequest)])
def test_the_kernel_of_these_tests_is_asked_as_gpiod_is(ours: type, real: type) -> None:
    for name, mine in inspect.getmembers(ours, inspect.isfunction):
        if not name.startswith("_"):
            theirs = inspect.signature(getattr(real, name)).parameters
            assert [*inspect.signature(mine).parameters] == [*theirs][: len(inspect.signature(mine).parameters)]


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_header_s_chip_is_found_by_its_label(pi: Pi, label: str) -> None:
    pi.kernel.chips = {**pi.kernel.chips, pi.header: label}
    factory = pi.factory()
    assert pi.kernel.open == [pi.header]
    factory.close()


def test_a_machine_without_a_header_is_told_so(pi: Pi) -> None:
    (pi.devices / "gpiochip1").unlink()
    with pytest.raises(BadPinFactory, match="no chip with a Raspberry Pi's header"):
        pi.factory()


def test_a_header_that_we_may_not_use_is_told_so(pi: Pi) -> None:
    pi.kernel.locked.add(pi.header)
    with pytest.raises(BadPinFactory, match="gpiochip1: Permission denied"):
        pi.factory()


def test_a_lamp_shines_and_is_dark(pi: Pi) -> None:
    factory = pi.factory()
    led = LED(5, pin_factory=factory)
    assert pi.line(5).owner == "durchwahl"
    led.on()
    assert pi.line(5).high
    assert led.value == 1
    led.off()
    assert not pi.line(5).high
    factory.close()


def test_a_weak_lamp_is_on_for_that_part_of_the_time(pi: Pi) -> None:
    factory = pi.factory()
    led = PWMLED(5, pin_factory=factory)
    led.value = 0.25
    assert led.value == 0.25
    until(lambda: len(pi.line(5).changes) > 40, "it flickers too fast for the eye")
    led.on()
    changes = pi.line(5).changes[2:-1]
    spans = list(pairwise(changes))
    lit = sum(after - before for (before, on), (after, _) in spans if on)
    assert 0.15 < lit / (changes[-1][0] - changes[0][0]) < 0.45
    assert pi.line(5).high
    count = len(pi.line(5).changes)
    time.sleep(0.05)
    assert len(pi.line(5).changes) == count, "a lamp that shines costs nothing"
    factory.close()


def test_a_lamp_that_is_closed_while_it_swells_is_dark_and_nobody_s(pi: Pi) -> None:
    factory = pi.factory()
    led = PWMLED(5, pin_factory=factory)
    led.pulse(1, 1)
    until(lambda: len(pi.line(5).changes) > 10, "it swells")
    led.close()
    assert not pi.line(5).high
    assert pi.line(5).owner == ""
    assert pi.line(5).settings.direction is Direction.INPUT, "nobody drives it"
    factory.close()


def test_a_button_is_pulled_up_and_freed_of_its_chatter_by_the_kernel(pi: Pi) -> None:
    factory = pi.factory()
    heard: list[str] = []
    button = Button(21, bounce_time=0.02, pin_factory=factory)
    assert pi.line(21).settings.bias is Bias.PULL_UP
    assert pi.line(21).settings.debounce_period.total_seconds() == 0.02
    button.when_pressed = lambda: heard.append("down")
    button.when_released = lambda: heard.append("up")
    press(pi.line(21), True)
    until(lambda: heard == ["down"], "it is down")
    assert button.is_pressed
    press(pi.line(21), False)
    until(lambda: heard == ["down", "up"], "it is up")
    button.close()
    button = Button(21, pin_factory=factory)
    button.when_pressed = lambda: heard.append("again")
    press(pi.line(21), True)
    until(lambda: heard[-1] == "again", "a button that was closed can be used again")
    factory.close()


def test_a_pin_may_be_closed_by_whom_it_calls(pi: Pi) -> None:
    factory = pi.factory()
    pin = factory.pin(21)
    pin.input_with_pull("up")
    closed = threading.Event()

    def close(ticks: float, state: bool) -> None:
        pin.close()
        closed.set()

    pin.when_changed = close
    press(pi.line(21), True)
    assert closed.wait(5)
    factory.close()


def test_a_line_that_is_taken_is_reported_with_its_owner_s_name(pi: Pi) -> None:
    pi.line(13).owner = "spi0 CS1"
    factory = pi.factory()
    with pytest.raises(PinTaken, match="GPIO 13 is in use by “spi0 CS1”"):
        PWMLED(13, pin_factory=factory)
    factory.close()
    pi.line(13).owner = ""


@pytest.fixture
def here(pi: Pi, monkeypatch: pytest.MonkeyPatch) -> Pi:
    """The lamps' process runs on this Pi."""
    monkeypatch.setattr(panel, "GpiodFactory", pi.factory)
    return pi


def test_the_front_uses_the_pins_of_the_pi(here: Pi) -> None:
    front, show = panel.open_front(read_pins(), lambda _: None)
    show({"ready": "steady"})
    assert here.line(read_pins().lamps["ready"]).high
    front.close()


def test_without_a_line_that_is_free_the_lamps_are_shown_in_the_terminal(
    here: Pi, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    here.line(19).owner = "fan"
    front, show = panel.open_front(read_pins(), lambda _: None)
    (message,) = caplog.messages
    assert message == "No lamps on pins, so they are shown here: GPIO 19 is in use by “fan”."
    show({"ready": "steady"})
    assert capsys.readouterr().out == "ready steady\n"
    here.line(19).owner = ""
    front.close()


def test_pins_that_the_kernel_finds_late_are_waited_for(here: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "read", lambda: machine.Machine(model="Raspberry Pi 5 Model B Rev 1.0"))
    (here.devices / "gpiochip1").unlink()
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            (here.devices / "gpiochip1").touch()

    panel.header(sleep).close()
    assert len(waited) == 3


def test_a_machine_that_is_no_pi_waits_for_no_pins(here: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "read", lambda: machine.Machine(model="PC"))
    (here.devices / "gpiochip1").unlink()
    with pytest.raises(BadPinFactory):
        panel.header(lambda _: pytest.fail("waited"))
