"""Asking for a name on the cable, as any computer nearby does: multicast DNS (RFC 6762), frame by frame."""

from __future__ import annotations

import socket
import struct
import time

import dns.message
import dns.rdatatype

CABLE, BOX_END = ("127.0.0.1", 7001), ("127.0.0.1", 7002)
"""Where we hear the cable, and where what we say goes to the box."""
OWN = ("02:00:00:00:00:99", "169.254.7.7")
GROUP, PORT = "224.0.0.251", 5353
GROUP_CARD = bytes.fromhex("01005e0000fb")


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(payload: bytes) -> bytes:
    """An Ethernet frame with our UDP datagram to the group; UDP's checksum may be left out in IPv4."""
    udp = struct.pack("!HHHH", PORT, PORT, 8 + len(payload), 0) + payload
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 255, 17, 0)
    header += socket.inet_aton(OWN[1]) + socket.inet_aton(GROUP)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return GROUP_CARD + bytes.fromhex(OWN[0].replace(":", "")) + b"\x08\x00" + header + udp


def datagram(packet: bytes) -> bytes | None:
    """What an Ethernet frame from port 5353 carries over IPv4."""
    if packet[12:14] != b"\x08\x00" or packet[23] != 17:
        return None
    start = 14 + 4 * (packet[14] & 15)
    source, _, length = struct.unpack_from("!HHH", packet, start)
    return packet[start + 8 : start + length] if source == PORT else None


def asked_by_multicast(name: str, seconds: float) -> list[str]:
    """The addresses that somebody on the cable says the name has; empty when nobody answers in time."""
    query = dns.message.make_query(name, "A")
    query.flags, query.id = 0, 0
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as cable:
        cable.bind(CABLE)
        cable.settimeout(1)
        while time.monotonic() < deadline:
            cable.sendto(frame(query.to_wire()), BOX_END)
            until = time.monotonic() + 2
            while time.monotonic() < until:
                try:
                    answer = datagram(cable.recv(65536))
                    told = dns.message.from_wire(answer) if answer else None
                except (TimeoutError, dns.exception.DNSException):
                    continue
                if told is None:
                    continue
                found = [
                    socket.inet_ntoa(rdata.to_generic().data)  # its class says that it is the only one (RFC 6762 10.2)
                    for records in told.answer
                    if records.rdtype == dns.rdatatype.A and records.name.to_text(True).lower() == name
                    for rdata in records
                ]
                if found:
                    return found
    return []
