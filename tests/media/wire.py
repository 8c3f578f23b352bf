"""A made-up clock, a pump on it, and peers that send and receive real datagrams on the loopback."""

import socket
from pathlib import Path
from random import Random

import numpy as np

from pbx.media.codecs.codec import CODECS, PCMA, Codec
from pbx.media.codecs.g711 import Samples
from pbx.media.endpoint import Endpoint
from pbx.media.events import MediaEvent
from pbx.media.format import Direction, Format
from pbx.media.packet import Packet
from pbx.media.pump import Pump
from pbx.media.tones import sound

__all__ = ["CODECS", "Peer", "PumpRig", "tone"]


class Peer:
    """A phone: one socket, one stream."""

    def __init__(self, host: str = "127.0.0.1", codec: Codec = PCMA, ssrc: int = 0x1234, port: int = 0) -> None:
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, port))
        self.sock.setblocking(False)
        self.codec = codec
        self.address: tuple[str, int] = self.sock.getsockname()[:2]
        self.ssrc, self.sequence, self.timestamp = ssrc, 65530, 0xFFFFFF00
        self.encode = codec.encoder()
        self.got: list[Packet] = []

    def say(
        self, endpoint: Endpoint, payload: bytes | None = None, *, marker: bool = False, advance: bool = True
    ) -> None:
        """Send one packet of 20 ms to the endpoint."""
        payload = self.codec.silence() if payload is None else payload
        packet = Packet(self.codec.payload_type, self.sequence, self.timestamp, self.ssrc, payload, marker)
        self.raw(endpoint, bytes(packet))
        if advance:
            self.skip()

    def press(self, endpoint: Endpoint, payload: bytes, kind: int = 101, marker: bool = False) -> None:
        """Send one telephone-event packet; the timestamp stays."""
        self.raw(endpoint, bytes(Packet(kind, self.sequence, self.timestamp, self.ssrc, payload, marker)))
        self.sequence = (self.sequence + 1) & 0xFFFF

    def skip(self, packets: int = 1, ticks: int | None = None) -> None:
        """As if packets had been sent and lost."""
        self.sequence = (self.sequence + packets) & 0xFFFF
        self.timestamp = (self.timestamp + (160 * packets if ticks is None else ticks)) & 0xFFFFFFFF

    def raw(self, endpoint: Endpoint, data: bytes) -> None:
        self.sock.sendto(data, endpoint.local)

    def hear(self) -> list[Packet]:
        """The packets that came since the last call."""
        fresh = []
        while True:
            try:
                fresh.append(Packet.parse(self.sock.recv(4096)))
            except BlockingIOError:
                self.got += fresh
                return fresh

    def sound(self, rate: int | None = None) -> Samples:
        """All voice that was heard so far, decoded."""
        self.hear()
        decode = self.codec.decoder(rate)
        parts = [decode(packet.payload) for packet in self.got if packet.payload_type == self.codec.payload_type]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


class PumpRig:
    """A pump, its clock, and all the events it told."""

    def __init__(self, seed: int = 1, low: int = 20000, high: int = 29999) -> None:
        self.now = 1000.0
        self.all_events: list[tuple[Endpoint, MediaEvent]] = []
        self.pump = Pump(
            lambda: self.now,
            low,
            high,
            Random(seed).randbytes,
            lambda endpoint, event: self.all_events.append((endpoint, event)),
        )

    def open(
        self,
        peer: Peer | None = None,
        *,
        events: int | None = 101,
        direction: Direction = "sendrecv",
        trusted: frozenset[str] = frozenset(),
        host: str = "127.0.0.1",
    ) -> Endpoint:
        endpoint = self.pump.open(host)
        if peer:
            self.agree(endpoint, peer, events=events, direction=direction, trusted=trusted)
        return endpoint

    @staticmethod
    def agree(
        endpoint: Endpoint,
        peer: Peer,
        *,
        events: int | None = 101,
        direction: Direction = "sendrecv",
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        codec = peer.codec
        endpoint.agree(Format(codec, codec.payload_type, events, peer.address, trusted, direction))

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on, the pump running every 10 ms."""
        for _ in range(round(seconds / 0.01)):
            self.now += 0.01
            self.pump.run(self.now)

    def events(self, endpoint: Endpoint | None = None) -> list[MediaEvent]:
        return [event for one, event in self.all_events if endpoint in (None, one)]


def tone(codec: Codec, frequency: float, seconds: float = 0.02, path: Path | None = None) -> list[bytes]:
    """The payloads of a tone."""
    payload = codec.encoder()(sound([frequency], seconds, codec.sample_rate, 0.4))
    return [payload[start : start + 160] for start in range(0, len(payload), 160)]
