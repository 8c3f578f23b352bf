"""The digit collector: when what a caller dials is complete; a machine without a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HOPELESS_SILENCE = 1.5
"""Seconds of silence after digits that can become no extension any more (or `silence`, if that is shorter)."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A caller's complete entry."""

    digits: str
    known: bool
    """Whether it is one of the extensions."""


class ExtensionCollector:
    """Collects one entry after the other.

    An entry is complete as soon as it is an extension and no longer one can follow; with `#`; or after a silence. What
    can become no extension waits until it is as long as the longest one, or for a short silence, so that somebody who
    dials a wrong 234 hears so once, and not again for the 3 and the 4.

    `*` starts over, unless an extension can go on with it.
    """

    def __init__(self, extensions: Iterable[str], silence: float) -> None:
        """`silence` is in seconds."""
        self._extensions = frozenset(extensions)
        self._longest = max(map(len, self._extensions), default=0)
        self._silence = silence
        self._typed = ""
        self.deadline: float | None = None
        """When `expired` is due, on the clock of `now`; None while nothing was typed."""

    @property
    def typed(self) -> str:
        """The digits of the entry so far."""
        return self._typed

    def digit(self, char: str, now: float) -> Dialled | None:
        """One more key was pressed; what is neither digit, `*` nor `#` is ignored."""
        if char == "#":
            return self._complete() if self._typed else None
        if char == "*" and not self._possible(self._typed + char):
            self._clear()
            return None
        if len(char) != 1 or char not in "0123456789*":
            return None
        self._typed += char
        possible = self._possible(self._typed)
        if possible == {self._typed} or (not possible and len(self._typed) >= self._longest > 0):
            return self._complete()
        self.deadline = now + (self._silence if possible else min(self._silence, HOPELESS_SILENCE))
        return None

    def expired(self, now: float) -> Dialled | None:
        """Time went by; the entry, if the silence after its last digit was long enough."""
        if self.deadline is None or now < self.deadline:
            return None
        return self._complete()

    def _possible(self, typed: str) -> set[str]:
        return {extension for extension in self._extensions if extension.startswith(typed)}

    def _complete(self) -> Dialled:
        dialled = Dialled(self._typed, self._typed in self._extensions)
        self._clear()
        return dialled

    def _clear(self) -> None:
        self._typed = ""
        self.deadline = None
