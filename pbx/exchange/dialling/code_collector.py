"""Collecting a code that is no extension: a PIN, or one key of a menu."""

from typing import Protocol

from pbx.exchange.dialling.digits import Dialled


class Collector(Protocol):
    """A machine that takes keys and says when the entry is complete."""

    @property
    def deadline(self) -> float | None:
        """When `expired` is due."""

    def digit(self, char: str, now: float) -> Dialled | None:
        """One more key."""

    def expired(self, now: float) -> Dialled | None:
        """Time went by."""


class CodeCollector:
    """Any digits up to `longest`; complete when full, with `#`, or after `silence` seconds. `*` counts too."""

    def __init__(self, longest: int, silence: float) -> None:
        self._longest = longest
        self._silence = silence
        self._typed = ""
        self._deadline: float | None = None

    @property
    def deadline(self) -> float | None:
        """When `expired` is due, on the clock of `now`; None while nothing was typed."""
        return self._deadline

    def digit(self, char: str, now: float) -> Dialled | None:
        """One more key was pressed."""
        if char == "#" and self._typed:
            return self._complete()
        self._typed += char
        self._deadline = now + self._silence
        return self._complete() if len(self._typed) >= self._longest else None

    def expired(self, now: float) -> Dialled | None:
        """Time went by; the entry, if the silence was long enough."""
        if self._deadline is None or now < self._deadline:
            return None
        return self._complete()

    def _complete(self) -> Dialled:
        dialled = Dialled(self._typed, known=False)
        self._typed, self._deadline = "", None
        return dialled
