"""One end of a call's media: a pair of ports, the peer behind them, and what is played, heard and recorded there.

All of an endpoint runs in the pump's thread; its verbs only change what the next packet or beat does.
"""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codec import FRAME_TICKS, PCMA, Codec
from pbx.media.dialler import Dialler
from pbx.media.events import Dialled, Digit, FirstPacket, MediaEvent, Played, Recorded, Silent
from pbx.media.format import Address, Format, reachable
from pbx.media.hearing import DigitHearing
from pbx.media.latch import Latch
from pbx.media.outgoing import Outgoing
from pbx.media.packet import HEADER, MARKER, VERSION, Packet, PacketError
from pbx.media.player import Player
from pbx.media.ports import bound
from pbx.media.reception import LATE, STARTS, STRAY, Reception
from pbx.media.recorder import Recorder
from pbx.media.reports import Quality, Reports

BUFFER = 2048
"""Bytes of the longest datagram that is looked at; voice packets have a few hundred."""
_SILENT = 5.0
"""Seconds between two `Silent`."""


class Loop(Protocol):
    """What an endpoint needs of the pump."""

    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    buffer: bytearray
    view: memoryview
    unheard: float
    """Seconds for which packets are sent to an address that was not heard from."""

    def watch(self, sock: socket.socket, act: Callable[[float], None]) -> None: ...
    def unwatch(self, sock: socket.socket) -> None: ...
    def beat_for(self, endpoint: "Endpoint", wanted: bool) -> None: ...
    def tell(self, endpoint: "Endpoint", event: MediaEvent) -> None: ...
    def forget(self, endpoint: "Endpoint") -> None: ...


class Onward(Protocol):
    """Takes what an endpoint hears: the bridge to another endpoint."""

    def voice(self, packet: Packet, status: int, now: float) -> None: ...
    def event(self, packet: Packet, fits: bool, digit: str | None, now: float) -> None: ...
    def quick(self) -> Callable[[float], None] | None: ...
    def refresh_sink(self) -> None: ...


def _nowhere(datagram: bytes | memoryview) -> int:
    return 0


