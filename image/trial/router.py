"""What an office's router gives besides addresses: names (the box asks 10.0.2.3) and the time (at 10.0.2.2)."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable

import dns.message
import dns.rdatatype
import dns.rrset

HERE = "10.0.2.2"
"""This side, as the box sees it."""
LOCAL, NAMES, TIME = "127.0.0.1", 53, 123
SINCE_1900 = 2208988800
"""Seconds from NTP's beginning to that of Unix."""


class Router:
    """Answers from when it is made until this program ends."""

    def __init__(self) -> None:
        self.knows_the_time = True
        for port, answer in ((NAMES, self.name), (TIME, self.time)):
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind((LOCAL, port))
            threading.Thread(target=_serve, args=(server, answer), daemon=True).start()

    def name(self, asked: bytes) -> bytes:
        """Every name is this side's."""
        query = dns.message.from_wire(asked)
        answer = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        if question.rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", HERE))
        return answer.to_wire()

    def time(self, asked: bytes) -> bytes:
        """The time as this machine has it (RFC 5905 section 7.3); nothing while the router does not know it."""
        if not self.knows_the_time:
            return b""
        now = struct.pack("!Q", int((time.time() + SINCE_1900) * (1 << 32)))
        return struct.pack("!BBbbII4s", 0o44, 1, 6, -20, 0, 0, b"LOCL") + now + asked[40:48] + now + now


def _serve(server: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    while True:
        asked, peer = server.recvfrom(4096)
        if told := answer(asked):
            server.sendto(told, peer)
