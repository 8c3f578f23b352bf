"""The voice codecs that are spoken here: PCMA, PCMU, G722 (RFC 3551, section 6)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pbx.media.codecs import g711, g722
from pbx.media.codecs.g711 import Samples

Encoder = Callable[[Samples], bytes]
Decoder = Callable[[bytes], Samples]
Transcoder = Callable[[bytes], bytes]

CLOCK_RATE = 8000
"""RTP ticks a second: the same for all three."""
FRAME_TICKS = 160
"""RTP ticks in one packet of 20 ms, and bytes too: all three speak 64 kbit/s."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One voice codec; compared by name."""

    name: str
    payload_type: int
    """The static one of RFC 3551."""
    sample_rate: int
    """Samples a second that it was made for."""

    def encoder(self, rate: int | None = None) -> Encoder:
        """A new encoder for samples at `rate` (8000, or 16000 with G722; its own rate by default)."""
        if self.name == "G722":
            return g722.Encoder(rate or self.sample_rate)
        return g711.alaw_encode if self.name == "PCMA" else g711.ulaw_encode

    def decoder(self, rate: int | None = None) -> Decoder:
        """A new decoder to samples at `rate` (8000 or 16000; its own rate by default)."""
        if self.name == "G722":
            return g722.Decoder(rate or self.sample_rate)
        decode = g711.alaw_decode if self.name == "PCMA" else g711.ulaw_decode
        return decode if rate in (None, 8000) else lambda payload: np.repeat(decode(payload), 2)

    def silence(self) -> bytes:
        """One frame of 20 ms in which nobody speaks."""
        return self.encoder()(np.zeros(self.sample_rate // 50, np.int16))


PCMA = Codec("PCMA", 8, 8000)
PCMU = Codec("PCMU", 0, 8000)
G722 = Codec("G722", 9, 16000)
CODECS: dict[str, Codec] = {codec.name: codec for codec in (G722, PCMA, PCMU)}
"""By the name that SDP's rtpmap uses."""


def transcoder(source: Codec, sink: Codec) -> Transcoder | None:
    """What turns payloads of one codec into the other's; None when they are the same.

    Remembers what G.722 needs to remember, so one for each stream. Between G.722 and G.711 the upper half of the
    spectrum is left out in the codec itself, which saves a filter.
    """
    if source == sink:
        return None
    if source.name == "PCMA" and sink.name == "PCMU":
        return lambda payload: payload.translate(g711.ALAW_TO_ULAW)
    if source.name == "PCMU" and sink.name == "PCMA":
        return lambda payload: payload.translate(g711.ULAW_TO_ALAW)
    decode, encode = source.decoder(8000), sink.encoder(8000)
    return lambda payload: encode(decode(payload))
