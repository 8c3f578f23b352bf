"""A kernel with GPIO chips: as much of gpiod as our pins ask for, with what the kernel would answer."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from gpiod import EdgeEvent, LineSettings
from gpiod.line import Bias, Direction, Edge, Value


@dataclass
class Line:
    """One wire: what drives it, and who has it."""

    owner: str = ""
    settings: LineSettings = field(default_factory=LineSettings)
    driven: bool = False
    """By us."""
    pressed: bool = False
    """A button pulls it down."""
    events: list[EdgeEvent] = field(default_factory=list)
    fd: int = -1
    changes: list[tuple[float, bool]] = field(default_factory=list)
    """When we drove it to what."""

    @property
    def high(self) -> bool:
        if self.settings.direction is Direction.OUTPUT:
            return self.driven
        return not self.pressed and self.settings.bias is Bias.PULL_UP


class Kernel:
    """The chips of a machine by their device's path, each with a label; `Chip` opens one as gpiod does."""

    def __init__(self, chips: Mapping[str, str]) -> None:
        self.chips = chips
        self.lines = {path: [Line() for _ in range(54)] for path in chips}
        self.open: list[str] = []
        self.locked: set[str] = set()
        """Paths that we may not open."""

    def Chip(self, path: str) -> Chip:  # stands where gpiod's class does
        if path in self.locked:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        self.open.append(path)
        return Chip(self, path)


@dataclass(frozen=True)
class Info:
    """Of a chip or a line."""

    label: str = ""
    consumer: str = ""


class Chip:
    """One that is open."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self._kernel, self._path = kernel, path

    def close(self) -> None:
        if self._path in self._kernel.open:
            self._kernel.open.remove(self._path)

    def get_info(self) -> Info:
        return Info(label=self._kernel.chips[self._path])

    def get_line_info(self, line: int) -> Info:
        return Info(consumer=self._kernel.lines[self._path][line].owner)

    def request_lines(self, config: Mapping[int, LineSettings], consumer: str = "") -> Request:
        ((number, settings),) = config.items()
        line = self._kernel.lines[self._path][number]
        if line.owner:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        line.owner = consumer
        return Request(number, line, settings)


class Request:
    """A line that somebody has."""

    def __init__(self, number: int, line: Line, settings: LineSettings) -> None:
        self._number, self._line = number, line
        self._turn = Lock()
        line.fd = os.eventfd(0, os.EFD_SEMAPHORE)
        self.reconfigure_lines({number: settings})

    @property
    def fd(self) -> int:
        return self._line.fd

    def reconfigure_lines(self, config: Mapping[int, LineSettings]) -> None:
        settings = config[self._number]
        output = settings.direction is Direction.OUTPUT
        if output and (settings.edge_detection is not Edge.NONE or settings.debounce_period):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._line.settings = settings
        if output:
            self.set_value(self._number, settings.output_value)

    def set_value(self, line: int, value: Value) -> None:
        assert line == self._number
        assert self._line.owner
        if self._line.settings.direction is not Direction.OUTPUT:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        self._line.driven = value is Value.ACTIVE
        self._line.changes.append((time.monotonic(), self._line.driven))

    def get_value(self, line: int) -> Value:
        assert line == self._number
        return Value.ACTIVE if self._line.high else Value.INACTIVE

    def read_edge_events(self) -> list[EdgeEvent]:
        with self._turn:
            os.eventfd_read(self.fd)
            return [self._line.events.pop(0)]

    def release(self) -> None:
        self._line.owner = ""
        os.close(self._line.fd)


def press(line: Line, pressed: bool) -> None:
    """A button at the line goes down or up; whoever wants edges is told."""
    before = line.high
    line.pressed = pressed
    wanted = {Edge.BOTH, Edge.RISING if line.high else Edge.FALLING}
    if line.high != before and line.settings.edge_detection in wanted:
        kind = EdgeEvent.Type.RISING_EDGE if line.high else EdgeEvent.Type.FALLING_EDGE
        line.events.append(EdgeEvent(kind.value, time.monotonic_ns(), 0, 0, 0))
        os.eventfd_write(line.fd, 1)
