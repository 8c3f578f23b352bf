"""One endpoint's RTCP: when a report is due, what it says, what the peer's says (RFC 3550, section 6)."""

from collections.abc import Callable
from dataclasses import dataclass

from pbx.media.outgoing import Outgoing
from pbx.media.packet import PacketError
from pbx.media.reception import Reception
from pbx.media.rtcp import Report, SenderInfo, compound

INTERVAL = 5.0
"""Seconds between two reports on average (RFC 3550, section 6.2)."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a stream went, both ways."""

    received: int
    """Packets from the peer."""
    lost: int
    """Of the peer's packets; never negative."""
    jitter: float
    """Of the peer's packets, seconds (RFC 3550, A.8; measured with the pump's interval as grain)."""
    sent: int
    """Packets to the peer."""
    remote_lost: int | None
    """Of our packets, as the peer reports; None while it did not."""
    remote_jitter: float | None
    """Seconds, as the peer reports."""
    round_trip: float | None
    """Seconds (RFC 3550, section 6.4.1)."""
    strangers: int
    """Packets dropped because they came from somewhere else."""
    malformed: int
    """Packets dropped because they were no RTP or of a type nobody agreed on."""


class Reports:
    """Keeps the RTCP state between one endpoint and its peer."""

    def __init__(
        self, outgoing: Outgoing, reception: Reception, cname: str, random_bytes: Callable[[int], bytes], now: float
    ) -> None:
        self._outgoing = outgoing
        self._reception = reception
        self._cname = cname
        self._random_bytes = random_bytes
        self.malformed = 0
        self.remote_lost: int | None = None
        self.remote_jitter: float | None = None
        self.round_trip: float | None = None
        self._due = now + self._interval() / 2
        self._sent_before = 0
        self._reported = False

    @property
    def known(self) -> bool:
        """Whether the peer may have heard of us: who sent nothing takes no leave (RFC 3550, section 6.3.7)."""
        return self._reported or self._outgoing.packets > 0

    def _interval(self) -> float:
        """Between half and one and a half of the average, so that reports of many calls spread (section 6.2)."""
        return INTERVAL * (0.5 + self._random_bytes(1)[0] / 256)

    def due(self, now: float) -> bytes | None:
        """The report to send now, if it is time."""
        if now < self._due:
            return None
        self._due = now + self._interval()
        return self.report(now)

    def report(self, now: float, goodbye: bool = False) -> bytes:
        """A sender report if anything was sent since the last one, else a receiver report."""
        outgoing, sender = self._outgoing, None
        self._reported = True
        if outgoing.packets != self._sent_before:
            self._sent_before = outgoing.packets
            timestamp = (outgoing.timestamp + round((now - outgoing.when) * 8000)) & 0xFFFFFFFF
            octets = outgoing.octets & 0xFFFFFFFF
            sender = SenderInfo(_ntp(now), timestamp, outgoing.packets & 0xFFFFFFFF, octets)
        block = self._reception.block(now)
        return compound(outgoing.ssrc, self._cname, sender, (block,) if block else (), goodbye)

    def packet(self, data: bytes, now: float) -> bool:
        """Take a compound packet from the peer; whether it was one. Never raises."""
        try:
            report = Report.parse(data)
        except PacketError:
            self.malformed += 1
            return False
        if report.sender:
            self._reception.sender_report(report.ssrc, report.sender, now)
        for block in report.blocks:
            if block.ssrc == self._outgoing.ssrc:
                self.remote_lost = max(0, block.lost)
                self.remote_jitter = block.jitter / 8000
                trip = ((_ntp(now) >> 16) - block.last_report - block.delay) & 0xFFFFFFFF
                if block.last_report and trip < 60 << 16:
                    self.round_trip = trip / 65536
        return True


def _ntp(now: float) -> int:
    """The monotonic clock as an NTP timestamp: whoever has no wall clock may use what it has (section 4)."""
    return int(now * (1 << 32)) & 0xFFFFFFFFFFFFFFFF
