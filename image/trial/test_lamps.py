"""What hands do to a box: its lamps are looked at, its button is pressed.

The pins are the kernel's own pretended ones (gpio-sim), with the name of a Pi 4's; everything above them is real.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from image.trial.box import Box
from pbx.box.lamps import NAMES, Name
from pbx.box.pin_file import read_pins
from tests.peers.programs import until

SLOW = 180.0
"""Seconds for what takes a few on a Pi, and for an exchange to be thought down."""
PINS = read_pins()
HEADER = """
modprobe gpio-sim
cd /sys/kernel/config/gpio-sim
mkdir -p pi/bank0
echo 54 >pi/bank0/num_lines
echo pinctrl-bcm2711 >pi/bank0/label
echo 1 >pi/live
echo /sys/devices/platform/$(cat pi/dev_name)/$(cat pi/bank0/chip_name)
"""
WATCH = """
import sys, time
begun, changes, last = time.monotonic(), [], None
while (now := time.monotonic()) < begun + 5:
    value = open(sys.argv[1]).read()
    if value != last:
        changes.append(now)
        last = value
    time.sleep(0.005)
print([round(after - before, 3) for before, after in zip(changes[1:], changes[2:])])
"""
BUTTON = "echo pull-down >{0}/pull; sleep {1}; echo pull-up >{0}/pull"


class Header:
    """The pins of a box."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.place = box.run("sh", "-ec", HEADER)

    def line(self, gpio: int) -> str:
        return f"{self.place}/sim_gpio{gpio}"

    def lit(self, after: str = "true") -> set[str]:
        """The lamps that shine now, or just after something was done."""
        lines = " ".join(f"{self.line(PINS.lamps[name])}/value" for name in NAMES)
        values = self.box.run("sh", "-c", f"{after}; cat {lines}").split()
        return {name for name, value in zip(NAMES, values, strict=True) if value == "1"}

    def spans(self, name: Name) -> list[float]:
        """For how long a lamp was on or off, one after the other: what was seen whole in five seconds."""
        path = f"{self.line(PINS.lamps[name])}/value"
        told: list[float] = json.loads(self.box.run("python3", "-c", WATCH, path))
        return told

    def press(self, seconds: float) -> str:
        """What presses the button."""
        return BUTTON.format(self.line(PINS.button), seconds)

    def log(self) -> str:
        """What the lamps' process said."""
        return self.box.run("journalctl", "-u", "durchwahl-lamps", "-o", "cat", "--no-pager")


@pytest.fixture(scope="module")
def header(box: Box) -> Header:
    """Pins that come late, as on a Pi 5."""
    made = Header(box)
    box.run("systemctl", "restart", "durchwahl-lamps")
    until(lambda: "ready" in made.lit(), "the first lamp is lit", SLOW)
    return made


def test_a_box_that_waits_for_its_first_visit_blinks_slowly(header: Header) -> None:
    spans = header.spans("ready")
    assert spans, "it does not stay as it is"
    assert min(spans) > 0.5, spans
    assert header.lit() <= {"ready", "trouble"}


def test_a_short_press_lights_all_lamps(header: Header) -> None:
    assert header.lit(f"{header.press(0.3)}; sleep 1") == {*NAMES}
    until(lambda: header.lit() <= {"ready", "trouble"}, "they say again what they have to say", SLOW)


def test_five_seconds_show_a_code_on_the_page(header: Header, box: Box) -> None:
    code = box.do("code")["code"]
    assert code not in box.page("/welcome")[2]
    box.run("sh", "-c", header.press(6))
    until(lambda: code in box.page("/welcome")[2], "the page shows the code", SLOW)


def test_an_exchange_that_stops_is_seen_stopping(header: Header, box: Box) -> None:
    box.run("systemctl", "stop", "durchwahl")
    assert len([span for span in header.spans("ready") if span < 0.1]) > 20, "it swells by flickering unseen"
    until(lambda: header.spans("trouble"), "after a minute it is down", SLOW)
    assert header.spans("ready") == []
    box.run("systemctl", "start", "durchwahl")
    until(lambda: (spans := header.spans("ready")) and min(spans) > 0.5, "it runs again", SLOW)


def test_a_pin_that_is_taken_is_reported_with_its_owner_s_name(header: Header, box: Box) -> None:
    take = (
        "import gpiod, sys, time; from gpiod.line import Direction as D; "
        "path = '/dev/' + sys.argv[1]; lines = {19: gpiod.LineSettings(direction=D.OUTPUT)}; "
        "taken = gpiod.Chip(path).request_lines(lines, consumer='fan'); time.sleep(600)"
    )
    box.run("systemctl", "stop", "durchwahl-lamps")
    assert header.lit() == set(), "nothing shines any more"
    chip = header.place.rpartition("/")[2]
    python = ("/usr/lib/durchwahl/bin/python3", "-c", take, chip)
    box.run("systemd-run", "--quiet", "--unit=fan", *python)
    until(lambda: "fan" in box.run("cat", "/sys/kernel/debug/gpio"), "somebody has it", SLOW)
    box.run("systemctl", "start", "durchwahl-lamps")
    until(lambda: "GPIO 19 is in use by “fan”" in header.log(), "it is said", SLOW)
    box.run("systemctl", "stop", "fan")
    box.run("systemctl", "restart", "durchwahl-lamps")
    until(lambda: "ready" in header.lit(), "the lamps are lit again", SLOW)


def test_ten_seconds_switch_it_off_in_order(header: Header, box: Box) -> None:
    box.run("dmesg", "-n", "8")
    subprocess.run(box.command("sh", "-c", header.press(11)), capture_output=True)  # the line may be cut
    assert not box.ends()
    assert "reboot: Power down" in box.screen()
