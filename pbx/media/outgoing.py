"""The one RTP stream that an endpoint sends, whoever feeds it at the moment."""

from collections.abc import Callable


class Outgoing:
    """SSRC, sequence and timestamps of what goes out, continuous over players, diallers and bridges.

    Whoever sends makes itself the `owner`; when it finds another owner there it calls `begin` first and marks its
    packet as the first of a talkspurt (RFC 3551, section 4.1).
    """

    __slots__ = ("octets", "owner", "packets", "sequence", "ssrc", "timestamp", "when")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self.ssrc = int.from_bytes(random_bytes(4), "big")
        self.sequence = int.from_bytes(random_bytes(2), "big") >> 1
        """Of the next packet; begins in the lower half (RFC 3550, 5.1, and kind to SRTP, RFC 3711, 3.3.1)."""
        self.timestamp = int.from_bytes(random_bytes(4), "big")
        """Of the last packet."""
        self.when = 0.0
        """When that timestamp was the present; the packets of one telephone-event all carry its beginning."""
        self.packets = 0
        self.octets = 0
        """Of payload."""
        self.owner: object = None

    def begin(self, owner: object, now: float) -> int:
        """The timestamp with which `owner` goes on at `now`: as far from the last one as the clock is."""
        ticks = round((now - self.when) * 8000) if self.packets else 0
        self.owner = owner
        return (self.timestamp + max(160, ticks)) & 0xFFFFFFFF

    def sent(self, timestamp: int, octets: int, now: float) -> None:
        """Count the packet with the sequence number `sequence`."""
        self.sequence = (self.sequence + 1) & 0xFFFF
        if timestamp != self.timestamp or not self.packets:
            self.timestamp, self.when = timestamp, now
        self.packets += 1
        self.octets += octets