class Endpoint:
    """Made by `Pump.open`. Verbs may be called at any time, after `close` they do nothing."""

    def __init__(
        self,
        loop: Loop,
        sockets: tuple[socket.socket, socket.socket],
        tell: Callable[["Endpoint", MediaEvent], None] | None,
    ) -> None:
        self.loop = loop
        self.told = tell
        self.owner: object = None
        """For whoever opened it to note whose it is."""
        self.local: Address = sockets[0].getsockname()[:2]
        self.format: Format | None = None
        self.closed = False
        now = loop.clock()
        self.outgoing = Outgoing(loop.random_bytes)
        self.reception = Reception()
        self.onward: Onward | None = None
        self.bridge: Endpoint | None = None
        """Who `relay.join` joined it with."""
        self.send: Callable[[bytes | memoryview], int] = _nowhere
        self.send_errors = 0
        self._rtp, self._rtcp = sockets
        self._reports = Reports(self.outgoing, self.reception, loop.random_bytes(8).hex(), loop.random_bytes, now)
        self._latch: Latch | None = None
        self._aimed: tuple[socket.socket, Address | None, bool] | None = None
        self._connected = False
        self._heard = False
        self._early = 0
        self._malformed = 0
        self._strangers = 0
        self._hearing = DigitHearing()
        self._player: Player | None = None
        self._dialler: Dialler | None = None
        self._diallers: list[tuple[str, float, float, int]] = []
        self._recorder: Recorder | None = None
        self._tokens = 0
        self._beat = 0
        self._digit_timestamp = 0
        self._rtcp_source: Address | None = None
        self._agreed_at = self._heard_at = self._silent_told = now
        self._received_before = self._sent_before = 0
        self._codec = PCMA
        self.voice_type = PCMA.payload_type
        """The payload type under which voice arrives."""
        self._event_type: int | None = None
        loop.watch(self._rtp, self._unagreed)
        loop.watch(self._rtcp, self._report)

    # -- the verbs

    def agree(self, format: Format) -> None:
        """Speak this way from now on; again after every offer and answer.

        The peer must be found anew when it may have moved (another address or other trusted hosts); else the lock
        on it holds. Raises OSError if the port got lost on the way.
        """
        if self.closed:
            return
        before, self.format = self.format, format
        now = self.loop.clock()
        if before is None or (before.remote, before.trusted) != (format.remote, format.trusted):
            self._unlock(format, now)
        self._codec = format.codec
        self.voice_type = format.payload_type if format.receive_payload_type is None else format.receive_payload_type
        self._event_type = format.event_payload_type if format.event_receive is None else format.event_receive
        self._silent_told = self._heard_at = now
        if before is None or before.codec != format.codec:
            self._change_codec(format.codec)
        self._next_dialler()
        self.refresh()

    def play(self, clips: Sequence[Clip], *, repeat: bool = False) -> int:
        """Play these clips, instead of what may be playing; the token that `Played` will carry."""
        self._tokens += 1
        if not self.closed:
            self._player = Player(self._tokens, clips, repeat)
            self._player.encode(self._codec)
            self._busy_changed()
        return self._tokens

    def tone(self, name: str, country: str = "de") -> int:
        """Play a call progress tone (dial, busy, reorder, ringback) until `hush`; raises KeyError for another name."""
        return self.play([tones.call_progress(name, country)], repeat=True)

    def hush(self) -> None:
        """Stop playing."""
        self._player = None
        self._busy_changed()

    def record(self, path: Path, *, limit: float = 180.0, silence: float = 10.0, until: str = "#") -> int:
        """Record what the peer says into a WAV file at `path`; the token that `Recorded` will carry.

        Ends after `limit` seconds, after `silence` seconds in which nobody speaks, or at a digit of `until`.
        An older recording is stopped. Raises OSError.
        """
        self.stop_recording()
        self._tokens += 1
        if not self.closed:
            now = self.loop.clock()
            self._recorder = Recorder(self._tokens, path, self._codec, limit, silence, until, now)
            self._busy_changed()
            self.refresh()
        return self._tokens

    def stop_recording(self) -> None:
        """End the recording, if there is one; its file is closed when this returns, `Recorded` follows."""
        self._end_recording("stopped")

    def dial(self, digits: str, *, tone: float = 0.1, gap: float = 0.1) -> int:
        """Send digits (`,` waits a second), after those still being sent; the token that `Dialled` will carry.

        Telephone-events, or tones if the peer takes none. Voice waits meanwhile. Raises ValueError.
        """
        Dialler(0, digits, self._codec, True, tone, gap)
        self._tokens += 1
        if not self.closed:
            self._diallers.append((digits, tone, gap, self._tokens))
            self._next_dialler()
        return self._tokens

    def listen_for_tones(self, wanted: bool) -> None:
        """Whether to look for digits in the sound as well, as long as no telephone-event was seen."""
        self._hearing.listen(self._codec if wanted else None)
        self.refresh()

    def quality(self) -> Quality:
        """What was counted so far."""
        reception, reports = self.reception, self._reports
        strangers = self._strangers + self._early + (self._latch.strangers if self._latch else 0)
        return Quality(
            reception.received,
            max(0, reception.lost),
            reception.jitter / 8000,
            self.outgoing.packets,
            reports.remote_lost,
            reports.remote_jitter,
            reports.round_trip,
            strangers,
            self._malformed + reports.malformed,
        )

    def close(self) -> None:
        """Say goodbye and free the ports; a recording ends, a bridge falls apart."""
        if self.closed:
            return
        self._end_recording("closed")
        self.hush()
        self._diallers.clear()
        self._dialler = None
        if self.send is not _nowhere:
            self._send_report(self._reports.report(self.loop.clock(), goodbye=True))
        self.closed = True
        self.send = _nowhere
        for sock in (self._rtp, self._rtcp):
            self.loop.unwatch(sock)
            sock.close()
        self.loop.forget(self)
        if self.bridge:
            self.bridge.onward = self.bridge.bridge = None
            self.bridge.refresh_receiving()
            self.onward = self.bridge = None

    # -- what the bridge asks

    @property
    def codec(self) -> Codec:
        """The voice that is spoken here."""
        return self._codec

    @property
    def occupied(self) -> bool:
        """Whether something else than a bridge is sending here."""
        return self._player is not None or self._dialler is not None

    @property
    def speaks(self) -> bool:
        """Whether packets that are sent here go anywhere at the moment."""
        return self.send is not _nowhere

    @property
    def rtp(self) -> socket.socket:
        return self._rtp

    def refresh(self) -> None:
        """Choose anew how packets are taken and sent, as something changed."""
        if self.closed:
            return
        self._aim()
        self.refresh_receiving()
        if self.onward:
            self.onward.refresh_sink()  # the codec may have changed

    def refresh_receiving(self) -> None:
        """Choose the quickest way that does all that is wanted of a packet."""
        if self.closed or not self.format:
            return
        quick = None
        if self._connected and not self._recorder and self.format.receives:
            if self.onward is None:
                quick = self._listening()
            elif not self._hearing.listens:
                quick = self.onward.quick()
        self.loop.watch(self._rtp, quick or (self._locked if self._connected else self._unlocked))

    # -- finding the peer

    def _unlock(self, format: Format, now: float) -> None:
        if self._latch:
            self._strangers += self._latch.strangers
        self._latch = Latch(format)
        self._heard = False
        self._rtcp_source = None
        self._agreed_at = now
        if self._connected:
            # A connected socket cannot be let loose from Python: another one takes its port.
            self.loop.unwatch(self._rtp)
            self._rtp.close()
            self._connected = False
            self._rtp = bound(*self.local)

    def _aim(self) -> None:
        """Decide whether and where packets go."""
        format, latch = self.format, self._latch
        now = self.loop.clock()
        target = latch.target if latch else None
        patient = self._heard or now - self._agreed_at < self.loop.unheard
        if format is None or not format.sends or not patient:
            target = None
        aim = (self._rtp, target, self._connected)
        if aim == self._aimed:
            return
        self._aimed = aim
        if target is None:
            self.send = _nowhere
        elif self._connected:
            self.send = self._rtp.send
        else:
            sendto = self._rtp.sendto
            self.send = lambda datagram: sendto(datagram, target)
        if self.onward:
            self.onward.refresh_sink()

    def _unagreed(self, now: float) -> None:
        with suppress(OSError):
            self._rtp.recv_into(self.loop.buffer)
            self._early += 1

    def _unlocked(self, now: float) -> None:
        """A packet on a socket that hears everybody."""
        latch = self._latch
        try:
            size, address = self._rtp.recvfrom_into(self.loop.buffer)
        except OSError:
            return
        if latch is None or not latch.admits(address[:2], now):
            return
        if latch.exact:
            self._connect(latch, size, now)
        else:
            self._hear(now)
            self.take(size, now)
            self._aim()

    def _connect(self, latch: Latch, size: int, now: float) -> None:
        """Let the kernel keep strangers out from now on, and take only the peer's of what is already waiting."""
        assert latch.source
        datagrams = [bytes(self.loop.view[:size])]
        try:
            self._rtp.connect(latch.source)
            while len(datagrams) < 1000:
                size, address = self._rtp.recvfrom_into(self.loop.buffer)
                if latch.admits(address[:2], now):
                    datagrams.append(bytes(self.loop.view[:size]))
        except BlockingIOError:
            self._connected = True
        except OSError:
            self.send_errors += 1
        self._hear(now)
        self.refresh()
        for datagram in datagrams:
            self.loop.buffer[: len(datagram)] = datagram
            self.take(len(datagram), now)

    def _hear(self, now: float) -> None:
        self._heard_at = now
        if not self._heard:
            self._heard = True
            self._aim()
            self.loop.tell(self, FirstPacket())

    # -- taking packets

    def _locked(self, now: float) -> None:
        try:
            size = self._rtp.recv_into(self.loop.buffer)
        except OSError:
            self.send_errors += 1  # an ICMP error that one of our packets brought about
            return
        self.take(size, now)

    def _listening(self) -> Callable[[float], None]:
        """What takes the packets of a peer whom nobody but the box listens to; all it needs is in local names."""
        receive, view, buffer, unpack = self._rtp.recv_into, self.loop.view, self.loop.buffer, HEADER.unpack_from
        count, take, expected = self.reception.packet, self.take, self.voice_type
        hearing = self._hearing if self._hearing.listens else None

        def listen(now: float) -> None:
            try:
                size = receive(buffer)
            except OSError:
                self.send_errors += 1
                return
            first, second, sequence, timestamp, ssrc = unpack(buffer)
            if first != VERSION or second & 127 != expected or size <= HEADER.size:
                take(size, now)
            elif count(ssrc, sequence, timestamp, now) < LATE and hearing:
                for digit in hearing.sound(bytes(view[12:size]), now):
                    self._tell_digit(digit, False)

        return listen

    def take(self, size: int, now: float) -> None:
        """One datagram of the peer's, in the loop's buffer."""
        format = self.format
        try:
            packet = Packet.parse(self.loop.view[:size])
        except PacketError:
            self._malformed += 1
            return
        if format is None:
            return
        if packet.payload_type == self.voice_type:
            self._take_voice(packet, format, now)
        elif packet.payload_type == self._event_type:
            self._take_event(packet, format, now)
        else:
            self.reception.untimed(packet.ssrc, packet.sequence)  # comfort noise and the like leave no gap
            self._malformed += packet.payload_type != 13

    def _take_voice(self, packet: Packet, format: Format, now: float) -> None:
        status = self.reception.packet(packet.ssrc, packet.sequence, packet.timestamp, now)
        if status == STRAY or not packet.payload or not format.receives:
            return
        if self._recorder:
            self._record(packet, status, now)
        if self._hearing.listens and status != LATE:
            for digit in self._hearing.sound(packet.payload, now):
                self._tell_digit(digit, False)
        if self.onward:
            self.onward.voice(packet, status, now)

    def _take_event(self, packet: Packet, format: Format, now: float) -> None:
        fits = self.reception.untimed(packet.ssrc, packet.sequence)
        if not format.receives:
            return
        listened = self._hearing.listens
        digit = self._hearing.event(packet.ssrc, packet.sequence, packet.timestamp, packet.payload, now)
        if listened and not self._hearing.listens:
            self.refresh_receiving()
        if self.onward:
            self.onward.event(packet, fits, digit, now)
        if digit:
            self._tell_digit(digit, True)

    def _tell_digit(self, digit: str, event: bool) -> None:
        self.loop.tell(self, Digit(digit, "event" if event else "tone"))
        if self._recorder and digit in self._recorder.until:
            self._end_recording("digit")

    # -- sending

    def beat(self, number: int, now: float) -> None:
        """The 20 ms beat: send the next frame of what is dialled or played, let a recording see the time."""
        if self._recorder:
            self._tick_recording(now)
        if self._dialler:
            self._dial(self._dialler, now)
            return
        player = self._player
        if player is None or self.format is None:
            return
        frame = player.next()
        if frame is None:
            self._player = None
            self._busy_changed()
            self.loop.tell(self, Played(player.token))
            return
        outgoing = self.outgoing
        if outgoing.owner is player:
            # Beats that were left out after a late wake-up are left out of the timestamps as well.
            timestamp = (outgoing.timestamp + FRAME_TICKS * (number - self._beat)) & 0xFFFFFFFF
            self._transmit(self.format.payload_type, timestamp, frame, now)
        else:
            self._transmit(self.format.payload_type | MARKER, outgoing.begin(player, now), frame, now)
        self._beat = number

    def _transmit(self, second: int, timestamp: int, payload: bytes, now: float) -> None:
        """Send one packet; `second` is the header's second byte: payload type and marker."""
        outgoing = self.outgoing
        if self.send is _nowhere:
            outgoing.owner = None
            return
        try:
            self.send(HEADER.pack(VERSION, second, outgoing.sequence, timestamp, outgoing.ssrc) + payload)
        except OSError:
            self.send_errors += 1
        outgoing.sent(timestamp, len(payload), now)

    def _next_dialler(self) -> None:
        if self.format and not self._dialler and self._diallers:
            digits, tone, gap, token = self._diallers.pop(0)
            events = self.format.event_payload_type is not None
            self._dialler = Dialler(token, digits, self._codec, events, tone, gap)
            self._busy_changed()

    def _dial(self, dialler: Dialler, now: float) -> None:
        if self.format is None:
            return
        step = dialler.next()
        if step is None:
            self._dialler = None
            self._next_dialler()
            self._busy_changed()
            self.loop.tell(self, Dialled(dialler.token))
            return
        payload, first = step
        kind = self.format.event_payload_type if dialler.events else self.format.payload_type
        if not payload or kind is None:
            return
        outgoing = self.outgoing
        if first or not dialler.events:
            self._digit_timestamp = outgoing.begin(dialler, now)
        self._transmit(kind | (MARKER if first else 0), self._digit_timestamp, payload, now)

    def _busy_changed(self) -> None:
        self.loop.beat_for(self, bool(self._player or self._dialler or self._recorder) and not self.closed)

    def _change_codec(self, codec: Codec) -> None:
        if self._player:
            self._player.encode(codec)
        if self._recorder:
            self._recorder.change(codec)
        if self._hearing.listens:
            self._hearing.listen(codec)

    # -- recording

    def _record(self, packet: Packet, status: int, now: float) -> None:
        assert self._recorder
        try:
            if status == STARTS:
                self._recorder.restart(now)
            self._recorder.packet(packet.timestamp, packet.payload, now)
        except OSError:
            self._end_recording("failed")

    def _tick_recording(self, now: float) -> None:
        assert self._recorder
        try:
            why = self._recorder.tick(now)
        except OSError:
            why = "failed"
        if why:
            self._end_recording(why)

    def _end_recording(self, why: str) -> None:
        recorder, self._recorder = self._recorder, None
        if not recorder:
            return
        try:
            recorder.finish(self.loop.clock())
        except OSError:
            why = "failed"
        self._busy_changed()
        self.loop.tell(self, Recorded(recorder.token, recorder.seconds, why))  # type: ignore[arg-type]
        self.refresh_receiving()

    # -- once a second

    def housekeeping(self, now: float) -> None:
        """Once a second: reports, silence, addresses that never answer, streams that must not be forgotten."""
        format = self.format
        if format is None or self.closed:
            return
        if self.reception.received != self._received_before:
            self._received_before = self.reception.received
            self._heard_at = self._silent_told = now
        elif format.receives and now - self._silent_told >= _SILENT - 0.5:
            self._silent_told = now
            self.loop.tell(self, Silent(now - self._heard_at))
        if not self._heard:
            self._aim()
        if self.send is _nowhere:
            return
        if self.outgoing.packets == self._sent_before and not self._dialler:
            # NATs and providers forget streams that are quiet.
            timestamp = self.outgoing.begin(None, now)
            self._transmit(format.payload_type | MARKER, timestamp, self._codec.silence(), now)
        self._sent_before = self.outgoing.packets
        if report := self._reports.due(now):
            self._send_report(report)

    def _report(self, now: float) -> None:
        """A datagram on the RTCP port."""
        try:
            size, address = self._rtcp.recvfrom_into(self.loop.buffer)
        except OSError:
            return
        if not self._latch or not self._latch.admits_report(address[:2]):
            self._strangers += 1
            return
        self._rtcp_source = address[:2]
        self._reports.packet(bytes(self.loop.view[:size]), now)
        if not self._heard and self.format and address[0] == self.format.remote[0]:
            self._heard = True  # somebody is there, even if it only listens
            self._aim()

    def _send_report(self, report: bytes) -> None:
        target = self._rtcp_source
        if target is None and self.format and self.format.rtcp:
            target = reachable(self.format.rtcp)
        elif target is None and self._latch and self._latch.target:
            host, port = self._latch.target
            target = (host, port + 1)
        if target and target[1] < 65536:
            with suppress(OSError):
                self._rtcp.sendto(report, target)
