"""`durchwahl lamps`: a small process of its own that follows the exchange, shows how it is, and hears the button."""

import argparse
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gpiozero import BadPinFactory, GPIOZeroError
from gpiozero.pins.mock import MockFactory, MockPWMPin

from pbx.box import machine
from pbx.box.gpiod_pins import GpiodFactory
from pbx.box.lamps import NAMES, Name, Rhythm, Seen, shown
from pbx.box.leds import Front, Press
from pbx.box.pin_file import PinError, Pins, read_pins
from pbx.control.client import ControlError, NotRunning, Refused, ask, follow
from pbx.service.systemd import Systemd, from_environment

log = logging.getLogger(__name__)

MOMENT = 0.2
"""Seconds in which everything that happens is shown together."""
AGAIN = 10.0
"""Seconds after which is looked again though nothing happened: heat and disk tell nobody."""
LATE = 20
"""Seconds after which a Pi's pins, on a Pi 5 behind a chip with a driver of its own, must be there."""
RETRY = 2.0
"""Seconds until an exchange that is away is asked for again."""
PATIENCE = 60.0
"""Seconds for which an exchange that is away is starting or stopping; then it is down."""

Show = Callable[[Mapping[Name, Rhythm]], None]


class Panel:
    """Keeps the lamps true. `show` is called in the thread that runs `run`."""

    def __init__(
        self,
        socket: Path,
        show: Show,
        switch_off: Callable[[], None],
        systemd: Systemd | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._socket = socket
        self._clock = clock
        self._heard = clock()
        """When the exchange answered last; it is thought to be starting now."""
        self._show = show
        self._switch_off = switch_off
        self._systemd = systemd or Systemd()
        self._news = threading.Event()
        self._ended = threading.Event()

    def run(self) -> None:
        """Until `end`; systemd hears a sign of life at least every 20 seconds."""
        threading.Thread(target=self._follow, name="follow", daemon=True).start()
        while not self._ended.is_set():
            self._systemd.alive()
            self._news.clear()
            self._show(self._rhythms())
            self._news.wait(AGAIN)
            self._ended.wait(MOMENT)
        self._systemd.stopping()

    def end(self) -> None:
        """Have `run` return; any thread may call."""
        self._ended.set()
        self._news.set()

    def pressed(self, press: Press) -> None:
        """The button was pressed."""
        log.info("the button was pressed: %s", press.value)
        if press is Press.OFF:
            self._switch_off()
        elif press is Press.CODE:
            try:
                ask(self._socket, "code press", {})
            except (NotRunning, ControlError, Refused) as error:
                log.warning("no code can be shown: %s", error)

    def _rhythms(self) -> Mapping[Name, Rhythm]:
        try:
            lamps = ask(self._socket, "now", {}, timeout=AGAIN)["lamps"]
            self._heard = self._clock()
            return {name: lamps[name] for name in NAMES}
        except (NotRunning, ControlError, Refused) as error:
            log.debug("the exchange does not answer: %s", error)
            return shown(Seen(phase="starting" if self._clock() - self._heard < PATIENCE else "down"))

    def _follow(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(NotRunning, ControlError, Refused):
                for _ in follow(self._socket, begun=self._news.set):
                    self._news.set()
            self._news.set()
            self._ended.wait(RETRY)


def run(options: argparse.Namespace) -> int:
    """The process; its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        pins = read_pins(options.pins)
    except PinError as error:
        log.error("%s", error)
        return 2
    systemd = from_environment(os.environ, os.getpid())
    systemd.ready()  # the exchange starts after us, to be seen starting; it shall not wait for our pins
    panel: Panel | None = None
    front, show = open_front(pins, lambda press: panel.pressed(press) if panel is not None else None)
    panel = Panel(options.socket or options.data / "control.sock", show, lambda: switch_off(options.off), systemd)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: panel.end())
    panel.run()
    front.close()
    return 0


def open_front(pins: Pins, pressed: Callable[[Press], None]) -> tuple[Front, Show]:
    """The front on this machine's pins, or on made-up ones that are printed; and what shows something on it."""
    factory: GpiodFactory | None = None
    try:
        factory = header()
        front = Front(pins, pressed, factory)
        return front, front.show
    except GPIOZeroError as error:
        log.warning("No lamps on pins, so they are shown here: %s.", error)
        if factory is not None:
            factory.close()
    front = Front(pins, pressed, MockFactory(pin_class=MockPWMPin))
    return front, printed(front.show)


def header(sleep: Callable[[float], None] = time.sleep) -> GpiodFactory:
    """The pins of this machine; waited for on a Pi, where the kernel may find them late. Raises BadPinFactory."""
    waits = LATE if machine.read().model.startswith("Raspberry Pi") else 0
    for _ in range(waits):
        try:
            return GpiodFactory()
        except BadPinFactory:
            sleep(1)
    return GpiodFactory()


def printed(show: Show) -> Show:
    """Show, and print what changed, for machines without lamps."""
    last: dict[Name, Rhythm] = {}

    def printing(rhythms: Mapping[Name, Rhythm]) -> None:
        if dict(rhythms) != last:
            last.update(rhythms)
            print("   ".join(f"{name} {rhythm}" for name, rhythm in rhythms.items()), flush=True)
        show(rhythms)

    return printing


def switch_off(wish: Path | None) -> None:
    """Ask for the machine to be shut down: systemd watches for this file, so that no right is needed."""
    if wish is None:
        log.warning("Nobody is to be asked for a shutdown: --off names no file.")
        return
    try:
        wish.touch()
    except OSError as error:
        log.error("%s: %s", wish, error.strerror)
