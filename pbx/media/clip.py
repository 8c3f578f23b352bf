"""A piece of sound that can be played."""

from collections.abc import Sequence

import numpy as np

from pbx.media.codecs.codec import Codec
from pbx.media.codecs.g711 import Samples
from pbx.media.codecs.resample import resample


class Clip:
    """Mono 16-bit sound, unchanging; keeps its encoded frames, so that playing it again costs no computing."""

    __slots__ = ("_frames", "rate", "samples")

    def __init__(self, samples: Samples, rate: int) -> None:
        self.samples = samples
        self.rate = rate
        """Samples a second."""
        self._frames: dict[str, Sequence[bytes]] = {}

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def at(self, rate: int) -> Samples:
        """The samples at another rate."""
        return resample(self.samples, self.rate, rate)

    def frames(self, codec: Codec) -> Sequence[bytes]:
        """The payloads of 20 ms each, the last one filled up with silence; computed once for each codec."""
        frames = self._frames.get(codec.name)
        if frames is None:
            size = codec.sample_rate // 50
            samples = self.at(codec.sample_rate)
            payload = codec.encoder()(np.concatenate((samples, np.zeros(-len(samples) % size, np.int16))))
            frames = self._frames[codec.name] = [payload[start : start + 160] for start in range(0, len(payload), 160)]
        return frames
