"""One end of a call's media: a pair of ports, the peer behind them, and what is played, heard and recorded there.

All of an endpoint runs in the pump's thread; its verbs only change what the next packet or beat does.
"""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codecs.codec import PCMA, Codec
from pbx.media.dialler import Dialler
from pbx.media.dtmf_in import DtmfIn
from pbx.media.events import DigitHeard, FirstPacket, MediaEvent, Recorded, Silent
from pbx.media.format import Format, HostPort
from pbx.media.latch import MOVED
from pbx.media.onward import Onward
from pbx.media.outgoing import Outgoing
from pbx.media.packet import HEADER, VERSION, Packet, PacketError
from pbx.media.quality_points import QualityPoints
from pbx.media.reception import LATE, STARTS, STRAY, Reception
from pbx.media.recorder import Recorder
from pbx.media.reports import Quality, Reports
from pbx.media.rtcp import REPORTS
from pbx.media.rtp_socket import RtpSocket, Watch
from pbx.media.sender import Sender
from pbx.media.signs import SignsOfLife

_COMFORT_NOISE = 13


class Loop(Watch, Protocol):
    """What an endpoint needs of the pump."""

    @property
    def random_bytes(self) -> Callable[[int], bytes]: ...
    def beat_for(self, endpoint: "Endpoint", wanted: bool) -> None: ...
    def tell(self, endpoint: "Endpoint", event: MediaEvent) -> None: ...
    def forget(self, endpoint: "Endpoint") -> None: ...


