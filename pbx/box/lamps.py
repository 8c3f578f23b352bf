"""What the five lamps on the box say: a pure function, and the table that hardware/README.md prints.

Colours only help; every meaning differs from every other of the same lamp in its rhythm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pbx.sentence import Sentence

Name = Literal["ready", "trunk", "call", "message", "trouble"]
Rhythm = Literal["off", "steady", "slow", "fast", "pulse"]
Phase = Literal["down", "starting", "running", "stopping"]

NAMES: tuple[Name, ...] = ("ready", "trunk", "call", "message", "trouble")
PERIODS: Mapping[Rhythm, tuple[float, float]] = {"slow": (1.0, 1.0), "fast": (0.15, 0.15), "pulse": (1.5, 1.5)}
"""Seconds on and off; a pulse swells and fades over them."""

MEANINGS: Mapping[Name, Mapping[Rhythm, Sentence]] = {
    "ready": {
        "off": Sentence("The exchange is not running."),
        "pulse": Sentence("The exchange is starting or stopping."),
        "slow": Sentence("The exchange is running and waiting to be set up in a browser."),
        "steady": Sentence("The exchange is running."),
    },
    "trunk": {
        "off": Sentence("No line is set up: only internal calls are possible."),
        "pulse": Sentence("A line is being connected."),
        "slow": Sentence("One line is down; calls use another one."),
        "fast": Sentence("All lines are down: nobody can call in or out."),
        "steady": Sentence("All lines are working."),
    },
    "call": {
        "off": Sentence("Nobody is on the phone at the moment."),
        "pulse": Sentence("Somebody is listening to a greeting or leaving a message."),
        "fast": Sentence("A phone is ringing."),
        "steady": Sentence("Somebody is on the phone."),
    },
    "message": {
        "off": Sentence("No new messages and no open tasks."),
        "steady": Sentence("There is an open task: somebody is waiting for a call back."),
        "slow": Sentence("There is a new message."),
        "fast": Sentence("Messages cannot be recorded: the disk is too full or cannot be written to."),
    },
    "trouble": {
        "off": Sentence("Everything is fine."),
        "slow": Sentence("Something needs attention soon; see the page “Doctor”."),
        "fast": Sentence("Something is not working; see the page “Doctor”."),
        "pulse": Sentence("The box itself is in trouble: low voltage, overheating or a failing memory card."),
    },
}
"""What each lamp says in each rhythm it knows."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the lamps are about, at one moment."""

    phase: Phase = "running"
    untouched: bool = False
    """Nobody has set the box up yet."""
    trunks: tuple[str, ...] = ()
    """State of each: registered, reachable, unknown, trying, failed."""
    calls: int = 0
    ringing: int = 0
    talking: int = 0
    """Extensions."""
    messages: int = 0
    """New ones."""
    tasks: int = 0
    """Open ones."""
    full: bool = False
    """No message can be recorded."""
    suffers: bool = False
    """The machine itself: voltage, heat, card."""
    failed: int = 0
    warned: int = 0
    """Checks of the doctor that found something; what another lamp tells is left out."""


def shown(seen: Seen) -> dict[Name, Rhythm]:
    """The rhythm of each lamp. When the exchange does not run, nothing but the trouble lamp is believed."""
    if seen.phase == "down":
        return {"ready": "off", "trunk": "off", "call": "off", "message": "off", "trouble": "fast"}
    return {
        "ready": "slow" if seen.untouched and seen.phase == "running" else _PHASES[seen.phase],
        "trunk": _trunk(seen.trunks),
        "call": _call(seen),
        "message": "fast" if seen.full else "slow" if seen.messages else "steady" if seen.tasks else "off",
        "trouble": "pulse" if seen.suffers else "fast" if seen.failed else "slow" if seen.warned else "off",
    }


_PHASES: Mapping[Phase, Rhythm] = {"starting": "pulse", "stopping": "pulse", "running": "steady"}


def _trunk(states: tuple[str, ...]) -> Rhythm:
    """A peer that ignores our questions (unknown) may take calls all the same: it does not count as broken."""
    if not states:
        return "off"
    working = sum(state in ("registered", "reachable", "unknown") for state in states)
    if working == len(states):
        return "steady"
    if "failed" not in states:
        return "pulse"
    return "slow" if working else "pulse" if "trying" in states else "fast"


def _call(seen: Seen) -> Rhythm:
    if seen.ringing:
        return "fast"
    if seen.talking:
        return "steady"
    return "pulse" if seen.calls else "off"
