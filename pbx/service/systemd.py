"""What systemd hears: that the exchange runs, that its event loop still turns, and that it ends (sd_notify(3)).

Without systemd nobody hears anything.
"""

import contextlib
import socket
from collections.abc import Callable, Mapping
from typing import Protocol

MOST = 200
"""Characters of a status line."""


class Alarm(Protocol):
    """A call that is yet to come."""

    def cancel(self) -> None:
        """It shall not come."""


CallLater = Callable[[float, Callable[[], None]], Alarm]
"""Calls in so many seconds, as an event loop does."""


class Systemd:
    """The line to systemd. Whoever would hang calls: an event loop that hangs then gives no sign of life."""

    def __init__(self, socket_name: str = "", watchdog: float | None = None) -> None:
        """`socket_name` is a path, or a name in the abstract namespace that begins with @; "": nobody listens.

        `watchdog` are the seconds after which systemd thinks we hang; None: it does not watch.
        """
        self._socket_name = "\0" + socket_name[1:] if socket_name.startswith("@") else socket_name
        self._watchdog = watchdog
        self._alarm: Alarm | None = None

    def ready(self) -> None:
        """Phones are answered now: what waits for us may begin."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """The end has begun."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._tell("STOPPING=1")

    def status(self, sentence: str) -> None:
        """What `systemctl status` shows."""
        self._tell("STATUS=" + "".join(char if char.isprintable() else " " for char in sentence)[:MOST])

    def alive(self) -> None:
        """One sign of life, from a program that comes round often enough by itself."""
        if self._watchdog is not None:
            self._tell("WATCHDOG=1")

    def live(self, call_later: CallLater) -> None:
        """Give a sign of life now and twice within each interval of the watchdog, until `stopping`."""
        if self._watchdog is None or not self._socket_name:
            return
        self.alive()
        self._alarm = call_later(self._watchdog / 2, lambda: self.live(call_later))

    def _tell(self, what: str) -> None:
        if not self._socket_name:
            return
        # Nobody there, or too slow to listen: nothing a telephone call should suffer from.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.setblocking(False)
            connection.sendto(what.encode(), self._socket_name)


def from_environment(environment: Mapping[str, str], pid: int) -> Systemd:
    """As systemd tells it to the process `pid` in its environment; a watchdog that means another process is none."""
    micros = environment.get("WATCHDOG_USEC", "")
    meant = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
    watchdog = int(micros) / 1e6 if meant and micros.isascii() and micros.isdecimal() and int(micros) else None
    return Systemd(environment.get("NOTIFY_SOCKET", ""), watchdog)
