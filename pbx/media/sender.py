"""What an endpoint says by itself: clips, digits, and a packet of silence now and then."""

from collections.abc import Callable, Sequence

from pbx.media.clip import Clip
from pbx.media.codecs.codec import FRAME_TICKS, PCMA, Codec
from pbx.media.dialler import Dialler
from pbx.media.events import DigitsSent, MediaEvent, Played
from pbx.media.format import Format
from pbx.media.outgoing import Outgoing
from pbx.media.packet import HEADER, MARKER, VERSION
from pbx.media.player import Player
from pbx.media.rtp_socket import RtpSocket


def _nobody(event: MediaEvent) -> None:
    """Stands for the endpoint once it is closed."""


class Sender:
    """One packet on each beat of 20 ms, from the dialler if there is one, else from the player."""

    def __init__(self, rtp_socket: RtpSocket, outgoing: Outgoing, on_event: Callable[[MediaEvent], None]) -> None:
        self._rtp_socket = rtp_socket
        self._outgoing = outgoing
        self._on_event = on_event
        self._format: Format | None = None
        self._codec = PCMA
        self._player: Player | None = None
        self._dialler: Dialler | None = None
        self._queue: list[tuple[int, str, float, float]] = []
        self._beat = 0
        self._digit_timestamp = 0
        self._sent_before = 0

    @property
    def busy(self) -> bool:
        """Whether anything is being said, so that a bridge must wait."""
        return self._player is not None or self._dialler is not None

    def agree(self, format: Format) -> None:
        """Speak this way from now on."""
        if self._player and self._codec != format.codec:
            self._player.encode(format.codec)
        self._format, self._codec = format, format.codec
        self._dial_next()

    def play(self, token: int, clips: Sequence[Clip], repeat: bool) -> None:
        """Play these clips, instead of what may be playing."""
        self._player = Player(token, clips, repeat)
        self._player.encode(self._codec)

    def stop_playing(self) -> None:
        """Stop playing."""
        self._player = None

    def dial(self, token: int, digits: str, tone: float, gap: float) -> None:
        """Send these digits after those that are still being sent."""
        self._queue.append((token, digits, tone, gap))
        self._dial_next()

    def stop(self) -> None:
        """Say nothing any more."""
        self._player = self._dialler = None
        self._queue.clear()
        self._on_event = _nobody

    def _dial_next(self) -> None:
        if self._format and not self._dialler and self._queue:
            token, digits, tone, gap = self._queue.pop(0)
            events = self._format.event_payload_type is not None
            self._dialler = Dialler(token, digits, self._codec, events, tone, gap)

    def beat(self, number: int, now: float) -> None:
        """Send what is due on beat `number`."""
        if self._format is None:
            return
        if self._dialler:
            self._dial(self._dialler, self._format, now)
            return
        player = self._player
        if player is None:
            return
        frame = player.next()
        if frame is None:
            self._player = None
            self._on_event(Played(player.token))
            return
        outgoing = self._outgoing
        if outgoing.owner is player:
            # Beats that were left out after a late wake-up are left out of the timestamps as well.
            timestamp = (outgoing.timestamp + FRAME_TICKS * (number - self._beat)) & 0xFFFFFFFF
            self._transmit(self._format.payload_type, timestamp, frame, now)
        else:
            self._transmit(self._format.payload_type | MARKER, outgoing.begin(player, now), frame, now)
        self._beat = number

    def _dial(self, dialler: Dialler, format: Format, now: float) -> None:
        step = dialler.next()
        if step is None:
            self._dialler = None
            self._dial_next()
            self._on_event(DigitsSent(dialler.token))
            return
        payload, first = step
        kind = format.event_payload_type if dialler.events else format.payload_type
        if not payload or kind is None:
            return
        if first or not dialler.events:
            self._digit_timestamp = self._outgoing.begin(dialler, now)
        self._transmit(kind | (MARKER if first else 0), self._digit_timestamp, payload, now)

    def keep_alive(self, now: float) -> None:
        """Send a packet of silence if none went out since the last call: NATs and providers forget quiet streams."""
        if (
            self._format
            and self._rtp_socket.speaks
            and not self._dialler
            and self._outgoing.packets == self._sent_before
        ):
            timestamp = self._outgoing.begin(None, now)
            self._transmit(self._format.payload_type | MARKER, timestamp, self._codec.silence(), now)
        self._sent_before = self._outgoing.packets

    def _transmit(self, second: int, timestamp: int, payload: bytes, now: float) -> None:
        """Send one packet; `second` is the header's second byte: payload type and marker."""
        outgoing, rtp_socket = self._outgoing, self._rtp_socket
        if not rtp_socket.speaks:
            outgoing.owner = None
            return
        try:
            rtp_socket.send(HEADER.pack(VERSION, second, outgoing.sequence, timestamp, outgoing.ssrc) + payload)
        except OSError:
            rtp_socket.errors += 1
        outgoing.sent(timestamp, len(payload), now)

    @property
    def codec(self) -> Codec:
        """The voice that is spoken; PCMA until anything was agreed."""
        return self._codec
