"""G.722 at 64 kbit/s: wideband voice (ITU-T G.722). Its RTP clock says 8,000 although it samples at 16,000
(RFC 3551, section 4.5.2)."""

import numpy as np
from G722 import G722

from pbx.media.codecs.g711 import Samples

_BIT_RATE = 64000


class Encoder:
    """Samples at 8 or 16 kHz in, 8 bytes a millisecond out; remembers, so one for each stream."""

    def __init__(self, sample_rate: int = 16000) -> None:
        self._codec = G722(sample_rate, _BIT_RATE)

    def __call__(self, samples: Samples) -> bytes:
        return bytes(self._codec.encode(samples))


class Decoder:
    """8 bytes a millisecond in, samples at 8 or 16 kHz out; remembers, so one for each stream."""

    def __init__(self, sample_rate: int = 16000) -> None:
        self._codec = G722(sample_rate, _BIT_RATE)

    def __call__(self, payload: bytes) -> Samples:
        return np.frombuffer(self._codec.decode(payload), np.int16)
