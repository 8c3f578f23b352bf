"""What the office is made of and what its calls leave behind; frozen values without behaviour of storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pbx.store.secret_forms import h_a1

Language = Literal["de", "en"]
Strategy = Literal["all", "in-order", "longest-idle"]
ExtensionDialling = Literal["off", "all", "distribution"]
Direction = Literal["in", "out", "internal"]
Outcome = Literal["answered", "voicemail", "missed", "gave-up", "refused", "failed"]
TaskKind = Literal["missed", "voicemail", "gave-up"]
Role = Literal["admin", "user"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all that is set has in common."""

    beyond: tuple[tuple[str, Any], ...] = field(default=(), repr=False, hash=False, kw_only=True)
    """Fields with their values that a newer version wrote: not understood, and written back as they are."""


@dataclass(frozen=True, slots=True)
class Person(Setting):
    """Somebody who works here; his extension is his key."""

    extension: str
    name: str
    language: Language = "de"
    voicemail: bool = True
    ring_seconds: float = 25.0
    reachable: bool = True
    """May callers from outside reach the extension? Colleagues always may."""
    outbound_only: bool = False
    """Only calls out: neither callers nor colleagues nor distributions ring him."""
    number: str = ""
    """His own outside number (E.164), shown when he calls out; empty: the office's."""
    pin: str = ""
    """scrypt hash of the voicemail PIN; empty: none set, so no voicemail by phone."""
    announcement: str = ""
    """File name in the data folder's `greetings/`; empty: the spoken default."""


@dataclass(frozen=True, slots=True)
class Phone(Setting):
    """One device's account; several may belong to a person."""

    username: str
    """User part of the AOR and digest user name; made by the box."""
    extension: str
    password: str = field(repr=False)
    """What digest needs of it, and it itself, sealed (`store.secret_forms`); in clear only before it is kept."""
    label: str = ""

    def h_a1(self, realm: str, algorithm: str) -> str:
        """What digest compares with (RFC 7616, section 3.4.2), in hex; empty when it is kept for another realm."""
        return h_a1(self.username, realm, self.password, algorithm)


@dataclass(frozen=True, slots=True)
class Group(Setting):
    """Several people behind one extension."""

    extension: str
    name: str
    members: tuple[str, ...]
    """Extensions of people, in ringing order."""
    strategy: Strategy = "all"
    ring_seconds: float = 25.0
    """How long all of it may ring; in order, each member gets a share."""
    voicemail: bool = True


@dataclass(frozen=True, slots=True)
class Former(Setting):
    """The extension of somebody who left: nobody else gets it, and somebody may take the calls to it."""

    extension: str
    name: str
    """Who had it."""
    to: str = ""
    """Extension of the person or group that takes its calls; empty: it leads nowhere."""
    until: float = 0.0
    """Unix time from which on anybody may have it; 0: not before it is released."""


@dataclass(frozen=True, slots=True)
class Trunk(Setting):
    """A way to the telephone network: a registration at a provider, or a peer known by its address."""

    name: str
    peer: str = ""
    """HOST[:PORT] of a peering trunk; empty for a registering one."""
    user: str = ""
    """User part of the AOR we register (From user)."""
    domain: str = ""
    """Host part of the AOR: the provider's SIP domain."""
    auth_user: str = ""
    """Digest user name when it is not `user`."""
    password: str = field(default="", repr=False)
    """Sealed by the box's key (`store.secret_forms`); in clear only before it is kept."""
    proxy: str = ""
    """Outbound proxy HOST[:PORT]; empty: RFC 3263 on the domain."""
    transport: Literal["", "udp", "tcp", "tls"] = ""
    """Empty: as DNS says, else UDP."""
    provider: str = ""
    """Key of the provider it was made from (`administration.providers`); empty: of none."""


@dataclass(frozen=True, slots=True)
class Number(Setting):
    """One of the office's outside numbers."""

    e164: str
    trunk: str
    to: tuple[str, ...]
    """The distribution: extensions of people and groups that ring when no extension is dialled."""
    greeting: str = ""
    """File name in the data folder's `greetings/`; empty: the spoken default, if extensions may be dialled."""
    extensions: ExtensionDialling = "all"


@dataclass(frozen=True, slots=True)
class Contact(Setting):
    """Somebody outside whom the office calls."""

    name: str
    number: str
    """E.164."""
    extension: str = ""
    """Dialled as telephone-events after the answer."""


