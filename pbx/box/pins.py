"""The pin file: which GPIO carries which lamp and the button."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pbx.box.lamps import NAMES, Name

USABLE = tuple(range(2, 28))
"""BCM numbers that the 40-pin header brings out; 0 and 1 belong to the HAT's EEPROM."""


class PinError(Exception):
    """The pin file is wrong; the text says where."""


@dataclass(frozen=True, slots=True)
class Pins:
    """BCM numbers."""

    lamps: dict[Name, int]
    button: int


def read_pins(path: Path | None = None) -> Pins:
    """The pins in this file, or those the box is built with. Raises PinError."""
    where = "pins.toml" if path is None else str(path)
    try:
        text = files("pbx.box").joinpath("pins.toml").read_text("utf-8") if path is None else path.read_text("utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PinError(f"{where} cannot be read: {error}") from error
    lamps, button = content.get("lamps"), content.get("button")
    if not isinstance(lamps, dict) or not isinstance(button, dict) or content.keys() != {"lamps", "button"}:
        raise PinError(f"{where} must have the tables [lamps] and [button], and no others")
    if lamps.keys() != set(NAMES):
        raise PinError(f"{where}: [lamps] must name {', '.join(NAMES)}")
    if button.keys() != {"pin"}:
        raise PinError(f"{where}: [button] must have “pin”")
    pins = Pins({name: _pin(where, name, lamps[name]) for name in NAMES}, _pin(where, "button", button["pin"]))
    used = [*pins.lamps.values(), pins.button]
    if twice := sorted({pin for pin in used if used.count(pin) > 1}):
        raise PinError(f"{where}: GPIO {twice[0]} is there twice")
    return pins


def _pin(where: str, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in USABLE:
        raise PinError(f"{where}: {name} must be one of GPIO {USABLE[0]} to {USABLE[-1]}, not {value!r}")
    return value
