"""What an endpoint tells its owner; plain values, in the past tense."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FirstPacket:
    """The peer was heard for the first time under the current format."""


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """A key was pressed; one event for each press."""

    char: str
    """One of 0-9 * # A-D."""
    how: Literal["event", "tone"]


@dataclass(frozen=True, slots=True)
class Played:
    """Everything given to `play` went out. No event after `hush` or when another `play` took its place."""

    token: int


@dataclass(frozen=True, slots=True)
class DigitsSent:
    """All the digits given to `dial` went out."""

    token: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording is over and its file closed (not synced to the disk)."""

    token: int
    seconds: float
    """Of sound in the file."""
    why: Literal["limit", "silence", "digit", "stopped", "closed", "failed"]


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came from the peer for so long, voice or report, although it may send; repeated every few seconds."""

    seconds: float


MediaEvent = FirstPacket | DigitHeard | Played | DigitsSent | Recorded | Silent
