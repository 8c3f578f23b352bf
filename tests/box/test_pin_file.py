"""The pin file: what it must hold, and that what is wrong in it is said."""

from pathlib import Path

import pytest

from pbx.box.lamps import NAMES
from pbx.box.pin_file import PinError, read_pins

GOOD = "[lamps]\nready = 5\ntrunk = 6\ncall = 13\nmessage = 19\ntrouble = 26\n[button]\npin = 21\n"


def test_the_pins_the_box_is_built_with_are_right() -> None:
    pins = read_pins()
    assert tuple(pins.lamps) == NAMES
    assert len({*pins.lamps.values(), pins.button}) == 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace("ready = 5", "ready = 99"), "ready must be one of GPIO 2 to 27"),
        (GOOD.replace("ready = 5", "ready = true"), "ready must be one of GPIO"),
        (GOOD.replace("ready = 5", 'ready = "5"'), "ready must be one of GPIO"),
        (GOOD.replace("ready = 5", "ready = 6"), "GPIO 6 occurs twice"),
        (GOOD.replace("pin = 21", "pin = 26"), "GPIO 26 occurs twice"),
        (GOOD.replace("ready = 5", ""), "[lamps] must name"),
        (GOOD + "[more]\n", "and no others"),
        (GOOD.replace("[button]\npin", "button"), "[button]"),
        ("[lamps", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, wrong: str, said: str) -> None:
    path = tmp_path / "pins.toml"
    path.write_text(wrong)
    with pytest.raises(PinError, match=r"pins\.toml") as error:
        read_pins(path)
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PinError, match="cannot be read"):
        read_pins(tmp_path / "nowhere.toml")
