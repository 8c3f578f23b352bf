"""The pin file, the wiring table, the drawing and the lamp table say the same, and no pin is asked for too much."""

from pathlib import Path
from xml.etree import ElementTree

from hardware import draw
from hardware.header import GPIO, GROUND, pin_of
from hardware.lamps import LEDS, MOST_ALL, MOST_EACH
from pbx.box.lamps import NAMES
from pbx.box.pin_file import USABLE, read_pins

FOLDER = Path(draw.__file__).parent


def test_the_tables_are_those_of_the_code() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    assert draw.with_tables(page, read_pins()) == page, "run `make hardware`"


def test_the_drawing_is_that_of_the_pin_file() -> None:
    assert (FOLDER / "wiring.svg").read_text("utf-8") == draw.drawing(read_pins()), "run `make hardware`"


def test_the_drawing_names_every_lamp_with_its_pin() -> None:
    words = "\n".join(ElementTree.fromstring(draw.drawing(read_pins())).itertext())
    pins = read_pins()
    for name, gpio in (*pins.lamps.items(), ("button", pins.button)):
        assert f"{name}: GPIO{gpio}, pin {pin_of(gpio)};" in words


def test_no_current_is_too_much() -> None:
    assert tuple(LEDS) == NAMES
    assert all(0.002 < led.current <= MOST_EACH for led in LEDS.values())
    assert sum(led.current for led in LEDS.values()) <= MOST_ALL


def test_the_header_brings_out_every_usable_pin_once() -> None:
    assert sorted(GPIO.values()) == list(USABLE)
    assert not set(GPIO) & set(GROUND)
