"""What the office's calls leave behind, as the records keep it; frozen values without behaviour of storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

CallDirection = Literal["in", "out", "internal"]
Outcome = Literal["answered", "voicemail", "missed", "gave-up", "refused", "failed"]
TaskKind = Literal["missed", "voicemail", "gave-up"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a call's story."""

    at: float
    """Unix time, seconds."""
    what: str
    """A word of the fixed vocabulary: called, greeted, dialled, rang, answered ..."""
    detail: dict[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegQuality:
    """What was measured of the RTP of one leg (RFC 3550, section 6.4 and appendix A)."""

    party: str
    """Extension, or outside number."""
    codec: str = ""
    sent: int = 0
    received: int = 0
    """Packets."""
    lost: int = 0
    """Packets we missed."""
    jitter: float = 0.0
    """Seconds."""
    peer_lost: int = 0
    """Packets the peer says it missed (RTCP receiver reports)."""
    round_trip: float | None = None
    """Seconds, from RTCP."""


@dataclass(frozen=True, slots=True)
class LegQualityPoint:
    """What had been counted of one leg's voice at a moment of the call; counts are from its beginning."""

    at: float
    """Unix time, seconds."""
    received: int
    lost: int
    """Packets from the party."""
    jitter: float
    """Seconds."""
    round_trip: float | None = None
    """Seconds, from RTCP."""
    peer_lost: int | None = None
    """Packets the party says it missed."""


@dataclass(frozen=True, slots=True)
class LegQualityPoints:
    """How one leg's voice went over time."""

    party: str
    """Extension, or outside number."""
    points: tuple[LegQualityPoint, ...]


@dataclass(frozen=True, slots=True)
class TracedDialog:
    """One SIP dialog of a call: with whom."""

    call_id: str
    party: str
    """Extension, or outside number; empty when withheld."""
    outside: bool


@dataclass(frozen=True, slots=True)
class TracedMessage:
    """One SIP message of a call; nothing secret is in it."""

    at: float
    """Unix time, seconds."""
    sent: bool
    """Whether it was the box that sent it."""
    transport: str
    remote: str
    """HOST:PORT of the other side."""
    dialog: int
    """Which of the trace's dialogs it belongs to, from 0."""
    text: str
    """As `pbx.sip.redaction` lets it be read."""


@dataclass(frozen=True, slots=True)
class CallTrace:
    """What went over the wire in one call."""

    dialogs: tuple[TracedDialog, ...] = ()
    messages: tuple[TracedMessage, ...] = ()
    left_out: int = 0
    """Messages in the middle that were too many to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of a call, while it lasts as afterwards."""

    id: str
    direction: CallDirection
    from_: str
    """E.164, extension, or empty when withheld."""
    from_name: str
    to: str
    """The number dialled (E.164 or extension)."""
    extension: str
    """The extension the call came to; empty as long as there is none."""
    trunk: str = ""
    started: float
    """Unix time, seconds."""
    answered: float | None
    """When a person (not the greeting) answered."""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord(CallFacts):
    """One call that ended, as history shows it."""

    ended: float
    outcome: Outcome
    story: str
    """The sentence, in the office's language."""
    legs: tuple[LegQuality, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A call nobody spoke on: somebody should call back."""

    id: int
    extension: str
    kind: TaskKind
    from_: str
    call: str
    """Id of the CallRecord."""
    created: float
    done: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One voicemail message; the sound is a WAV file of the mailbox."""

    id: int
    extension: str
    from_: str
    call: str
    started: float
    """Unix time, seconds."""
    seconds: float
    file: str
    """Path below the data folder's `mailboxes/`."""
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """Where one device of an AOR can be reached (RFC 3261, section 10)."""

    username: str
    contact: str
    """The Contact URI as registered."""
    call_id: str
    cseq: int
    expires: float
    """Unix time, seconds."""
    transport: Literal["udp", "tcp", "tls"]
    local: tuple[str, int]
    remote: tuple[str, int]
    """Where the REGISTER really came from (RFC 3581)."""
    connection: int = 0
    path: tuple[str, ...] = ()
    user_agent: str = ""
    instance: str = ""
    """Names the device for ever (`+sip.instance`, RFC 5626, 4.1); empty: it does not say."""
    reg_id: str = ""
    """Which of the device's flows this is (RFC 5626, 4.2)."""
    sent_by: str = ""
    """The host that the phone gave as its own in the Via."""
    nat: bool = False
    """Whether the phone is behind a NAT, also if it gives the NAT's address as its own by now."""
