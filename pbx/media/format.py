"""What the two ends of a media stream agreed on, as far as packets are concerned."""

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal

from pbx.media.codecs.codec import Codec

HostPort = tuple[str, int]
"""An IP address as text (no brackets) and a port."""

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
"""As seen from here (RFC 3264)."""


@dataclass(frozen=True, slots=True)
class Format:
    """The outcome of an offer and its answer, for `Endpoint.agree`."""

    codec: Codec
    payload_type: int
    """What voice is sent as."""
    event_payload_type: int | None
    """What telephone-events are sent as; None when the peer takes none."""
    remote: HostPort
    """Where the peer's SDP wants the packets."""
    trusted: frozenset[str] = field(default_factory=frozenset)
    """Hosts (IP addresses as text) whose packets may be the peer's, besides `remote`: where its signalling comes
    from. Behind NAT the SDP names an address nobody here ever sees."""
    direction: Direction = "sendrecv"
    receive_payload_type: int | None = None
    """What voice arrives as; like `payload_type` when None."""
    event_receive: int | None = None
    """What telephone-events arrive as; like `event_payload_type` when None."""
    listed: tuple[tuple[int, Codec | None], ...] = ()
    """Further payload types under which voice (with its codec) or telephone-events (None) may arrive."""
    rtcp: HostPort | None = None
    """Where reports go; the port above `remote` when None."""

    @property
    def events(self) -> frozenset[int]:
        """All payload types under which telephone-events may arrive."""
        expected = self.event_payload_type if self.event_receive is None else self.event_receive
        listed = {number for number, codec in self.listed if codec is None}
        return frozenset(listed if expected is None else listed | {expected})

    @property
    def voices(self) -> dict[int, Codec]:
        """All payload types under which voice may arrive; the expected one is the first."""
        expected = self.payload_type if self.receive_payload_type is None else self.receive_payload_type
        voices = {expected: self.codec}
        for number, codec in self.listed:
            if codec and number not in self.events:
                voices.setdefault(number, codec)
        return voices

    @property
    def sends(self) -> bool:
        return self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        return self.direction in ("sendrecv", "recvonly")


@lru_cache(maxsize=512)
def reachable(address: HostPort) -> HostPort | None:
    """`address` in the spelling the kernel uses, or None if no voice can be sent there (a name, 0.0.0.0, multicast,
    no port)."""
    host, port = address
    try:
        number = ip_address(host)
    except ValueError:
        return None
    nowhere = number.is_unspecified or number.is_multicast or (number.version == 4 and number.is_reserved)
    if nowhere or not 0 < port < 65536:
        return None
    return (number.compressed, port)
