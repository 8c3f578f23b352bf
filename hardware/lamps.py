"""The electrical side of the lamps: which LED, which resistor, which current."""

from dataclasses import dataclass

from pbx.box.lamps import Name

SUPPLY = 3.3
"""Volts of a GPIO that is on."""
RESISTOR = 330
"""Ohms before each LED, 0.25 W, from the E12 series."""
MOST_EACH = 0.008
"""Amperes: what a pin gives as the Pi sets it up."""
MOST_ALL = 0.050
"""Amperes: all pins together."""


@dataclass(frozen=True, slots=True)
class Led:
    """A 5 mm LED."""

    colour: str
    forward: float
    """Volts it takes for itself at a few milliamperes."""

    @property
    def current(self) -> float:
        """Amperes through it and its resistor."""
        return (SUPPLY - self.forward) / RESISTOR


LEDS: dict[Name, Led] = {
    "ready": Led("green", 2.1),
    "trunk": Led("yellow", 2.0),
    "call": Led("green", 2.1),
    "message": Led("yellow", 2.0),
    "trouble": Led("red", 1.9),
}
"""Blue and white ones need 3 V and would hardly shine. Position and rhythm tell the lamps apart, colour only helps."""
