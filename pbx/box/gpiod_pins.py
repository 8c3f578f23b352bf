"""The pins of a Raspberry Pi for gpiozero, by the kernel's own interface (libgpiod).

gpiozero has no factory for it. Its default (lgpio) leaves a pipe in the folder it is started in and cannot be imported
where it may not write; it does not say who holds a line that is taken, and cannot be closed after that; it guesses the
chip by its number; and for Python 3.13 it comes from other makers than for 3.11.
"""

import errno
import os
import select
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import RLock, Thread
from typing import Any

from gpiod import Chip, LineRequest, LineSettings
from gpiod.line import Bias, Direction, Edge, Value
from gpiozero import BadPinFactory, GPIOZeroError, PinFixedPull, PinInvalidFunction, PinInvalidPull, PinSetInput
from gpiozero.pins.pi import PiFactory, PiPin

CHIPS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
"""Labels of the chips behind the header of a Pi 3, 4 and 5; all count their lines by the BCM numbers."""
HEADER = 0xA02082
"""Revision code of a Pi 3: the header is the same on all, and nothing else of the board is asked for."""
OWNER = "durchwahl"
"""What the kernel shows as the user of our lines."""

PULLS: Mapping[str, Bias] = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
EDGES: Mapping[str, Edge] = {"none": Edge.NONE, "rising": Edge.RISING, "falling": Edge.FALLING, "both": Edge.BOTH}


class PinTaken(GPIOZeroError):  # type: ignore[misc]  # gpiozero has no types
    """The kernel does not give us a line; the text says which and why."""


