"""Recorded RTP for SIPp to play: a caller who hums and dials telephone-events (RFC 4733)."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.peers.tones import tone
from tests.peers.voice import EVENT, FRAME, PCMA, PCMU, rtp, telephone_event, to_alaw, to_ulaw


def write_pcap(path: Path, packets: list[tuple[float, bytes]]) -> Path:
    """Packets (time in seconds, RTP) as Ethernet, IPv4 and UDP; SIPp puts its own addresses in."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for when, packet in packets:
            udp = struct.pack("!HHHH", 40000, 40000, 8 + len(packet), 0) + packet
            address = bytes([127, 0, 0, 1])
            ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + address + address + udp
            frame = bytes(12) + b"\x08\x00" + ip
            file.write(struct.pack("<IIII", int(when), round(when % 1 * 1e6), len(frame), len(frame)) + frame)
    return path


def caller(
    path: Path,
    digits: str,
    *,
    frequency: float = 1000.0,
    before: float = 1.0,
    after: float = 1.0,
    sloppy: bool = False,
    ulaw: bool = False,
) -> Path:
    """A-law (or mu-law) humming for `before` seconds, then the digits (100 ms each, 100 ms apart), then humming again.

    A `sloppy` sender's timestamps run on within a digit; a packet of each is lost, and every packet carries a marker.
    """
    hum = (to_ulaw if ulaw else to_alaw)(tone(frequency, 1.0))
    packets: list[tuple[float, bytes]] = []
    sequence = clock = 0

    def speak(seconds: float) -> None:
        nonlocal sequence, clock
        for _ in range(round(seconds * 50)):
            place = clock % len(hum)
            packets.append(
                (clock / 8000, rtp(PCMU if ulaw else PCMA, sequence, clock, 0x5EED, hum[place : place + FRAME]))
            )
            sequence, clock = sequence + 1, clock + FRAME

    speak(before)
    for digit in digits:
        began = clock
        for number in range(1, 6):
            body = telephone_event(digit, number * FRAME, number == 5)
            for copy in range(3 if number == 5 else 1):
                stamp = clock + copy * FRAME if sloppy else began
                packet = rtp(EVENT, sequence, stamp, 0x5EED, body, sloppy or number == 1)
                if not (sloppy and number == 3):
                    packets.append((clock / 8000 + copy * 0.0005, packet))
                sequence += 1
            clock += FRAME
        speak(0.1)
    speak(after)
    return write_pcap(path, packets)
