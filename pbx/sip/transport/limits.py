"""What one peer, and all of them together, may take of the transports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds that keep silent, slow and greedy clients from starving others."""

    connections: int = 400
    """TCP and TLS connections in all; past that an idle one that nobody needs has to go."""
    per_source: int = 100
    """Connections from one address."""
    patience: float = 25.0
    """Seconds for the TLS handshake, for the first message, and for the rest of a message that has begun."""
    idle: float = 50.0
    """Seconds without a message after which a connection goes that nobody needs."""
    opening: float = 8.0
    """Seconds that a connection of ours may take to be made, TLS included."""
    unsent: int = 256 * 1024
    """Bytes that may wait for a peer that does not read."""
    ping: float = 90.0
    """Seconds between keep-alives on connections of ours (RFC 5626, section 4.4.1)."""
