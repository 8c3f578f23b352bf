"""How much the stack takes on; what is beyond is refused, never queued."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SipLimits:
    """Upper bounds and standing values of one `Stack`."""

    transactions: int = 20_000
    """Running transactions of either kind; new requests beyond get 503 without any state."""
    answered: int = 2_048
    """Answered server transactions kept to absorb copies; the oldest go first when requests storm."""
    parted: int = 512
    """INVITEs of ended calls that still listen for late forks; the oldest go first."""
    repeated: int = 8_192
    """Characters of a request that its responses repeat (Via, From, To, Call-ID ...); with more it gets 513."""
    sessions: int = 1_000
    forks: int = 16
    """Early dialogs one INVITE of ours may open."""
    patience: float = 300.0
    """Longest time an INVITE may ring, either way, without any response, seconds."""
    session_expires: int = 1_800
    """The session interval we ask for (RFC 4028, 4.2), seconds."""
    min_se: int = 90
    """The shortest session interval we take (RFC 4028, 5), seconds."""
