"""What an update on the box has to do with: its folders, RAUC, the exchange, the end of the machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbx import VERSION
from pbx.box.update.programs import Run, run
from pbx.box.update.rauc import Rauc
from pbx.box.update.state import FOLDER, UpdateState
from pbx.control.client import ask

DATA = Path("/var/lib/durchwahl")
TRYBOOT = "0 tryboot"
"""For the Raspberry Pi's firmware: the partition that autoboot.txt names (0), but of the slot to try, once."""


class NoReboot(Exception):
    """The machine cannot be started again."""


@dataclass(frozen=True, slots=True)
class World:
    """All of it; made up in tests."""

    bundle: Path
    """Where the exchange keeps what was offered."""
    rauc: Rauc
    update: UpdateState
    ask: Callable[[str, dict[str, Any]], Any]
    """The exchange, asked. Raises NotRunning, ControlError, Refused."""
    reboot: Callable[[str], None]
    """Begins the end, with an argument for the firmware. Raises NoReboot."""
    version: str = VERSION
    """What runs."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def real(data: Path = DATA, states: Path = FOLDER, run: Run = run) -> World:
    """The box's own."""

    def reboot(argument: str) -> None:
        words = ("systemctl", "reboot", *([f"--reboot-argument={argument}"] if argument else []))
        if run(words, print).code != 0:
            raise NoReboot

    return World(
        bundle=data / "update/bundle.raucb",
        rauc=Rauc(run),
        update=UpdateState(states),
        ask=lambda verb, arguments: ask(data / "control.sock", verb, arguments),
        reboot=reboot,
    )
