"""WAV files: reading what people bring, and writing so that a crash loses next to nothing."""

import os
from contextlib import suppress
from pathlib import Path
from struct import Struct, error
from typing import BinaryIO

import numpy as np

from pbx.media.clip import Clip
from pbx.media.codecs.g711 import Samples, alaw_decode, ulaw_decode

__all__ = ["Clip", "WavError", "WavWriter", "read"]

_RIFF = Struct("<4sI4s")
_CHUNK = Struct("<4sI")
_FORMAT = Struct("<HHIIHH")
_HEADER = Struct("<4sI4s4sIHHIIHH4sI")
"""The 44 bytes in front of the samples in the files written here."""
RATES = range(4000, 192001)
"""Samples a second that sound can have."""
_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE


class WavError(ValueError):
    """The file is no WAV file that can be played; the text says why, in a sentence."""


def read(path: Path | str, *, longest: float = 3600.0) -> Clip:
    """The sound in a WAV file (PCM of 8 to 32 bits, float, A-law, mu-law; channels are mixed to one).

    Sizes in the header that do not fit the file, as a crash or a stream leaves them, are forgiven.
    Raises WavError, also for more than `longest` seconds, and OSError.
    """
    with open(path, "rb") as file:
        kind, channels, rate, bits = _seek_samples(file)
        width = {_ALAW: 8, _ULAW: 8}.get(kind, bits) // 8 * channels
        limit = int(longest * rate) * width
        data = file.read(min(_size(file), limit + width))
    if len(data) > limit:
        raise WavError(f"longer than {longest:.0f} seconds")
    samples = _decode(data[: len(data) // width * width], kind, bits)
    if not len(samples):
        raise WavError("there is no sound in the file")
    if channels > 1:
        samples = samples.reshape(-1, channels).mean(axis=1).astype(np.int16)
    return Clip(samples, rate)


def _size(file: BinaryIO) -> int:
    """What the chunk that was just entered may really hold."""
    start = file.tell()
    file.seek(start - 4)
    announced = int.from_bytes(file.read(4), "little")
    there = os.fstat(file.fileno()).st_size - start
    return there if announced in (0, 0xFFFFFFFF) else min(announced, there)


def _seek_samples(file: BinaryIO) -> tuple[int, int, int, int]:
    """Leave the file at its samples; (kind, channels, rate, bits)."""
    head = file.read(_RIFF.size)
    if len(head) < _RIFF.size or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise WavError("not a WAV file")
    found: tuple[int, int, int, int] | None = None
    while len(head := file.read(_CHUNK.size)) == _CHUNK.size:
        name, size = _CHUNK.unpack(head)
        if name == b"data":
            if found is None:
                raise WavError("the sound comes before its format")
            return found
        if name == b"fmt ":
            found = _format(file.read(min(size, 64)))
            size = max(0, size - 64)
        file.seek(size + size % 2, os.SEEK_CUR)
    raise WavError("there is no sound in the file")


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    try:
        kind, channels, rate, _, _, bits = _FORMAT.unpack_from(chunk)
    except error:
        raise WavError("the format is cut off") from None
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = int.from_bytes(chunk[24:26], "little")
    known = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _ALAW: (8,), _ULAW: (8,)}
    if kind not in known or bits not in known[kind]:
        raise WavError(f"sound of kind {kind} with {bits} bits cannot be read")
    if not 1 <= channels <= 8 or rate not in RATES:
        raise WavError(f"{channels} channels at {rate} Hz cannot be read")
    return kind, channels, rate, bits


def _decode(data: bytes, kind: int, bits: int) -> Samples:
    if kind == _ALAW:
        return alaw_decode(data)
    if kind == _ULAW:
        return ulaw_decode(data)
    if kind == _FLOAT:
        sound = np.nan_to_num(np.frombuffer(data, f"<f{bits // 8}"))
        return np.asarray(np.clip(sound, -1, 1) * 32767, dtype=np.int16)
    if bits == 8:
        return (np.frombuffer(data, np.uint8).astype(np.int16) - 128) << 8
    if bits == 24:
        return np.frombuffer(data, np.uint8).reshape(-1, 3)[:, 1:].copy().view("<i2").reshape(-1).astype(np.int16)
    sound = np.frombuffer(data, f"<i{bits // 8}")
    return (sound >> (bits - 16)).astype(np.int16)


def _header(rate: int, size: int) -> bytes:
    size = min(size, 0xFFFFFFFF - 36)
    return _HEADER.pack(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16, b"data", size)


class WavWriter:
    """A 16-bit mono WAV file that grows.

    Every quarter of a second goes to the kernel with one write, so that a killed process loses no more than that;
    `store.sound_files.mend` then makes the header true. Nothing here waits for the disk: syncing the finished file is
    its owner's part. Raises OSError.
    """

    def __init__(self, path: Path | str, rate: int) -> None:
        self.rate = rate
        self.samples = 0
        """Written so far, the buffered ones included."""
        self._buffer = bytearray()
        self._limit = rate // 2
        self._file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        os.write(self._file, _header(rate, 0))

    @property
    def seconds(self) -> float:
        return self.samples / self.rate

    def write(self, samples: Samples) -> None:
        self.samples += len(samples)
        self._buffer += samples.astype("<i2", copy=False).tobytes()
        if len(self._buffer) >= self._limit:
            self._flush()

    def _flush(self) -> None:
        while self._buffer:
            del self._buffer[: os.write(self._file, self._buffer)]

    def close(self) -> None:
        """Write what is left and make the header true; the file is closed also when that fails."""
        if self._file < 0:
            return
        try:
            self._flush()
            os.pwrite(self._file, _header(self.rate, 2 * self.samples), 0)
        finally:
            file, self._file = self._file, -1
            with suppress(OSError):
                os.close(file)
