"""Hearing digits in the sound itself, for callers whose network sends no telephone-events (ITU-T Q.23, Q.24)."""

import numpy as np
from numpy.typing import NDArray

from pbx.media.codecs.g711 import Samples
from pbx.media.tones import DTMF, RATE

_WINDOW = 204
"""Samples looked at together: 25.5 ms keep neighbouring frequencies apart."""
_HOP = 68
"""A third of a window, so that the shortest digit (40 ms) all but fills two of them."""
_QUIETEST = 1.5e5
"""Mean square below which nobody presses a key: about -38 dBm0."""
_TWIST = 10.0
"""Largest ratio of the two tones' energies (10 dB; Q.24 asks for 4 to 8)."""
_PURE = 0.75
"""Share of the energy that must be in the two tones: speech has more around them."""

_ROWS = sorted({row for row, _ in DTMF.values()})
_COLUMNS = sorted({column for _, column in DTMF.values()})
_KEYS = {(_ROWS.index(row), _COLUMNS.index(column)): digit for digit, (row, column) in DTMF.items()}
_PHASES = 2 * np.pi * np.outer(np.arange(_WINDOW), _ROWS + _COLUMNS) / RATE
_WAVES = np.concatenate((np.cos(_PHASES), np.sin(_PHASES)), axis=1).astype(np.float32)


class ToneReceiver:
    """Finds digits in 8 kHz sound: one report for each press of at least 40 ms, with 30 ms of pause before the next.

    The Goertzel filters of all eight frequencies are one matrix product for each piece of sound.
    """

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.int16)
        self._before = ""
        self._pressed = ""
        self._misses = 0

    def take(self, samples: Samples) -> str:
        """The digits that became certain with this piece of sound; mostly none."""
        sound = np.concatenate((self._rest, samples))
        windows = (len(sound) - _WINDOW) // _HOP + 1
        if windows <= 0:
            self._rest = sound
            return ""
        self._rest = sound[windows * _HOP :]
        wave = sound[: (windows - 1) * _HOP + _WINDOW].astype(np.float32)
        if float(wave @ wave) < _QUIETEST * _WINDOW:
            keys = [""] * windows  # not even all of it together is loud enough for one window
        else:
            keys = _keys(np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::_HOP])
        return "".join(filter(None, map(self._window, keys)))

    def _window(self, key: str) -> str:
        """One window's digit, or none; twice the same begins a press, three others end it."""
        before, self._before = self._before, key
        if key and key == self._pressed:
            self._misses = 0
            return ""
        self._misses += 1
        if self._misses >= 3:
            self._pressed = ""
        if key and key == before:
            self._pressed, self._misses = key, 0
            return key
        return ""


def _keys(views: NDArray[np.float32]) -> list[str]:
    """For each window the digit whose two tones make it up, or none."""
    squares = (views @ _WAVES) ** 2
    energies = squares[:, :8] + squares[:, 8:]
    total = np.einsum("ij,ij->i", views, views)
    low, high = energies[:, :4].max(axis=1), energies[:, 4:].max(axis=1)
    pure = (low + high) * (2 / _WINDOW) >= _PURE * total
    even = np.maximum(low, high) <= _TWIST * np.minimum(low, high)
    keys = [""] * len(views)
    for place in np.flatnonzero((total >= _QUIETEST * _WINDOW) & pure & even):
        keys[place] = _KEYS[int(energies[place, :4].argmax()), int(energies[place, 4:].argmax())]
    return keys
