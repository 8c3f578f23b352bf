"""One key press counts once, however many ways the phone signals it."""

from dataclasses import dataclass, field

_TRUST = {"": 0, "tone": 1, "info": 2, "event": 3}
"""Telephone-events are exact, INFO may be late, tones are guessed."""

SAME_PRESS = 1.0
"""Seconds within which the same digit by a better method is the same press."""


@dataclass(slots=True)
class DigitDedup:
    """Follows the best method a phone was seen to use and ignores the others.

    Phones send a digit as a telephone-event and as INFO, or as an event over the audible tone, and the copies arrive in
    any order; a phone never gives up the better method in the middle of a call. Each press by a lesser method waits
    for one copy by a better one: two quick presses have two copies.
    """

    method: str = ""
    _waiting: list[tuple[str, str, float]] = field(default_factory=list)
    """Method, digit and time of presses whose better copy may still come."""

    def has_no_events(self) -> None:
        """Events were just agreed away, perhaps by a change in the call: what is heard from now on comes otherwise."""
        if self.method == "event":
            self.method = ""

    def press(self, digit: str, method: str, now: float) -> bool:
        """Whether this report is a new key press."""
        if _TRUST[method] < _TRUST[self.method]:
            return False
        self.method = method
        self._waiting = [each for each in self._waiting if now - each[2] < SAME_PRESS]
        for place, (lesser, waiting, at) in enumerate(self._waiting):
            if lesser != method and waiting == digit:
                self._waiting[place] = (method, digit, at)
                return False
        self._waiting.append((method, digit, now))
        return True
