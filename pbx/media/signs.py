"""Signs of life: since when a peer's voice, and since when anything at all, has not been heard."""

_SILENT = 5.0
"""Seconds between two reports of a silence."""


class SignsOfLife:
    """Told once a second what was counted; reports and comfort noise are as good a sign as voice (RFC 3550)."""

    __slots__ = ("_before", "_heard_at", "_told_at", "others", "reports", "spoke_at")

    def __init__(self, now: float) -> None:
        self.others = 0
        """Packets of the peer's that are not of its stream."""
        self.reports = 0
        self.spoke_at = now
        """When a packet of RTP came last, as far as was looked."""
        self._heard_at = self._told_at = now
        self._before = (0, 0)

    def begin(self, now: float) -> None:
        """Silence counts from now on."""
        self._heard_at = self._told_at = now

    def look(self, counted: int, now: float) -> None:
        """`counted` packets of its stream have come until now."""
        before, self._before = self._before, (counted + self.others, self.reports)
        if self._before[0] != before[0]:
            self.spoke_at = now
        if self._before != before:
            self.begin(now)

    def silence(self, now: float) -> float | None:
        """For how many seconds nothing has come, if that is to be reported again."""
        if now - self._told_at < _SILENT - 0.5:
            return None
        self._told_at = now
        return now - self._heard_at
