"""RTP and RTCP packets: round trips, and nothing but PacketError for anything else."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pbx.media.packet import Packet, PacketError
from pbx.media.rtcp import Report, ReportBlock, SenderInfo, compound

U16, U32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
PACKETS = st.builds(Packet, st.integers(0, 127), U16, U32, U32, st.binary(max_size=200), st.booleans())
BLOCKS = st.builds(ReportBlock, U32, st.integers(0, 255), st.integers(-0x800000, 0x7FFFFF), U32, U32, U32, U32)
SENDERS = st.none() | st.builds(SenderInfo, st.integers(0, (1 << 64) - 1), U32, U32, U32)


@given(PACKETS)
def test_packets_survive_printing_and_parsing(packet: Packet) -> None:
    assert Packet.parse(bytes(packet)) == packet


@given(PACKETS, st.lists(U32, max_size=15), st.binary(max_size=40), st.integers(0, 255))
def test_sources_extension_and_padding_are_taken_off(
    packet: Packet, sources: list[int], extension: bytes, padding: int
) -> None:
    data = bytes(packet)
    extension += bytes(-len(extension) % 4)
    head = bytes([0x90 | (0x20 if padding else 0) | len(sources)]) + data[1:12]
    head += b"".join(source.to_bytes(4, "big") for source in sources)
    head += b"\xbe\xde" + (len(extension) // 4).to_bytes(2, "big") + extension
    assert Packet.parse(head + packet.payload + bytes(max(0, padding - 1)) + bytes([padding] * bool(padding))) == packet


@given(st.binary(max_size=100))
@example(b"")
@example(b"\xff" * 12)
@example(b"\xa0" + bytes(11))
@example(b"\xb0" + bytes(15) + b"\xff")
def test_any_bytes_are_a_packet_or_a_packet_error(data: bytes) -> None:
    for parse in (Packet.parse, Report.parse):
        with suppress(PacketError):
            parse(data)


@given(U32, st.text(max_size=30), SENDERS, st.lists(BLOCKS, max_size=3), st.booleans())
def test_reports_survive_printing_and_parsing(
    ssrc: int, name: str, sender: SenderInfo | None, blocks: list[ReportBlock], goodbye: bool
) -> None:
    data = compound(ssrc, name, sender, blocks, goodbye)
    assert len(data) % 4 == 0
    report = Report.parse(data)
    assert (report.sender, report.blocks, ssrc in report.gone) == (sender, tuple(blocks), goodbye)
    assert report.ssrc == ssrc


@given(U32, SENDERS, st.lists(BLOCKS, max_size=3), st.data())
def test_damaged_reports_are_reports_or_packet_errors(
    ssrc: int, sender: SenderInfo | None, blocks: list[ReportBlock], data: st.DataObject
) -> None:
    whole = bytearray(compound(ssrc, "x", sender, blocks))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with suppress(PacketError):
        Report.parse(cut)


def test_words_of_a_report_are_where_the_rfc_draws_them() -> None:
    block = ReportBlock(0x01020304, 0x40, -2, 0x00010005, 7, 0x11111111, 0x22222222)
    data = compound(0xAABBCCDD, "me", SenderInfo(1 << 63, 160, 2, 320), [block])
    assert data[:8].hex() == "81c8000caabbccdd"
    assert data[28:36].hex() == "0102030440fffffe"
    assert data[52:].hex() == "81ca0003aabbccdd01026d6500000000"
    with pytest.raises(PacketError):
        Report.parse(data[:-1])
