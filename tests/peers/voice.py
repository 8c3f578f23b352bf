"""A party's voice: plain RTP (A-law) that says a tone, dials, and keeps what it hears. Its own code, on purpose.

SIPp does the signalling of such a party; its INVITE or 200 names this socket in the SDP.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
import time

import numpy as np

from tests.peers.programs import Stopped, free_ports
from tests.peers.tones import Samples, tone

PCMU, PCMA, EVENT = 0, 8, 101
EVENTS = "0123456789*#ABCD"
FRAME = 160


def to_alaw(samples: Samples) -> bytes:
    """ITU-T G.711, A-law."""
    value = samples.astype(np.int32) >> 3
    sign = np.where(value >= 0, 0xD5, 0x55)
    value = np.where(value >= 0, value, -value - 1)
    segment = np.maximum(np.floor(np.log2(np.maximum(value, 1))).astype(np.int32) - 4, 0)
    step = np.where(segment < 2, value >> 1, value >> np.maximum(segment, 1))
    coded: bytes = ((segment << 4 | step & 15) ^ sign).astype(np.uint8).tobytes()
    return coded


def to_ulaw(samples: Samples) -> bytes:
    """ITU-T G.711, mu-law."""
    value = np.minimum(np.abs(samples.astype(np.int32)), 32635) + 132
    segment = np.log2(value).astype(np.int32) - 7
    step = value >> (segment + 3) & 15
    coded: bytes = (~((samples < 0) * 128 | segment << 4 | step) & 0xFF).astype(np.uint8).tobytes()
    return coded


def from_alaw(data: bytes) -> Samples:
    """ITU-T G.711, A-law."""
    code = np.frombuffer(data, np.uint8).astype(np.int32) ^ 0x55
    segment, step = code >> 4 & 7, (code & 15) << 4
    level = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, level, -level).astype(np.int16)


def rtp(payload_type: int, sequence: int, timestamp: int, source: int, payload: bytes, marker: bool = False) -> bytes:
    """One packet (RFC 3550, section 5.1)."""
    second = payload_type | marker << 7
    return struct.pack("!BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source) + payload


def telephone_event(digit: str, duration: int, end: bool) -> bytes:
    """The payload of RFC 4733, section 2.3; `duration` in timestamp units."""
    return struct.pack("!BBH", EVENTS.index(digit), 0x80 * end | 10, duration)


class Voice(Stopped):
    """Speaks to whoever is heard first (symmetric RTP), or to where it is told."""

    def __init__(self, host: str, frequency: float = 0.0) -> None:
        self.host = host
        self.port = free_ports(2, host)
        self.remote: tuple[str, int] | None = None
        self.received: list[tuple[int, int, int, bytes]] = []
        """Sequence number, timestamp, payload type, payload; as they came."""
        self.senders: set[tuple[str, int]] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, self.port))
        self._lock = threading.Lock()
        self._frames: list[bytes] = []
        self._to_dial: list[tuple[str, int, bool]] = []
        self._over = threading.Event()
        self.say(frequency)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, frequency: float) -> None:
        """Hum a tone from now on; 0 is silence."""
        coded = to_alaw(tone(frequency, 1.0)) if frequency else to_alaw(np.zeros(8000, np.int16))
        with self._lock:
            self._frames = [coded[place : place + FRAME] for place in range(0, len(coded), FRAME)]

    def dial(self, digits: str, *, packets: int = 5, marker: bool = True) -> None:
        """Telephone-events, `packets` of 20 ms for each digit and as many of voice in between."""
        with self._lock:
            self._to_dial += [(digit, packets, marker) for digit in digits]

    def hears(self) -> bool:
        """Whether any packet came yet."""
        return bool(self.received)

    def heard(self) -> tuple[Samples, int]:
        """What was received so far, gaps filled with silence, and the sample rate."""
        voice = [(timestamp, payload) for _, timestamp, kind, payload in list(self.received) if kind == PCMA]
        parts: list[Samples] = []
        expected = None
        for timestamp, payload in voice:
            gap = 0 if expected is None else (timestamp - expected) & 0xFFFFFFFF
            if 0 < gap < 80000:
                parts.append(np.zeros(gap, np.int16))
            if gap < 0x80000000:
                parts.append(from_alaw(payload))
                expected = timestamp + len(payload)
        return (np.concatenate(parts) if parts else np.zeros(0, np.int16)), 8000

    def digits(self) -> str:
        """The telephone-events received, each event once however many packets it had."""
        events = {timestamp: EVENTS[payload[0]] for _, timestamp, kind, payload in list(self.received) if kind == EVENT}
        return "".join(events.values())

    def _run(self) -> None:
        source, sequence, timestamp = random.getrandbits(32), random.getrandbits(16), random.getrandbits(32)
        beat, frame = time.monotonic(), 0
        event: tuple[str, int, bool] | None = None
        began = count = rest = 0
        while not self._over.is_set():
            self._listen(beat - time.monotonic())
            if time.monotonic() < beat:
                continue
            beat += 0.02
            with self._lock:
                if event is None and rest == 0 and self._to_dial and self.remote:
                    event, began, count = self._to_dial.pop(0), timestamp, 0
                payload = self._frames[frame % len(self._frames)]
            packets = [rtp(PCMA, sequence, timestamp, source, payload)]
            if event is not None:
                digit, length, marker = event
                count += 1
                end = count >= length
                body = telephone_event(digit, count * FRAME, end)
                packets = [
                    rtp(EVENT, sequence + copy, began, source, body, marker and count == 1)
                    for copy in range(3 if end else 1)
                ]
                if end:
                    event, rest = None, length
            elif rest:
                rest -= 1
            if self.remote:
                for packet in packets:
                    self._socket.sendto(packet, self.remote)
                sequence += len(packets)
            timestamp, frame = timestamp + FRAME, frame + 1

    def _listen(self, seconds: float) -> None:
        if not select.select([self._socket], [], [], max(0.0, seconds))[0]:
            return
        try:
            packet, sender = self._socket.recvfrom(2048)
        except OSError:
            return
        if len(packet) < 12 or packet[0] >> 6 != 2:
            return
        self.senders.add(sender)
        self.remote = self.remote or sender
        _, second, sequence, timestamp, _ = struct.unpack_from("!BBHII", packet)
        start = 12 + 4 * (packet[0] & 15)
        self.received.append((sequence, timestamp, second & 0x7F, packet[start:]))

    def stop(self) -> None:
        """End it."""
        self._over.set()
        self._thread.join(2)
        self._socket.close()
