"""`durchwahl drain`: new calls are put off until the exchange is restarted; those that last end by themselves."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from pbx.control.client import NotRunning, ask
from pbx.control.protocol import SOCKET

LOOK = 1.0
"""Seconds after which is looked again whether a call still lasts."""


def run(options: argparse.Namespace) -> int:
    """Drain, wait as long as was said, tell; exit code 1 when calls still last. Raises ControlError, Refused."""
    socket: Path = options.data / SOCKET
    try:
        if options.undo:
            ask(socket, "drain", {"on": False})
            print("New calls are accepted again.")
            return 0
        calls = drained(lambda: int(ask(socket, "drain", {})["calls"]), options.seconds)
    except NotRunning:
        print("The exchange is not running.")
        return 0
    last = {0: "no call is in progress", 1: "1 call is in progress"}.get(calls, f"{calls} calls are in progress")
    print(f"New calls are turned away until the restart; {last}.")
    return 1 if calls else 0


def drained(
    count: Callable[[], int],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Wait until no call lasts, but no longer than so many seconds; how many still do."""
    end = clock() + seconds
    while (calls := count()) and (left := end - clock()) > 0:
        sleep(min(LOOK, left))
    return calls
