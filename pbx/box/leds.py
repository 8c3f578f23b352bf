"""The front of the box: five lamps and a button on GPIO pins, or on made-up ones."""

import threading
from collections.abc import Callable, Mapping
from enum import Enum

from gpiozero import PWMLED, Button, Factory

from pbx.box.lamps import PERIODS, Name, Rhythm
from pbx.box.pin_file import Pins

HOLD = 5.0
"""Seconds between two things that a held button means."""
FLICKER = 60
"""Times a second that a lamp which shines weakly goes on; by software, so no more often than the eye asks for."""
BOUNCE = 0.02
"""Seconds in which a button's contact comes to rest; what it does meanwhile is no press."""
SHINES = 3.0
"""Seconds the lamps test lasts."""


class Press(Enum):
    """What the button asked for."""

    TEST = "test"
    """Shortly: light all lamps."""
    CODE = "code"
    """Five seconds: the page shows a new one-time code."""
    OFF = "off"
    """Ten seconds: shut down."""


class Front:
    """Shows rhythms and hears presses. `pressed` is called in a thread of gpiozero's, once a press."""

    def __init__(self, pins: Pins, pressed: Callable[[Press], None], factory: Factory) -> None:
        """`factory` makes the pins, and ends with this. Raises gpiozero.GPIOZeroError when one cannot be had."""
        self._pressed = pressed
        self._factory = factory
        self._wanted: dict[Name, Rhythm] = {}
        self._holds = 0
        self._testing: threading.Timer | None = None
        self._turn = threading.Lock()
        self._lamps = {name: PWMLED(pin, frequency=FLICKER, pin_factory=factory) for name, pin in pins.lamps.items()}
        self._button = Button(pins.button, bounce_time=BOUNCE, hold_time=HOLD, hold_repeat=True, pin_factory=factory)
        self._button.when_pressed = self._down
        self._button.when_held = self._still_down
        self._button.when_released = self._up

    def show(self, rhythms: Mapping[Name, Rhythm]) -> None:
        """From now on the lamps say this; one that says it already is not disturbed in its rhythm."""
        with self._turn:
            for name, rhythm in rhythms.items():
                if self._wanted.get(name) != rhythm:
                    self._wanted[name] = rhythm
                    if self._testing is None:
                        _light(self._lamps[name], rhythm)

    def test(self) -> None:
        """All lamps shine for a moment, then say again what they have to say."""
        with self._turn:
            if self._testing is None:
                self._testing = threading.Timer(SHINES, self._tested)
                self._testing.daemon = True
                self._testing.start()
                for lamp in self._lamps.values():
                    lamp.on()

    def close(self) -> None:
        """Dark, and the pins given back."""
        with self._turn:
            if self._testing is not None:
                self._testing.cancel()
            self._button.close()
            for lamp in self._lamps.values():
                lamp.close()
            self._factory.close()

    def lit(self) -> dict[Name, bool]:
        """Which lamps shine at this moment, however weakly."""
        return {name: bool(lamp.value) for name, lamp in self._lamps.items()}

    def _tested(self) -> None:
        with self._turn:
            self._testing = None
            for name, rhythm in self._wanted.items():
                _light(self._lamps[name], rhythm)

    def _down(self) -> None:
        self._holds = 0

    def _still_down(self) -> None:
        """Five more seconds; ten count at once, so that nobody who waits for the end has to guess."""
        self._holds += 1
        if self._holds == 1:
            for lamp in self._lamps.values():
                lamp.blink(0.1, 0.1, n=5)  # let go now, and there is a code
        elif self._holds == 2:
            self._pressed(Press.OFF)

    def _up(self) -> None:
        if self._holds == 0:
            self.test()
            self._pressed(Press.TEST)
        else:
            self._tested()
            if self._holds == 1:
                self._pressed(Press.CODE)


def _light(lamp: PWMLED, rhythm: Rhythm) -> None:
    match rhythm:
        case "steady":
            lamp.on()
        case "off":
            lamp.off()
        case "pulse":
            lamp.pulse(*PERIODS[rhythm])
        case _:
            lamp.blink(*PERIODS[rhythm])
