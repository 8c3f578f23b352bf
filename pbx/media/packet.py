"""RTP packets (RFC 3550, section 5.1)."""

from struct import Struct
from typing import NamedTuple

HEADER = Struct("!BBHII")
"""The fixed twelve bytes: version and flags, marker and payload type, sequence, timestamp, SSRC."""
VERSION = 0x80
MARKER = 0x80


class PacketError(ValueError):
    """These bytes are no RTP or RTCP packet."""


class Packet(NamedTuple):
    """One RTP packet without CSRC list, extension and padding: `parse` takes those off."""

    payload_type: int
    """0 to 127."""
    sequence: int
    """16 bits."""
    timestamp: int
    """32 bits, in ticks of the payload's clock (8,000 a second for all that is spoken here)."""
    ssrc: int
    """32 bits."""
    payload: bytes
    marker: bool = False

    @classmethod
    def parse(cls, data: bytes | memoryview) -> "Packet":
        """Read one datagram; raises PacketError, and nothing else, for anything malformed."""
        if len(data) < HEADER.size:
            raise PacketError("shorter than an RTP header")
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        if first & 0xC0 != VERSION:
            raise PacketError("not RTP version 2")
        start = HEADER.size + 4 * (first & 0x0F)
        if first & 0x10:
            if len(data) < start + 4:
                raise PacketError("extension header cut off")
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        end = len(data) - (data[-1] if first & 0x20 else 0)
        if end < start or (first & 0x20 and end == len(data)):
            raise PacketError("lengths do not add up")
        return cls(second & 0x7F, sequence, timestamp, ssrc, bytes(data[start:end]), second >= MARKER)

    def __bytes__(self) -> bytes:
        second = self.payload_type | (MARKER if self.marker else 0)
        return HEADER.pack(VERSION, second, self.sequence, self.timestamp, self.ssrc) + self.payload
