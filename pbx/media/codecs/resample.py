"""Changing the sample rate of a whole clip: windowed sinc, any ratio."""

from math import gcd

import numpy as np
from numpy.typing import NDArray

from pbx.media.codecs.g711 import Samples

_LOBES = 16
"""Zero crossings of the sinc on either side: about 70 dB of what would alias is gone."""
_CHUNK = 1024
"""Output samples that are worked out together: 1 MB of windows and taps, of which the allocator keeps the most."""


def resample(samples: Samples, source: int, sink: int) -> Samples:
    """`samples` at `source` Hz as samples at `sink` Hz; the length is that of the same seconds."""
    if source == sink or not len(samples):
        return samples
    common = gcd(source, sink)
    up, down = sink // common, source // common
    scale = min(1.0, sink / source)
    reach = int(np.ceil(_LOBES / scale))
    padded = np.concatenate((np.zeros(reach), samples, np.zeros(reach + 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    taps = _taps(np.arange(up) / up, reach, scale)
    count = -(-len(samples) * up // down)
    sound = np.empty(count)
    for start in range(0, count, _CHUNK):
        places = np.arange(start, min(count, start + _CHUNK)) * down
        sound[start : start + len(places)] = np.einsum("ij,ij->i", windows[places // up], taps[places % up])
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def _taps(fractions: NDArray[np.float64], reach: int, scale: float) -> NDArray[np.float64]:
    """One row of filter taps for each fraction of a sample that an output may fall behind an input."""
    distance = np.arange(-reach, reach + 1)[None, :] - fractions[:, None]
    window = np.cos(np.clip(distance / (reach + 1), -1, 1) * np.pi / 2) ** 2
    taps = np.sinc(distance * scale * 0.95) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True))