@dataclass(frozen=True, slots=True)
class Account(Setting):
    """Somebody who may log in at the web page."""

    name: str
    """What he logs in with; no two differ only in capitals."""
    password: str = field(default="", repr=False)
    """scrypt hash; empty: he was invited and has not chosen one yet."""
    role: Role = "user"
    extension: str = ""
    """The person he is; empty: an admin who has no extension."""
    language: Language = "de"
    """In which the page speaks to him."""
    mailboxes: tuple[str, ...] = ()
    """Other mailboxes (extensions) he may hear, besides his own and his groups'."""


@dataclass(frozen=True, slots=True)
class Office(Setting):
    """All settings at one moment; a change makes a new one, running calls keep what they began with."""

    name: str = ""
    """What callers know the office by; a greeting is proposed with it."""
    country: str = "DE"
    """ISO 3166 code; tells how people type numbers, and the emergency numbers."""
    area_code: str = ""
    """Without the leading zero ("30"); completes numbers dialled without one."""
    access_digit: str = ""
    """The digit dialled before outside numbers for an outside line; empty: they are dialled as they are."""
    language: Language = "de"
    domain: str = ""
    """Name or address phones register to; empty: the box's own address."""
    number: str = ""
    """E.164 shown for people without their own; empty: the first number of the trunk."""
    dial_pause: float = 1.5
    """Seconds between a contact's answer and his extension's first digit."""
    digit_silence: float = 2.5
    """Seconds after the last digit until what was dialled counts (when a longer extension is still possible)."""
    media_timeout: float = 60.0
    """Seconds without any packet from a party before the call is ended."""
    keep_history_days: int = 365
    """For how long calls stay in the history; 0: for ever."""
    keep_messages_days: int = 0
    """For how long messages stay in the mailboxes, heard or not; 0: for ever."""
    keep_done_tasks_days: int = 90
    """For how long tasks that are done can be looked up; 0: for ever."""
    backup_folder: str = ""
    """Where the backup of every night goes; empty: none is made."""
    backup_mount: str = ""
    """The mount point that folder was on when it was given: what is below it at night may be another disk, or none."""
    backup_key: str = field(default="", repr=False)
    """What encrypts it (`store.age.Key`), without the password that opens it; sealed by the box's key."""
    people: dict[str, Person] = field(default_factory=dict)
    """By extension."""
    phones: dict[str, Phone] = field(default_factory=dict)
    """By user name."""
    groups: dict[str, Group] = field(default_factory=dict)
    """By extension."""
    former: dict[str, Former] = field(default_factory=dict)
    """By extension."""
    trunks: dict[str, Trunk] = field(default_factory=dict)
    """By name."""
    numbers: dict[str, Number] = field(default_factory=dict)
    """By E.164."""
    contacts: dict[str, Contact] = field(default_factory=dict)
    """By name."""
    accounts: dict[str, Account] = field(default_factory=dict)
    """By name."""

    @property
    def is_newer(self) -> bool:
        """Whether a newer version wrote it: it may have been tried, and gone back from."""
        return bool(self.beyond)

    @property
    def names(self) -> dict[str, str]:
        """What people and groups are called, by extension."""
        people = {extension: person.name for extension, person in self.people.items()}
        return people | {extension: group.name for extension, group in self.groups.items()}

    def bearer(self, extension: str) -> Person | Group | None:
        """The person or group behind an extension."""
        return self.people.get(extension) or self.groups.get(extension)

    def taken_by(self, extension: str) -> str:
        """Who takes the calls to an extension: whoever was given those of somebody who left; else itself."""
        former = self.former.get(extension)
        return former.to if former and former.to else extension

    def heir_of(self, extension: str) -> str:
        """Whose it is what a call to an extension leaves: whoever takes its calls; the office's ("") if nobody does."""
        taker = self.taken_by(extension)
        return taker if self.bearer(taker) is not None else ""

    def phones_of(self, extension: str) -> tuple[Phone, ...]:
        """A person's devices."""
        return tuple(phone for phone in self.phones.values() if phone.extension == extension)

    def mailboxes_of(self, extension: str) -> tuple[str, ...]:
        """The mailboxes a person hears, by extension: his own, then those of his groups."""
        return (extension, *(group.extension for group in self.groups.values() if extension in group.members))


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
class LegSample:
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
class LegSamples:
    """How one leg's voice went over time."""

    party: str
    """Extension, or outside number."""
    samples: tuple[LegSample, ...]


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
    direction: Direction
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
