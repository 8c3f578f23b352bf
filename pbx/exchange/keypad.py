"""One key press counts once, however many ways the phone signals it."""

from dataclasses import dataclass

_TRUST = {"": 0, "tone": 1, "info": 2, "event": 3}
"""Telephone-events are exact, INFO may be late, tones are guessed."""

SAME_PRESS = 1.0
"""Seconds within which the same digit by a better method is the same press."""


@dataclass(slots=True)
class Keypad:
    """Follows the best method a phone was seen to use and ignores the others.

    Phones send a digit as a telephone-event and as INFO, or as an event over the audible tone, and the copies arrive in
    any order; a phone never gives up the better method in the middle of a call.
    """

    method: str = ""
    _digit: str = ""
    _at: float = float("-inf")

    def press(self, digit: str, method: str, now: float) -> bool:
        """Whether this report is a new key press."""
        if _TRUST[method] < _TRUST[self.method]:
            return False
        copy = method != self.method and digit == self._digit and now - self._at < SAME_PRESS
        self.method = method
        if not copy:
            self._digit, self._at = digit, now
        return not copy
