"""G.711: A-law and mu-law, by table (ITU-T G.711)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def _alaw_values() -> Samples:
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    size = np.where(segment == 0, 16 * step + 8, (16 * step + 264) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _ulaw_values() -> Samples:
    code = ~np.arange(256) & 0xFF
    size = ((8 * (code & 15) + 132) << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _segment(size: NDArray[np.int32], first: int) -> NDArray[np.int32]:
    """The number of the segment, the first ending below `first` and each twice as long as the one before."""
    return np.searchsorted(np.int32(first) << np.arange(7, dtype=np.int32), size, side="right").astype(np.int32)


def _alaw_codes() -> NDArray[np.uint8]:
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    size = np.where(value < 0, ~value, value) >> 4
    segment = _segment(size, 16)
    code = segment << 4 | (size >> np.maximum(segment - 1, 0) & 15)
    return np.asarray((code | np.where(value < 0, 0, 0x80)) ^ 0x55, dtype=np.uint8)


def _ulaw_codes() -> NDArray[np.uint8]:
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    size = np.minimum(np.abs(value), 32635) + 132
    segment = _segment(size, 256)
    code = segment << 4 | (size >> segment + 3 & 15)
    return np.asarray(~(code | np.where(value < 0, 0x80, 0)), dtype=np.uint8)


_ALAW_VALUES: Final = _alaw_values()
_ULAW_VALUES: Final = _ulaw_values()
_ALAW_CODES: Final = _alaw_codes()
_ULAW_CODES: Final = _ulaw_codes()


def alaw_decode(payload: bytes) -> Samples:
    """A-law bytes to as many 16-bit samples."""
    return _ALAW_VALUES[np.frombuffer(payload, np.uint8)]


def ulaw_decode(payload: bytes) -> Samples:
    """Mu-law bytes to as many 16-bit samples."""
    return _ULAW_VALUES[np.frombuffer(payload, np.uint8)]


def alaw_encode(samples: Samples) -> bytes:
    """16-bit samples to as many A-law bytes."""
    return _ALAW_CODES[samples.view(np.uint16)].tobytes()


def ulaw_encode(samples: Samples) -> bytes:
    """16-bit samples to as many mu-law bytes."""
    return _ULAW_CODES[samples.view(np.uint16)].tobytes()


ALAW_TO_ULAW: Final = ulaw_encode(_ALAW_VALUES)
"""For `bytes.translate`: A-law to mu-law without a detour."""
ULAW_TO_ALAW: Final = alaw_encode(_ULAW_VALUES)
