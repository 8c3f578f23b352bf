"""After each start: is this system being tried? Then it is kept if it is healthy, or else the old one comes back.

What a pulled plug, or a new system that did not start, left of the last update is settled here too.
"""

import logging
from typing import Any

from pbx.box.slots import Slot
from pbx.box.update.rauc import NoAnswer, Slots
from pbx.box.update.state import BROKEN_OFF, FAILED, KEPT, RETURNED, TRYING, UpdateState
from pbx.box.update.world import World
from pbx.control.client import ControlError, NotRunning, Refused

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two questions."""


def after_start(world: World, seconds: float) -> None:
    """Settle what the last update left; a system that is tried has so many seconds to be healthy.

    Raises NoAnswer, NoReboot, OSError: on a system that is tried, systemd then starts the old one again.
    """
    slots = _known(world)
    if slots.booted == slots.committed:
        settle(world.update, slots.booted)
        return
    why = _illness(world, seconds)
    if why is None:
        _keep(world)
        return
    world.update.conclude(RETURNED, "unhealthy", **why)
    world.reboot("")


def settle(update: UpdateState, booted: Slot) -> None:
    """Tell how the last update ended, if nobody could: this slot is committed and runs."""
    if update.state == TRYING and update.slot == booted:
        update.conclude(KEPT)  # the plug was pulled before it could be written
    elif update.state == TRYING:
        update.conclude(RETURNED, "not-started")
    elif update.state in BROKEN_OFF:
        update.conclude(FAILED, "broken-off")


def _known(world: World) -> Slots:
    """The slots. An autoboot.txt that leads nowhere is mended: the system that runs, unless it is just being tried."""
    slots = world.rauc.slots()
    if slots.committed is None:
        tried = world.update.state == TRYING and world.update.slot == slots.booted
        log.warning("autoboot.txt cannot be read and is written anew")
        world.rauc.commit("other" if tried else "booted")
        slots = world.rauc.slots()
    return slots


def _keep(world: World) -> None:
    """From now on the firmware starts this system. The order matters: only what is so already is written."""
    world.rauc.good()
    world.rauc.commit("booted")
    slots = world.rauc.slots()
    if slots.committed != slots.booted:
        raise NoAnswer("the firmware would still start the old system")
    world.update.conclude(KEPT)


def _illness(world: World, seconds: float) -> dict[str, Any] | None:
    """None as soon as the exchange says that it is healthy; else, when the time is over, what it said last."""
    end = world.clock() + seconds
    while True:
        why: dict[str, Any] = {}
        try:
            answer = world.ask("update check", {})
            if answer["healthy"] is True:
                return None
            why = {"said": answer["why_said"]} if answer.get("why_said") else {}
            log.info("Not healthy: %s", answer.get("why"))
        except (NotRunning, ControlError, Refused) as error:
            log.info("The exchange does not answer: %s", error)
        if world.clock() >= end:
            return why
        world.sleep(LOOK)
