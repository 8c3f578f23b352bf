"""Where a message came from and where an answer goes: a flow (RFC 5626, section 2)."""

from dataclasses import dataclass
from typing import Literal

HostPort = tuple[str, int]
"""An IP address as text (no brackets) and a port."""

TransportName = Literal["udp", "tcp", "tls"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One path of packets between this element and a peer.

    For UDP the two addresses are the flow. For TCP and TLS `connection` numbers the connection; 0 asks the
    transport for an open connection to `remote`, or a new one.
    """

    transport: TransportName
    local: HostPort
    """Never a wildcard address: what the peer can answer to."""
    remote: HostPort
    connection: int = 0
    tls_name: str = ""
    """The name the peer's certificate must carry when we open a TLS connection (RFC 5922)."""

    @property
    def reliable(self) -> bool:
        """Whether the transport itself repeats what was lost."""
        return self.transport != "udp"
