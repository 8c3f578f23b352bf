"""What is counted of one incoming RTP stream: order, loss, jitter (RFC 3550, sections A.1, A.3, A.8)."""

from pbx.media.rtcp import ReportBlock, SenderInfo

IN_ORDER, LATE, STARTS, STRAY = 0, 1, 2, 3
"""What `Reception.packet` says of a packet: next or newer; older than the newest; the first one of a stream that
begins anew (other SSRC, sequence or timestamps: whoever counts on continuity must anchor again); not to be used."""

_NOBODY = (-1, -1)
_ANYBODY = (-2, -2)
MAX_DROPOUT = 3000
MAX_MISORDER = 100
JUMP = 2.0
"""Seconds by which timestamps may part from the clock before they count as a new stream."""


class Reception:
    """Statistics of the stream from one peer, over all the SSRCs the peer may use one after the other.

    A packet that does not fit (other SSRC, sequence far off) is believed only when its successor comes next
    (RFC 3550, A.1), so that neither one stray packet nor a second source in between breaks the stream.
    """

    __slots__ = (
        "_base", "_before", "_cycles", "_jump", "_last_expected", "_last_received", "_past_lost", "_rate", "_report_at",
        "_report_ntp", "_suspect", "_transit", "highest", "jitter", "received", "ssrc", "started", "strays",
    )  # fmt: skip

    def __init__(self, clock_rate: int = 8000) -> None:
        self._rate = clock_rate
        self._jump = JUMP * clock_rate
        self.ssrc = -1
        self.started = False
        self.highest = 0
        self.received = 0
        """Packets used, late ones too."""
        self.strays = 0
        self.jitter = 0.0
        """Interarrival jitter in ticks."""
        self._cycles = 0
        self._base = 0
        self._before = 0
        self._past_lost = 0
        self._transit = 0.0
        self._suspect = _NOBODY
        self._last_expected = self._last_received = 0
        self._report_ntp = 0
        self._report_at = 0.0

    def packet(self, ssrc: int, sequence: int, timestamp: int, arrival: float) -> int:
        """Count one packet that arrived at `arrival` (seconds); IN_ORDER, LATE, STARTS or STRAY."""
        step = (sequence - self.highest) & 0xFFFF
        if step != 1 or ssrc != self.ssrc:
            if ssrc != self.ssrc or MAX_DROPOUT <= step < 0x10000 - MAX_MISORDER:
                return self._unfitting(ssrc, sequence, timestamp, arrival)
            if step == 0 or step >= MAX_DROPOUT:
                self.received += 1
                return LATE
        self.received += 1
        self._suspect = _NOBODY
        if sequence < step:
            self._cycles += 0x10000
        self.highest = sequence
        transit = arrival * self._rate - timestamp
        drift = abs(transit - self._transit)
        self._transit = transit
        if drift > self._jump:
            return self._jumped(drift)
        self.jitter += (drift - self.jitter) / 16
        return IN_ORDER

    def untimed(self, ssrc: int, sequence: int) -> bool:
        """Count a packet whose timestamp says nothing of its sending (telephone-events); whether it fits."""
        step = (sequence - self.highest) & 0xFFFF
        if ssrc != self.ssrc or MAX_DROPOUT <= step < 0x10000 - MAX_MISORDER:
            return False
        self.received += 1
        if 0 < step < MAX_DROPOUT:
            self._cycles += 0x10000 if sequence < step else 0
            self.highest = sequence
        return True

    def resume(self) -> None:
        """The stream was held by agreement: what comes next begins it anew, and what was left out is not lost."""
        if self.started:
            self.ssrc, self._suspect = -1, _ANYBODY

    @property
    def lost(self) -> int:
        """Packets that never came; duplicates count against it (RFC 3550, A.3), hence maybe negative."""
        return self._past_lost + self._lost_now()

    def _lost_now(self) -> int:
        return self._cycles + self.highest - self._base + 1 - (self.received - self._before) if self.started else 0

    def _jumped(self, drift: float) -> int:
        # Timestamps wrap after six days or, as they begin anywhere, in the middle of a call.
        if abs(drift - (1 << 32)) <= self._jump:
            return IN_ORDER
        return STARTS

    def _unfitting(self, ssrc: int, sequence: int, timestamp: int, arrival: float) -> int:
        if self.started and self._suspect not in ((ssrc, sequence), _ANYBODY):
            self._suspect = (ssrc, (sequence + 1) & 0xFFFF)
            self.strays += 1
            return STRAY
        self._past_lost += self._lost_now()
        self.ssrc, self.highest, self._base, self._cycles = ssrc, sequence, sequence, 0
        self._before = self.received
        self._last_expected = self._last_received = 0
        self._report_ntp = 0
        self.started = True
        self.received += 1
        self._transit = arrival * self._rate - timestamp
        self._suspect = _NOBODY
        return STARTS

    def sender_report(self, ssrc: int, info: SenderInfo, arrival: float) -> None:
        """Remember when the peer's report came, so that ours lets it compute the round trip."""
        if ssrc == self.ssrc:
            self._report_ntp, self._report_at = (info.ntp >> 16) & 0xFFFFFFFF, arrival

    def block(self, now: float) -> ReportBlock | None:
        """The report on this stream (RFC 3550, A.3), counted from the last call on; None before its first packet."""
        if self.ssrc < 0:
            return None
        expected = self._cycles + self.highest - self._base + 1
        received = self.received - self._before
        expected_now, received_now = expected - self._last_expected, received - self._last_received
        self._last_expected, self._last_received = expected, received
        gone = expected_now - received_now
        fraction = min(255, gone * 256 // expected_now) if expected_now > 0 and gone > 0 else 0
        lost = max(-0x800000, min(0x7FFFFF, expected - received))
        delay = int((now - self._report_at) * 65536) & 0xFFFFFFFF if self._report_ntp else 0
        highest = (self._cycles + self.highest) & 0xFFFFFFFF
        return ReportBlock(self.ssrc, fraction, lost, highest, int(self.jitter), self._report_ntp, delay)
