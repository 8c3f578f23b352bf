"""Which source address is the peer's: symmetric RTP that strangers cannot take over (RFC 4961; threats: RTP bleed)."""

from pbx.media.format import Format, HostPort, reachable

_SETTLED = 10
"""Packets after which an address that is not the one in the SDP is believed to be the peer's NAT."""
_PAUSE = 0.1
"""Seconds of silence after which, before that, another candidate may have its place."""
MOVED = 3.0
"""Seconds of silence of a believed source after which another port of its host may be where it is now: its NAT made a
new mapping."""


class Latch:
    """Believes the address in the SDP, else the first address on a trusted host that keeps sending.

    The SDP's own address takes its place from any other, at any time, and keeps it as long as it speaks: then `exact`
    is true and the socket can be connected. After some seconds of silence another port of the very same host may take
    over from the believed source. A source on a host that is not trusted is never believed.
    """

    __slots__ = ("_hosts", "_last", "_packets", "exact", "remote", "source", "strangers")

    def __init__(self, format: Format) -> None:
        self.remote = reachable(format.remote)
        """Where the SDP wants packets; None if that is nowhere."""
        hosts = {address[0] for host in format.trusted if (address := reachable((host, 1)))}
        self._hosts = hosts | ({self.remote[0]} if self.remote else set())
        self.source: HostPort | None = None
        """Where the peer was heard from."""
        self.exact = False
        self.strangers = 0
        """Packets that were not the peer's."""
        self._packets = 0
        self._last = 0.0

    def admits(self, source: HostPort, now: float) -> bool:
        """Whether a packet from `source` is the peer's."""
        if source == self.source:
            self._packets += 1
            self._last = now
            return True
        if source[0] not in self._hosts or not self._gives_way(source, now):
            self.strangers += 1
            return False
        self.exact = source == self.remote
        self.source, self._packets, self._last = source, 1, now
        return True

    def _gives_way(self, source: HostPort, now: float) -> bool:
        """Whether who is believed now makes room for `source`."""
        silent = now - self._last
        if self.source is None or (silent >= MOVED and source[0] == self.source[0]):
            return True
        return not self.exact and (source == self.remote or (self._packets < _SETTLED and silent >= _PAUSE))

    def silent_since(self, last: float) -> None:
        """The source was last heard at `last`, past this latch."""
        self._last = last

    def admits_report(self, source: HostPort) -> bool:
        """Whether an RTCP packet from `source` may be the peer's: from the very host that talks, once one does."""
        return source[0] == self.source[0] if self.source else source[0] in self._hosts

    @property
    def target(self) -> HostPort | None:
        """Where to send: what was heard for a while, else what the SDP says."""
        if self.source and (self.exact or self._packets >= _SETTLED or not self.remote):
            return self.source
        if self.source and self.remote and self.source[0] != self.remote[0]:
            return self.source  # the SDP names an address behind a NAT: no use in sending there
        return self.remote
