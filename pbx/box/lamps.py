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
        "off": Sentence("The exchange does not run."),
        "pulse": Sentence("The exchange is starting or stopping."),
        "slow": Sentence("The exchange runs and waits for the first visit to its page."),
        "steady": Sentence("The exchange runs."),
    },
    "trunk": {
        "off": Sentence("No trunk is set up: there are only calls within the house."),
        "pulse": Sentence("A trunk is being connected."),
        "slow": Sentence("One trunk does not work, calls go over another."),
        "fast": Sentence("No trunk works: nobody outside can call or be called."),
        "steady": Sentence("Every trunk works."),
    },
    "call": {
        "off": Sentence("Nobody is on the telephone."),
        "pulse": Sentence("Somebody hears a greeting or leaves a message."),
        "fast": Sentence("A telephone rings."),
        "steady": Sentence("Somebody talks."),
    },
    "message": {
        "off": Sentence("No message and no task waits."),
        "steady": Sentence("A task waits: somebody should be called back."),
        "slow": Sentence("A new message waits."),
        "fast": Sentence("No message can be recorded: the disk is too full, or cannot be written to."),
    },
    "trouble": {
        "off": Sentence("All is well."),
        "slow": Sentence("Something should be looked at soon; the doctor's page says what."),
        "fast": Sentence("Something does not work; the doctor's page says what."),
        "pulse": Sentence("The box itself suffers: too little voltage, too much heat or a dying card."),
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
