"""RTCP compound packets: sender and receiver reports, names, goodbyes (RFC 3550, section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from pbx.media.packet import PacketError

SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, GOODBYE = 200, 201, 202, 203
REPORTS = range(192, 224)
"""The second byte of RTCP, as far as it can be distinguished from RTP on one port (RFC 5761, section 4)."""
_CNAME = 1
_HEADER = Struct("!BBHI")
_SENDER = Struct("!QIII")
_BLOCK = Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """What a sender says of itself (RFC 3550, section 6.4.1)."""

    ntp: int
    """Its clock as a 64-bit NTP timestamp."""
    timestamp: int
    """The same moment in RTP ticks."""
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How well one source is heard (RFC 3550, section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Since the last report, in 256ths."""
    lost: int
    """In total; 24 bits, signed: duplicates make it negative."""
    highest: int
    """Extended highest sequence number received."""
    jitter: int
    """In RTP ticks."""
    last_report: int
    """Middle 32 bits of the last sender report's NTP timestamp; 0 for none."""
    delay: int
    """Since that report, in 65,536ths of a second."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one compound packet says; parts nobody here uses (APP, XR, feedback) are left out."""

    ssrc: int
    sender: SenderInfo | None = None
    blocks: tuple[ReportBlock, ...] = ()
    gone: frozenset[int] = frozenset()
    """The sources that said goodbye."""

    @classmethod
    def parse(cls, data: bytes) -> "Report":
        """Read a compound packet; raises PacketError, and nothing else, for anything malformed."""
        sender: SenderInfo | None = None
        ssrc, blocks, gone = 0, list[ReportBlock](), set[int]()
        for position, (kind, count, body) in enumerate(_parts(data)):
            if kind in (SENDER_REPORT, RECEIVER_REPORT):
                ssrc = ssrc or int.from_bytes(body[:4], "big")
                start = 4
                if kind == SENDER_REPORT:
                    if len(body) < 4 + _SENDER.size:
                        raise PacketError("sender report cut off")
                    sender = SenderInfo(*_SENDER.unpack_from(body, 4))
                    start += _SENDER.size
                blocks += _blocks(body[start:], count)
            elif kind == GOODBYE:
                gone.update(int.from_bytes(body[4 * i : 4 * i + 4], "big") for i in range(min(count, len(body) // 4)))
            elif position == 0:
                raise PacketError("a compound packet begins with a report")
        return cls(ssrc, sender, tuple(blocks), frozenset(gone))


def compound(
    ssrc: int, cname: str, sender: SenderInfo | None = None, blocks: Sequence[ReportBlock] = (), goodbye: bool = False
) -> bytes:
    """Print a sender report (a receiver report without `sender`), the name and, if wanted, the goodbye."""
    body = _SENDER.pack(sender.ntp, sender.timestamp, sender.packets, sender.octets) if sender else b""
    for block in blocks:
        lost = (block.fraction_lost << 24) | (block.lost & 0xFFFFFF)
        body += _BLOCK.pack(block.ssrc, lost, block.highest, block.jitter, block.last_report, block.delay)
    name = cname.encode()[:255]
    item = bytes((_CNAME, len(name))) + name + b"\0"
    item += bytes(-len(item) % 4)
    data = _part(SENDER_REPORT if sender else RECEIVER_REPORT, len(blocks), ssrc, body)
    data += _part(DESCRIPTION, 1, ssrc, item)
    return data + _part(GOODBYE, 1, ssrc, b"") if goodbye else data


def _part(kind: int, count: int, ssrc: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, 1 + len(body) // 4, ssrc) + body


def _parts(data: bytes) -> list[tuple[int, int, bytes]]:
    found = []
    start = 0
    while start < len(data):
        if len(data) - start < 4 or data[start] & 0xC0 != 0x80:
            raise PacketError("not an RTCP header")
        end = start + 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        if end > len(data):
            raise PacketError("RTCP packet cut off")
        found.append((data[start + 1], data[start] & 0x1F, data[start + 4 : end]))
        start = end
    if not found:
        raise PacketError("empty")
    return found


def _blocks(body: bytes, count: int) -> list[ReportBlock]:
    if len(body) < count * _BLOCK.size:
        raise PacketError("report block cut off")
    blocks = []
    for number in range(count):
        ssrc, lost, *rest = _BLOCK.unpack_from(body, number * _BLOCK.size)
        total = lost & 0xFFFFFF
        blocks.append(ReportBlock(ssrc, lost >> 24, total - (1 << 24) if total >> 23 else total, *rest))
    return blocks
