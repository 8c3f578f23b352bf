"""WAV files for the stores' tests, written without the media package."""

import struct
import wave
from pathlib import Path


def write_sound(path: Path, seconds: float, rate: int = 8000) -> None:
    """A finished file with silence in it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * round(rate * seconds)))


def unfinished(seconds: float, said: int = 0, rate: int = 8000) -> bytes:
    """What a killed writer leaves: a header that says `said` bytes, and the sound so far."""
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    head = b"RIFF" + struct.pack("<I", min(said + 36, 0xFFFFFFFF)) + b"WAVEfmt " + struct.pack("<I", 16) + form
    return head + b"data" + struct.pack("<I", said) + bytes(2 * round(rate * seconds))