class Endpoint:
    """Made by `Pump.open`. Verbs may be called at any time, after `close` they do nothing."""

    def __init__(
        self,
        loop: Loop,
        sockets: tuple[socket.socket, socket.socket],
        on_event: Callable[["Endpoint", MediaEvent], None] | None,
    ) -> None:
        self.loop = loop
        self.on_event = on_event
        """Who hears of events; None: whom the pump tells by default."""
        self.format: Format | None = None
        self.closed = False
        self.onward: Onward | None = None
        self.bridge: Endpoint | None = None
        """Who `relay.join` joined it with."""
        self.outgoing = Outgoing(loop.random_bytes)
        self.reception = Reception()
        self.rtp_socket = RtpSocket(loop, sockets, self.take, self._found, self._moved)
        self.local: HostPort = self.rtp_socket.local
        self.voice_type = PCMA.payload_type
        """The payload type under which voice arrives at the moment."""
        self.heard = PCMA
        """The codec of that voice; it may be another one than is spoken to the peer."""
        self._voices: dict[int, Codec] = {}
        self._event_types: frozenset[int] = frozenset()
        self._sender = Sender(self.rtp_socket, self.outgoing, self._tell)
        self._dtmf_in = DtmfIn()
        self._recorder: Recorder | None = None
        now = loop.clock()
        self._reports = Reports(self.outgoing, self.reception, loop.random_bytes(8).hex(), loop.random_bytes, now)
        self.quality_points = QualityPoints(now)
        """How the voice went until now, every few seconds."""
        self._malformed = 0
        self._tokens = 0
        self._signs = SignsOfLife(now)
        loop.watch(self.rtp_socket.rtp, self.rtp_socket.read)
        loop.watch(self.rtp_socket.rtcp, self._receive_report)

    # -- the verbs

    def agree(self, format: Format) -> None:
        """Speak this way from now on; again after every offer and answer.

        The peer is looked for anew when it may have moved (another address or other trusted hosts); else the lock
        on it holds.
        """
        if self.closed:
            return
        before, self.format = self.format, format
        self._voices, self._event_types = format.voices, format.events
        self._signs.begin(self.loop.clock())
        self._hear_as(next(iter(self._voices)))
        if before and format.receives and not before.receives:
            self.reception.resume()
        self._sender.agree(format)
        self._want_beats()
        self.rtp_socket.agree(format)
        self._moved()

    def play(self, clips: Sequence[Clip], *, repeat: bool = False) -> int:
        """Play these clips, instead of what may be playing; the token that `Played` will carry."""
        self._tokens += 1
        if not self.closed:
            self._sender.play(self._tokens, clips, repeat)
            self._want_beats()
        return self._tokens

    def tone(self, name: str, country: str = "de") -> int:
        """Play a call progress tone (dial, busy, reorder, ringback) until `hush`; raises KeyError for another name."""
        return self.play([tones.call_progress(name, country)], repeat=True)

    def stop_playing(self) -> None:
        """Stop playing."""
        self._sender.stop_playing()
        self._want_beats()

    def dial(self, digits: str, *, tone: float = 0.1, gap: float = 0.1) -> int:
        """Send digits (`,` waits a second), after those still being sent; the token that `Dialled` will carry.

        Telephone-events, or tones if the peer takes none. Voice waits meanwhile. Raises ValueError.
        """
        Dialler(0, digits, self.codec, True, tone, gap)  # complains at once of what cannot be dialled
        self._tokens += 1
        if not self.closed:
            self._sender.dial(self._tokens, digits, tone, gap)
            self._want_beats()
        return self._tokens

    def record(self, path: Path, *, limit: float = 180.0, silence: float = 10.0, until: str = "#") -> int:
        """Record what the peer says into a WAV file at `path`; the token that `Recorded` will carry.

        Ends after `limit` seconds, after `silence` seconds in which nobody speaks, or at a digit of `until`.
        An older recording is stopped. Raises OSError.
        """
        self.stop_recording()
        self._tokens += 1
        if not self.closed:
            now = self.loop.clock()
            self._recorder = Recorder(self._tokens, path, self.heard, limit, silence, until, now)
            self._want_beats()
            self.refresh_receiving()
        return self._tokens

    def stop_recording(self) -> None:
        """End the recording, if there is one; its file is closed when this returns, `Recorded` follows."""
        self._end_recording("stopped")

    def listen_for_tones(self, wanted: bool) -> None:
        """Whether to look for digits in the sound as well, as long as no telephone-event was seen."""
        self._dtmf_in.listen(self.heard if wanted else None)
        self.refresh_receiving()

    def quality(self) -> Quality:
        """What was counted so far."""
        reception, reports = self.reception, self._reports
        return Quality(
            received=reception.received,
            lost=max(0, reception.lost),
            jitter=reception.jitter / 8000,
            sent=self.outgoing.packets,
            remote_lost=reports.remote_lost,
            remote_jitter=reports.remote_jitter,
            round_trip=reports.round_trip,
            strangers=self.rtp_socket.strangers,
            malformed=self._malformed + reports.malformed,
        )

    def close(self) -> None:
        """Say goodbye and free the ports; a recording ends, a bridge falls apart."""
        if self.closed:
            return
        self._end_recording("closed")
        self.closed = True
        if self.format is not None:
            self._take_quality_point(self.loop.clock())
        self._sender.stop()
        if self._reports.known:
            self.rtp_socket.send_report(self._reports.report(self.loop.clock(), goodbye=True))
        self.rtp_socket.close()
        self.loop.forget(self)
        self.on_event = None  # the callback knows us, too: a ring that only the garbage collector would open
        if self.bridge:
            self.bridge.onward = self.bridge.bridge = None
            self.bridge.refresh_receiving()
            self.onward = self.bridge = None

    # -- what the bridge asks

    @property
    def codec(self) -> Codec:
        """The voice that is spoken here; PCMA until anything was agreed."""
        return self._sender.codec

    @property
    def occupied(self) -> bool:
        """Whether something else than a bridge is sending here."""
        return self._sender.busy

    def refresh_receiving(self) -> None:
        """Choose the quickest way that does all that is wanted of a packet."""
        if self.closed:
            return
        quick = None
        if self.format and self.format.receives and self.rtp_socket.connected and not self._recorder:
            if self.onward is None:
                quick = self._listening()
            elif not self._dtmf_in.listens:
                quick = self.onward.quick()
        self.loop.watch(self.rtp_socket.rtp, quick or self.rtp_socket.read)

    # -- taking packets

    def _listening(self) -> Callable[[float], None]:
        """What takes the packets of a peer whom nobody but the box listens to; all it needs is in local names."""
        rtp_socket, take, expected, count = self.rtp_socket, self.take, self.voice_type, self.reception.packet
        receive, view, buffer, unpack = rtp_socket.rtp.recv_into, self.loop.view, self.loop.buffer, HEADER.unpack_from
        dtmf_in = self._dtmf_in if self._dtmf_in.listens else None

        def listen(now: float) -> None:
            try:
                size = receive(buffer)
            except OSError:
                rtp_socket.errors += 1
                return
            first, second, sequence, timestamp, ssrc = unpack(buffer)
            if first != VERSION or second & 127 != expected or size <= HEADER.size:
                take(size, now)
            elif count(ssrc, sequence, timestamp, now) != STRAY and dtmf_in:
                for digit in dtmf_in.sound(bytes(view[HEADER.size : size]), now):
                    self._tell_digit(digit, "tone")

        return listen

    def take(self, size: int, now: float) -> None:
        """Take one datagram of the peer's, which is in the loop's buffer: the long way, for everything."""
        format = self.format
        if format is None:
            return
        try:
            packet = Packet.parse(self.loop.view[:size])
        except PacketError:
            self._take_rest(None, size, now)
            return
        if packet.payload_type in self._voices:
            self._take_voice(packet, format, now)
        elif packet.payload_type in self._event_types:
            self._take_event(packet, format, now)
        else:
            self._take_rest(packet, size, now)

    def _take_rest(self, packet: Packet | None, size: int, now: float) -> None:
        """Neither voice nor keys: comfort noise, a report on RTP's port (never agreed to, and sent), rubbish."""
        if self.loop.view[1] in REPORTS:
            self._take_report(bytes(self.loop.view[:size]), now)
        elif packet is None:
            self._malformed += 1
        else:
            self._untimed(packet)  # comfort noise and the like leave no gap
            self._malformed += packet.payload_type != _COMFORT_NOISE
            if self.onward:
                self.onward.left_out(packet)

    def _untimed(self, packet: Packet) -> bool:
        fits = self.reception.untimed(packet.ssrc, packet.sequence)
        self._signs.others += not fits
        return fits

    def _take_voice(self, packet: Packet, format: Format, now: float) -> None:
        status = self.reception.packet(packet.ssrc, packet.sequence, packet.timestamp, now)
        if status == STRAY:
            return
        if not packet.payload or not format.receives:
            if self.onward:
                self.onward.left_out(packet)
            return
        if packet.payload_type != self.voice_type:
            self._hear_as(packet.payload_type)
            self.refresh_receiving()
        if self._recorder:
            self._record(self._recorder, packet, status, now)
        if self._dtmf_in.listens and status != LATE:
            for digit in self._dtmf_in.sound(packet.payload, now):
                self._tell_digit(digit, "tone")
        if self.onward:
            self.onward.voice(packet, status, now)

    def _take_event(self, packet: Packet, format: Format, now: float) -> None:
        fits = self._untimed(packet)
        if not format.receives:
            return
        listened = self._dtmf_in.listens
        digit = self._dtmf_in.event(packet.ssrc, packet.sequence, packet.timestamp, packet.payload, now)
        if listened and not self._dtmf_in.listens:
            self.refresh_receiving()
        if self.onward:
            self.onward.event(packet, fits, digit, now)
        if digit:
            self._tell_digit(digit, "event")

    def _tell_digit(self, digit: str, how: Literal["event", "tone"]) -> None:
        self._tell(DigitHeard(digit, how))
        if self._recorder and digit in self._recorder.until:
            self._end_recording("digit")

    def _hear_as(self, voice_type: int) -> None:
        """The peer speaks under this payload type from now on: who lists several may change at any time."""
        self.voice_type, before = voice_type, self.heard
        self.heard = self._voices[voice_type]
        if before != self.heard:
            if self._recorder:
                self._recorder.change(self.heard)
            if self._dtmf_in.listens:
                self._dtmf_in.listen(self.heard)

    def _receive_report(self, now: float) -> None:
        if data := self.rtp_socket.read_report():
            self._take_report(data, now)

    def _take_report(self, data: bytes, now: float) -> None:
        self._signs.reports += self._reports.packet(data, now)

    # -- the recording

    def _record(self, recorder: Recorder, packet: Packet, status: int, now: float) -> None:
        try:
            if status == STARTS:
                recorder.restart(now)
            recorder.packet(packet.timestamp, packet.payload, now)
        except OSError:
            self._end_recording("failed")

    def _end_recording(self, why: Literal["limit", "silence", "digit", "stopped", "closed", "failed"]) -> None:
        recorder, self._recorder = self._recorder, None
        if not recorder:
            return
        try:
            recorder.finish(self.loop.clock())
        except OSError:
            why = "failed"
        self._want_beats()
        self._tell(Recorded(recorder.token, recorder.seconds, why))
        self.refresh_receiving()

    # -- time

    def beat(self, number: int, now: float) -> None:
        """The 20 ms beat."""
        if self._recorder:
            try:
                why = self._recorder.tick(now)
            except OSError:
                why = "failed"
            if why:
                self._end_recording(why)
        self._sender.beat(number, now)
        if not self._sender.busy:
            self._want_beats()

    def housekeeping(self, now: float) -> None:
        """Once a second: silence, addresses that never answer, streams that must not be forgotten, reports."""
        if self.format is None or self.closed:
            return
        self._signs.look(self.reception.received + self.reception.strays, now)
        if now - self._signs.spoke_at >= MOVED - 1.5:
            self.rtp_socket.doubt(self._signs.spoke_at)
        if self.format.receives and (seconds := self._signs.silence(now)) is not None:
            self._tell(Silent(seconds))
        if now >= self.quality_points.due:
            self._take_quality_point(now)
        if not self.rtp_socket.heard:
            self.rtp_socket.aim()
        if self.rtp_socket.speaks:
            self._sender.keep_alive(now)
            if report := self._reports.due(now):
                self.rtp_socket.send_report(report)

    def _take_quality_point(self, now: float) -> None:
        reception, reports = self.reception, self._reports
        lost, jitter = max(0, reception.lost), reception.jitter / 8000
        self.quality_points.take(now, reception.received, lost, jitter, reports.round_trip, reports.remote_lost)

    # -- and the rest

    def _want_beats(self) -> None:
        wanted = self._recorder is not None or self._sender.busy
        self.loop.beat_for(self, wanted and not self.closed)

    def _tell(self, event: MediaEvent) -> None:
        self.loop.tell(self, event)

    def _found(self) -> None:
        self._tell(FirstPacket())

    def _moved(self) -> None:
        """Packets come or go another way: both directions of a bridge choose theirs anew."""
        self.refresh_receiving()
        if self.onward:
            self.onward.refresh_sink()
