"""The pin file: which GPIO carries which lamp and the button."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pbx.box.lamps import NAMES, Name
from pbx.sentence import Sentence, Wrong

USABLE = tuple(range(2, 28))
"""BCM numbers that the 40-pin header brings out; 0 and 1 belong to the HAT's EEPROM."""


INSTALLED = Path("etc/durchwahl/pins.toml")
"""Below /: the file that holds on a box."""


class PinError(Wrong):
    """The pin file is wrong; the sentence says where."""


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
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise PinError(Sentence("{file} cannot be read: {why}.", file=where, why=why)) from error
    lamps, button = content.get("lamps"), content.get("button")
    if not isinstance(lamps, dict) or not isinstance(button, dict) or content.keys() != {"lamps", "button"}:
        raise PinError(Sentence("{file} must have the tables [lamps] and [button] and no others.", file=where))
    if lamps.keys() != set(NAMES):
        raise PinError(Sentence("{file}: [lamps] must name {names}.", file=where, names=list(NAMES)))
    if button.keys() != {"pin"}:
        raise PinError(Sentence("{file}: [button] must have “pin” and nothing else.", file=where))
    pins = Pins({name: _pin(where, name, lamps[name]) for name in NAMES}, _pin(where, "button", button["pin"]))
    used = [*pins.lamps.values(), pins.button]
    if twice := sorted({pin for pin in used if used.count(pin) > 1}):
        raise PinError(Sentence("{file}: GPIO {pin} occurs twice.", file=where, pin=twice[0]))
    return pins


def _pin(where: str, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in USABLE:
        limits = {"first": USABLE[0], "last": USABLE[-1], "value": repr(value)}
        sentence = Sentence(
            "{file}: {name} must be one of GPIO {first} to {last}, not {value}.", file=where, name=name, **limits
        )
        raise PinError(sentence)
    return value
