"""Bridging two endpoints: what one hears the other one says."""

from collections.abc import Callable

from pbx.media.codecs.codec import Codec, Transcoder, transcoder
from pbx.media.endpoint import Endpoint
from pbx.media.packet import HEADER, MARKER, VERSION, Packet
from pbx.media.reception import LATE, STARTS, STRAY


class Forwarding:
    """One direction of a bridge.

    Packets keep their distances: sequence numbers and timestamps are only shifted, so that the far end sees loss and
    reordering as they are, and no other loss. The shift is chosen anew whenever the stream begins anew at either end,
    also after packets that nobody could be sent; numbers close up where a single one is left out.
    """

    def __init__(self, source: Endpoint, sink: Endpoint) -> None:
        self.source = source
        self.sink = sink
        self._sequence_shift = 0
        self._timestamp_shift = 0
        self._redials = False
        """Whether the latest press is dialled anew, as something was being said when it began."""
        self._left_out = -1
        """Number of the last packet that went no further."""
        self._anchored = 0
        """How many packets the sink had sent when the shift was chosen."""
        self._transcoders: dict[tuple[Codec, Codec], Transcoder | None] = {}
        self._transcode: Transcoder | None = None
        self._codecs = (source.codec, source.codec)

    # -- what the source's endpoint hands over

    def voice(self, packet: Packet, status: int, now: float) -> None:
        """Pass one packet of voice on, in the sink's codec."""
        sink = self.sink
        if sink.occupied or not sink.rtp_socket.speaks or sink.format is None:
            self._let_go()
            return
        begins = status == STARTS or sink.outgoing.owner is not self
        if begins and status != LATE:
            self._anchor(packet, now)
        elif status == LATE and (begins or self._outdated(packet)):
            return
        transcode = self._transcoder()
        payload = transcode(packet.payload) if transcode else packet.payload
        self._send(packet, sink.format.payload_type, payload, packet.marker or begins, now)

    def event(self, packet: Packet, fits: bool, digit: str | None, now: float) -> None:
        """Pass one telephone-event packet on; as tones or dialled anew where that cannot be.

        `fits` says whether it is part of the voice's stream, `digit` which key it was the first to tell of.
        """
        sink = self.sink
        kind = sink.format.event_payload_type if sink.format else None
        if digit:
            self._redials = sink.occupied
        if kind is None or not fits or self._redials:
            self.left_out(packet)
            if digit:
                sink.dial(digit)
            return
        if sink.occupied or not sink.rtp_socket.speaks:
            self._let_go()
            return
        if sink.outgoing.owner is not self:
            self._anchor(packet, now)
        if not self._outdated(packet):
            self._send(packet, kind, packet.payload, packet.marker, now)

    def left_out(self, packet: Packet) -> None:
        """This packet of the source's goes no further: the numbers after it close up, so that it is not missed."""
        outgoing, newest = self.sink.outgoing, self.source.reception
        if outgoing.owner is not self or (packet.ssrc, packet.sequence) != (newest.ssrc, newest.highest):
            return
        if packet.sequence != self._left_out:
            self._left_out = packet.sequence
            self._sequence_shift -= 1
            self._anchored = outgoing.packets

    # -- numbers

    def _let_go(self) -> None:
        """A packet could not be sent: whatever is sent next begins anew, in the place of this one."""
        if self.sink.outgoing.owner is self:
            self.sink.outgoing.owner = None

    def _anchor(self, packet: Packet, now: float) -> None:
        outgoing = self.sink.outgoing
        self._timestamp_shift = outgoing.begin(self, now) - packet.timestamp
        self._sequence_shift = outgoing.sequence - packet.sequence
        self._anchored = outgoing.packets

    def _outdated(self, packet: Packet) -> bool:
        """Whether it comes from before the shift was chosen: its number may be another packet's by now."""
        lag = (self.source.reception.highest - packet.sequence) & 0xFFFF
        return lag > self.sink.outgoing.packets - self._anchored

    def _send(self, packet: Packet, kind: int, payload: bytes, marker: bool, now: float) -> None:
        sink, outgoing = self.sink, self.sink.outgoing
        number = (packet.sequence + self._sequence_shift) & 0xFFFF
        time = (packet.timestamp + self._timestamp_shift) & 0xFFFFFFFF
        second = kind | (MARKER if marker else 0)
        try:
            sink.rtp_socket.send(HEADER.pack(VERSION, second, number, time, outgoing.ssrc) + payload)
        except OSError:
            sink.rtp_socket.errors += 1
        outgoing.packets += 1
        outgoing.octets += len(payload)
        if (number - outgoing.sequence) & 0xFFFF < 0x8000:
            outgoing.sequence = (number + 1) & 0xFFFF
            if time != outgoing.timestamp:
                outgoing.timestamp, outgoing.when = time, now

    # -- the quick way

    def refresh_sink(self) -> None:
        """The source changed: what the other direction sends there must be chosen anew."""
        self.sink.refresh_receiving()

    def quick(self) -> Callable[[float], None] | None:
        """What takes a packet from the source's socket and passes it on with nothing in between.

        None if nothing may be sent to the sink. Whatever is not the next plain packet of voice takes the long way.
        All it needs is bound to local names: this is where the time goes.
        """
        source, sink = self.source, self.sink
        loop, format, outgoing, me = source.loop, sink.format, sink.outgoing, self
        if source.format is None or format is None or not sink.rtp_socket.speaks:
            return None
        expected, kind, transcode = source.voice_type, format.payload_type, self._transcoder()
        receive, send, view, buffer = source.rtp_socket.rtp.recv_into, sink.rtp_socket.send, loop.view, loop.buffer
        unpack, pack = HEADER.unpack_from, HEADER.pack_into
        count, take, ssrc_out = source.reception.packet, source.take, outgoing.ssrc

        def forward(now: float) -> None:
            try:
                size = receive(buffer)
            except OSError:
                source.rtp_socket.errors += 1
                return
            first, second, sequence, timestamp, ssrc = unpack(buffer)
            if first != VERSION or second & 127 != expected or size <= 12 or outgoing.owner is not me:
                take(size, now)
                return
            if status := count(ssrc, sequence, timestamp, now):
                if status != STRAY:
                    me.voice(Packet.parse(view[:size]), status, now)
                return
            number = (sequence + me._sequence_shift) & 0xFFFF
            time = (timestamp + me._timestamp_shift) & 0xFFFFFFFF
            pack(buffer, 0, VERSION, second & 128 | kind, number, time, ssrc_out)
            if transcode:
                payload = transcode(bytes(view[12:size]))
                size = 12 + len(payload)
                buffer[12:size] = payload
            try:
                send(view[:size])
            except OSError:
                sink.rtp_socket.errors += 1
            outgoing.sequence = number + 1 & 0xFFFF
            outgoing.timestamp = time
            outgoing.when = now
            outgoing.packets += 1
            outgoing.octets += size - 12

        return forward

    def _transcoder(self) -> Transcoder | None:
        """What turns the source's payloads into the sink's; kept, as it remembers and codecs may come back."""
        codecs = (self.source.heard, self.sink.codec)
        if codecs != self._codecs:
            self._codecs = codecs
            if codecs not in self._transcoders:
                self._transcoders[codecs] = transcoder(*codecs)
            self._transcode = self._transcoders[codecs]
        return self._transcode


def join(a: Endpoint, b: Endpoint) -> None:
    """Let `a` and `b` hear each other until `part`; who was joined with somebody else is parted first.

    Equal codecs are passed on untouched, different ones converted; what is played or dialled on either side goes
    before the other's voice.
    """
    if a is b or a.closed or b.closed:
        return
    part(a)
    part(b)
    a.bridge, b.bridge = b, a
    a.onward, b.onward = Forwarding(a, b), Forwarding(b, a)
    a.refresh_receiving()
    b.refresh_receiving()


def part(a: Endpoint, b: Endpoint | None = None) -> None:
    """Undo `join`; with `b` only if it is `b` that `a` is joined with."""
    partner = a.bridge
    if partner is None or (b is not None and b is not partner):
        return
    for endpoint in (a, partner):
        endpoint.bridge = endpoint.onward = None
        endpoint.refresh_receiving()
