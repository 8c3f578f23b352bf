"""An update as far as the restart: the bundle checked, written to the slot that does not run, and about to be tried.

Until the restart nothing that runs is touched. Every step is written before it begins, so that after a pulled plug the
next start knows what was broken off (update_tried).
"""

import logging
import re

from pbx.box.slots import other
from pbx.box.update.rauc import Bundle, BundleRejected, NoAnswer, Slots
from pbx.box.update.state import CHECKING, DRAINING, FAILED, REFUSED, TRYING, WRITING
from pbx.box.update.world import TRYBOOT, NoReboot, World
from pbx.control.client import ControlError, NotRunning, Refused

log = logging.getLogger(__name__)

COMPATIBLE = "durchwahl-rpi-arm64"
LOOK, TELL = 1.0, 2.0
"""Seconds: how often is looked whether calls still last, and progress written at most."""
NUMBERS = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}", re.ASCII)


class UnfitBundle(Exception):
    """This bundle is not to be installed here and now; the text is a word that the exchange has a sentence for."""


def install(world: World, drain: float) -> bool:
    """Install what was offered; True when the machine is on its way to try it.

    `drain` are the seconds for which calls may go on before the restart. Raises OSError when nothing can be written.
    """
    update = world.update
    try:
        slots = world.rauc.slots()
    except NoAnswer as error:
        log.error("%s", error)
        if update.state != TRYING:  # its state goes on
            update.begin(**{"from": world.version})
            update.conclude(FAILED, "install")
        return False
    if slots.committed != slots.booted:
        # Writing would destroy the one system that is known to be good. The state of the other goes on.
        log.warning("A new system is just being tried.")
        return False
    try:
        update.begin(**{"from": world.version})
        bundle = _checked(world, slots)
    except UnfitBundle as unfit:
        update.conclude(REFUSED, str(unfit))
        return False
    try:
        _write(world, bundle)
        _drain(world, drain)
        update.tell(TRYING, progress=100)
        world.reboot(TRYBOOT)
    except (NoAnswer, NoReboot, OSError) as error:
        log.error("%s", error)
        update.conclude(FAILED, "install")
        _ask(world, {"on": False})
        return False
    return True


def _checked(world: World, slots: Slots) -> Bundle:
    """The bundle, if it is to be installed. Raises Unfit, OSError."""
    if not world.bundle.is_file():
        raise UnfitBundle("no-bundle")
    try:
        bundle = world.rauc.info(world.bundle)
    except BundleRejected as error:
        log.warning("%s", error)
        raise UnfitBundle("signature") from None
    world.update.tell(CHECKING, to=bundle.version, slot=other(slots.booted), progress=0)
    if bundle.compatible != COMPATIBLE or not NUMBERS.fullmatch(bundle.version):
        raise UnfitBundle("compatible")
    if numbers(bundle.version) == numbers(world.version):
        raise UnfitBundle("equal")
    if numbers(bundle.version) < numbers(world.version):
        raise UnfitBundle("downgrade")
    if any(size > slots.room.get(kind, 0) for kind, size in bundle.sizes.items()):
        raise UnfitBundle("room")
    return bundle


def numbers(version: str) -> tuple[int, ...]:
    """A version to be compared: 1.2 is 1.2.0."""
    parts = [int(part) for part in version.split(".")] if NUMBERS.fullmatch(version) else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _write(world: World, bundle: Bundle) -> None:
    """Write the other slot. Raises NoAnswer, OSError."""
    last = world.clock()

    def progress(percent: int) -> None:
        nonlocal last
        if world.clock() - last >= TELL:
            last = world.clock()
            world.update.tell(WRITING, progress=percent)

    world.update.tell(WRITING, progress=0)
    world.rauc.install(world.bundle, progress)
    slots = world.rauc.slots()
    # The exchange owns the file: what was written must be what was checked.
    if slots.versions.get(other(slots.booted)) != bundle.version:
        raise NoAnswer("what was written is not what was checked")


def _drain(world: World, seconds: float) -> None:
    """New calls are put off, those that last may end. Raises OSError."""
    end = world.clock() + seconds
    last = world.clock() - TELL
    while _ask(world, {}) and world.clock() < end:
        if world.clock() - last >= TELL:
            last = world.clock()
            world.update.tell(DRAINING, progress=100)
        world.sleep(LOOK)


def _ask(world: World, arguments: dict[str, bool]) -> int:
    """Ask the exchange to run empty, or not to; how many calls last. One that is away or talks rubbish has none."""
    try:
        return int(world.ask("drain", dict(arguments))["calls"])
    except (NotRunning, ControlError, Refused, LookupError, TypeError, ValueError, OverflowError) as error:
        log.info("The exchange does not run empty: %s", error)
        return 0
