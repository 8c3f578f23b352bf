"""The sounds a telephone makes, and hearing whether a given one is there (ITU-T E.180, Q.23)."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from pbx.media.clip import Clip
from pbx.media.codecs.g711 import Samples

RATE = 8000
LEVEL = 0.16
"""Peak amplitude of call progress tones, of full scale: about -16 dBm0."""

DTMF: dict[str, tuple[int, int]] = {
    digit: (row, column)
    for row, digits in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for column, digit in zip((1209, 1336, 1477, 1633), digits, strict=True)
}
"""The two frequencies of each digit, in Hz (ITU-T Q.23)."""

_CADENCES: dict[str, dict[str, tuple[tuple[int, ...], tuple[float, ...]]]] = {
    "de": {
        "dial": ((425,), (1.0, 0.0)),
        "busy": ((425,), (0.48, 0.48)),
        "reorder": ((425,), (0.24, 0.24)),
        "ringback": ((425,), (1.0, 4.0)),
    },
    "gb": {
        "dial": ((350, 450), (1.0, 0.0)),
        "busy": ((400,), (0.375, 0.375)),
        "reorder": ((400,), (0.4, 0.36, 0.22, 0.52)),
        "ringback": ((400, 450), (0.4, 0.2, 0.4, 2.0)),
    },
    "us": {
        "dial": ((350, 440), (1.0, 0.0)),
        "busy": ((480, 620), (0.5, 0.5)),
        "reorder": ((480, 620), (0.24, 0.26)),
        "ringback": ((440, 480), (2.0, 4.0)),
    },
}


def sound(frequencies: Sequence[float], seconds: float, rate: int = RATE, level: float = LEVEL) -> Samples:
    """Sine waves of `frequencies` (Hz) together, each with the peak `level` of full scale, with soft edges."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.sum([np.sin(2 * np.pi * frequency * time) for frequency in frequencies], axis=0)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.003) if len(time) else time
    return np.asarray(np.clip(wave * edge * level * 32767, -32767, 32767), dtype=np.int16)


@cache
def call_progress(name: str, country: str = "de") -> Clip:
    """One period of the tone `name` (dial, busy, reorder, ringback), to be played in repetition.

    Countries whose tones are not known here get the German ones. Raises KeyError for another name.
    """
    frequencies, cadence = _CADENCES.get(country.lower(), _CADENCES["de"])[name]
    if not cadence[1]:
        # Dial tone never ends: whole periods without soft edges, so that repeating makes no click.
        time = np.arange(RATE) / RATE
        wave = np.sum([np.sin(2 * np.pi * frequency * time) for frequency in frequencies], axis=0)
        return Clip(np.asarray(wave * LEVEL * 32767, dtype=np.int16), RATE)
    parts = [
        sound(frequencies, seconds) if position % 2 == 0 else np.zeros(round(seconds * RATE), np.int16)
        for position, seconds in enumerate(cadence)
    ]
    return Clip(np.concatenate(parts), RATE)


@cache
def beep() -> Clip:
    """The tone after which one speaks."""
    return Clip(sound((880,), 0.35, level=0.25), RATE)


@cache
def dtmf(digit: str, seconds: float = 0.1) -> Clip:
    """One digit as two tones (ITU-T Q.23); raises KeyError for what is no digit."""
    return Clip(sound(DTMF[digit], seconds, level=0.2), RATE)


def strength(samples: Samples, rate: int, frequency: float) -> float:
    """How much of the sound's energy is at `frequency` (Hz): 0 to 1."""
    wave = samples.astype(float)
    total = float(wave @ wave)
    if not total:
        return 0.0
    turn = np.exp(-2j * np.pi * frequency / rate * np.arange(len(wave)))
    return float(2 * abs(wave @ turn) ** 2 / len(wave) / total)
