"""Sound for the tests: a WAV with a tone, and which tone is in a WAV; independent of what is being tested."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def tone(frequency: float, seconds: float, rate: int = 8000, level: float = 0.4) -> Samples:
    """A sine, 16 bit."""
    time = np.arange(int(seconds * rate)) / rate
    return (np.sin(2 * np.pi * frequency * time) * level * 32767).astype(np.int16)


def write_wav(path: Path, samples: Samples, rate: int = 8000) -> Path:
    """Mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[Samples, int]:
    """The samples of a mono 16 bit WAV, and their rate.

    The sizes in the header are ignored: a recorder that was killed had no time to write them.
    """
    data = path.read_bytes()
    assert data[:4] == b"RIFF", f"{path} is no WAV"
    place, rate = 12, 0
    while place + 8 <= len(data):
        name, size = data[place : place + 4], struct.unpack_from("<I", data, place + 4)[0]
        if name == b"fmt ":
            channels, rate = struct.unpack_from("<HI", data, place + 10)
            assert channels == 1
        if name == b"data":
            body = data[place + 8 :] if size in (0, 0xFFFFFFFF) else data[place + 8 : place + 8 + size]
            return np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.int16), rate
        place += 8 + size + size % 2
    return np.zeros(0, np.int16), rate


def loudest(samples: Samples, rate: int) -> float:
    """The strongest frequency, Hz; 0 when there is (almost) silence."""
    if len(samples) < rate // 10 or np.sqrt(np.mean(samples.astype(float) ** 2)) < 50:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[: int(50 * len(samples) / rate)] = 0
    return float(np.argmax(spectrum) * rate / len(samples))


def heard(samples: Samples, rate: int, frequency: float, seconds: float = 0.5) -> bool:
    """Whether the frequency sounds for `seconds` on end, and by far loudest."""
    return longest(samples, rate, frequency) >= seconds


def longest(samples: Samples, rate: int, frequency: float) -> float:
    """For how many seconds on end the frequency sounds louder than all else (looked at in steps of 0.1 s)."""
    step, best, now = rate // 10, 0, 0
    for start in range(0, len(samples) - step + 1, step):
        now = now + 1 if purity(samples[start : start + step], rate, frequency) > 0.5 else 0
        best = max(best, now)
    return best / 10


def purity(samples: Samples, rate: int, frequency: float) -> float:
    """The share of the samples' power that is within 30 Hz of the frequency; 0 for silence."""
    power = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples)))) ** 2
    total = float(power.sum())
    if np.sqrt(np.mean(samples.astype(float) ** 2)) < 50 or total == 0:
        return 0.0
    bins = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(power[np.abs(bins - frequency) <= 30].sum()) / total