class GpiodFactory(PiFactory):  # type: ignore[misc]
    """Makes pins of the chip behind the header."""

    def __init__(self, devices: Path = Path("/dev")) -> None:
        """Raises gpiozero.BadPinFactory when there is no such chip, or we may not use it."""
        super().__init__()
        self.pin_class = GpiodPin
        self.chip = _header(devices)

    def close(self) -> None:
        """Give everything back."""
        super().close()
        self.chip.close()

    def ticks(self) -> float:
        """Now, in seconds of the clock that edges are reported in."""
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Seconds between two of them."""
        return later - earlier

    def _get_revision(self) -> int:
        return HEADER


class GpiodPin(PiPin):  # type: ignore[misc]
    """One line: taken when its direction is set, given back by `close`. For any thread."""

    def __init__(self, factory: GpiodFactory, info: Any) -> None:
        super().__init__(factory, info)
        self._chip = factory.chip
        self._lock = RLock()
        self._request: LineRequest | None = None
        self._settings = LineSettings(direction=Direction.INPUT)
        self._value = 0.0
        self._frequency: float | None = None
        self._dimming = False
        self._edges = "both"
        self._wake: int | None = None
        """Ends the thread that listens for edges."""

    def close(self) -> None:
        """Turn it off, stop driving it, then give it back."""
        self.when_changed = None
        with self._lock:
            if self._request is None:
                return
            self.frequency = None
            self._be(LineSettings(direction=Direction.INPUT))
            self._request.release()
            self._request = None

    def _be(self, settings: LineSettings) -> None:
        """Take the line, or change what it is. Raises PinTaken."""
        with self._lock:
            try:
                if self._request is None:
                    self._request = self._chip.request_lines({self._number: settings}, consumer=OWNER)
                else:
                    self._request.reconfigure_lines({self._number: settings})
            except OSError as error:
                raise PinTaken(self._why(error)) from error
            self._settings = settings

    def _why(self, error: OSError) -> str:
        if error.errno == errno.EBUSY:
            return f"GPIO {self._number} is in use by “{self._chip.get_line_info(self._number).consumer}”"
        return f"GPIO {self._number} cannot be used: {error.strerror}"

    def _get_function(self) -> str:
        return "output" if self._settings.direction is Direction.OUTPUT else "input"

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"{self!r} cannot be {value}")
        self._value = 0.0
        self._be(LineSettings(direction=Direction.OUTPUT if value == "output" else Direction.INPUT))

    def _get_state(self) -> float:
        with self._lock:
            if self.function == "output" or self._request is None:
                return self._value
            return float(self._request.get_value(self._number) is Value.ACTIVE)

    def _set_state(self, value: float) -> None:
        """Between 0 and 1, and with a frequency: that part of the time on."""
        if self.function != "output":
            raise PinSetInput(f"{self!r} is an input")
        with self._lock:
            self._value = float(value)
            if self._frequency is None or value in (0, 1):
                self._drive(value > 0)
            elif not self._dimming:
                self._dimming = True
                Thread(target=self._dim, name=f"dim {self!r}", daemon=True).start()

    def _drive(self, on: bool) -> None:
        if self._request is not None:
            self._request.set_value(self._number, Value.ACTIVE if on else Value.INACTIVE)

    def _dim(self) -> None:
        """On and off while the value lies between 0 and 1; setting it to 0 or 1 drives the line directly."""
        on = False
        while True:
            with self._lock:
                value, frequency = self._value, self._frequency
                if frequency is None or value in (0, 1):
                    self._dimming = False
                    return
                on = not on
                self._drive(on)
            time.sleep((value if on else 1 - value) / frequency)

    def _get_frequency(self) -> float | None:
        return self._frequency

    def _set_frequency(self, value: float | None) -> None:
        with self._lock:
            self._frequency = value
            if value is None and self.function == "output":
                self.state = 0

    def _get_pull(self) -> str:
        return next((name for name, bias in PULLS.items() if bias is self._settings.bias), "floating")

    def _set_pull(self, value: str) -> None:
        if self.function != "input":
            raise PinFixedPull(f"{self!r} is an output")
        if value not in PULLS:
            raise PinInvalidPull(f"{self!r} cannot be pulled {value}")
        self._be(replace(self._settings, bias=PULLS[value]))

    def _get_bounce(self) -> float | None:
        return self._settings.debounce_period.total_seconds() or None

    def _set_bounce(self, value: float | None) -> None:
        self._be(replace(self._settings, debounce_period=timedelta(seconds=value or 0)))

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        self._edges = value
        if self._wake is not None:
            self._be(replace(self._settings, edge_detection=EDGES[value]))

    def _enable_event_detect(self) -> None:
        with self._lock:
            self._be(replace(self._settings, edge_detection=EDGES[self._edges]))
            assert self._request is not None
            self._wake = os.eventfd(0)
            words = (self._request, self._wake)
            Thread(target=self._listen, args=words, name=f"edges of {self!r}", daemon=True).start()

    def _disable_event_detect(self) -> None:
        with self._lock:
            if self._wake is not None:
                os.eventfd_write(self._wake, 1)
                self._wake = None
                self._be(replace(self._settings, edge_detection=Edge.NONE))

    def _listen(self, request: LineRequest, wake: int) -> None:
        """Nobody waits for this thread to end: whoever ends it may hold a lock that a callback here wants."""
        poll = select.poll()
        poll.register(request.fd, select.POLLIN)
        poll.register(wake, select.POLLIN)
        try:
            while True:
                poll.poll()
                with self._lock:
                    if self._wake != wake:
                        return
                    events = request.read_edge_events()
                for event in events:
                    self._call_when_changed(event.timestamp_ns / 1e9, event.event_type is event.Type.RISING_EDGE)
        finally:
            os.close(wake)

    def _call_when_changed(self, ticks: float, state: bool) -> None:
        if (changed := self.when_changed) is not None:
            changed(ticks, state)


def _header(devices: Path) -> Chip:
    """The chip behind the header. Raises BadPinFactory."""
    why = "there is no chip with a Raspberry Pi's header"
    for path in sorted(devices.glob("gpiochip*")):
        try:
            chip = Chip(str(path))
        except OSError as error:
            why = f"{path}: {error.strerror}"
            continue
        if chip.get_info().label in CHIPS:
            return chip
        chip.close()
    raise BadPinFactory(why)
