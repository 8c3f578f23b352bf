"""From what an engine spoke to what a telephone carries well: spectrum, silence at the ends, loudness."""

from __future__ import annotations

import math
import os
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second of everything spoken: what G.722 carries; G.711 takes every second one."""
ACTIVE_LEVEL = -22.0
"""Wanted RMS while there is speech, dB below full scale."""
HIGHEST_PEAK = -3.0
"""dB below full scale; a clip with high peaks is left quieter rather than clipped."""

Samples: TypeAlias = NDArray[np.float64]
"""Mono, full scale 1.0."""
Curve: TypeAlias = Sequence[tuple[float, float]]
"""Gain in dB by frequency in Hz, rising, in between on a logarithmic scale."""

PICO_CURVE: Curve = (
    (40, -40), (80, -20), (120, -14), (160, -12), (200, -11), (315, -10), (400, -6), (500, -1), (630, 0), (1000, 0),
    (1250, 1), (2000, 5), (3150, 2), (4000, 3), (6300, 0), (8000, -2),
)  # fmt: skip
"""svox pico speaks with a boom: nearly half of the energy lies below 300 Hz, which telephones do not carry, and hardly
1 % above 1 kHz, where consonants are distinguished. The curve brings its long-term spectrum near that of people."""
ESPEAK_CURVE: Curve = ((40, -40), (80, -12), (120, -3), (160, 0), (700, 0), (1000, -5), (3150, -6), (8000, -4))
"""espeak-ng is the opposite: some 6 dB too shrill above 1 kHz."""

_FRAME = RATE // 100
_BEFORE, _AFTER, _FADE = 0.04, 0.12, 0.005
_QUIET = 45.0
"""dB below the loudest 10 ms: what is fainter at the ends is no speech."""


class SoundError(ValueError):
    """A file is no sound we can take; the argument is a sentence."""


def read(path: Path) -> tuple[Samples, int]:
    """Samples and rate of a 16-bit mono WAV. Raises SoundError."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2 or file.getnchannels() != 1:
                raise SoundError(f"{path.name} is not a 16-bit mono WAV file.")
            frames, rate = file.readframes(file.getnframes()), file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise SoundError(f"{path.name} is not a readable WAV file: {error}") from None
    return np.frombuffer(frames, "<i2").astype(np.float64) / 32_768, rate


def write(path: Path, samples: Samples) -> None:
    """A 16 kHz mono WAV of 16 bit; the name only ever shows a complete file. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as plain, wave.open(plain, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(samples, -1.0, 32_767 / 32_768) * 32_768).astype("<i2").tobytes())
    os.replace(part, path)


def finished(samples: Samples, rate: int, curve: Curve) -> Samples:
    """The clip as it is shipped: 16 kHz, coloured by the curve, without silence at the ends, evenly loud.

    Raises SoundError when there is nothing to hear.
    """
    return levelled(_coloured(samples, rate, curve))


def levelled(samples: Samples) -> Samples:
    """A sound of our rate without silence at its ends, evenly loud. Raises SoundError when there is nothing to hear."""
    return _levelled(_trimmed(samples))


def active_level(samples: Samples) -> float:
    """RMS of the parts that are speech, dB below full scale (as ITU-T P.56 means it, simplified)."""
    power = _power(samples)
    return _decibels(float(power[_is_speech(power)].mean()))


def peak(samples: Samples) -> float:
    """The highest sample, dB below full scale."""
    return _decibels(float(np.abs(samples).max()) ** 2)


def _coloured(samples: Samples, rate: int, curve: Curve) -> Samples:
    """Gain by frequency without shifting phases, and the new sample rate, in one Fourier transform."""
    size = 2 ** math.ceil(math.log2(len(samples) + rate))  # a second of silence keeps the end off the beginning
    if rate != RATE:
        size = math.ceil(size / rate) * rate  # whole seconds, so that both rates have whole numbers of samples
    spectrum = np.fft.rfft(samples, size)
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    points, gains = np.array(curve, np.float64).T
    decibels = np.interp(np.log(np.maximum(frequencies, 1.0)), np.log(points), gains)
    spectrum *= 10 ** (decibels / 20)
    target = size * RATE // rate
    kept = np.zeros(target // 2 + 1, np.complex128)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    sound: Samples = np.fft.irfft(kept, target) * (target / size)
    return sound[: len(samples) * RATE // rate]


def _trimmed(samples: Samples) -> Samples:
    speech = np.flatnonzero(_is_speech(_power(samples)))
    if not len(speech):
        raise SoundError("The recording is silent.")
    first = max(0, int(speech[0]) * _FRAME - round(_BEFORE * RATE))
    last = min(len(samples), (int(speech[-1]) + 1) * _FRAME + round(_AFTER * RATE))
    kept = samples[first:last].copy()
    fade = np.linspace(0.0, 1.0, round(_FADE * RATE))
    kept[: len(fade)] *= fade
    kept[-len(fade) :] *= fade[::-1]
    return kept


def _levelled(samples: Samples) -> Samples:
    gain = min(ACTIVE_LEVEL - active_level(samples), HIGHEST_PEAK - peak(samples))
    louder: Samples = samples * 10 ** (gain / 20)
    return louder


def _power(samples: Samples) -> Samples:
    """Mean square of each 10 ms."""
    whole = len(samples) // _FRAME
    power: Samples = (samples[: whole * _FRAME].reshape(whole, _FRAME) ** 2).mean(axis=1)
    return power


def _is_speech(power: Samples) -> NDArray[np.bool_]:
    """Which 10 ms are speech; none if all of it is next to nothing."""
    loudest = float(power.max(initial=0.0))
    return (power > loudest * 10 ** (-_QUIET / 10)) & (loudest > 1e-8)


def _decibels(power: float) -> float:
    return 10 * math.log10(max(power, 1e-12))
