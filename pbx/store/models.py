"""What the office is made of: its settings, as frozen values. What is known of each field stands with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pbx.sentence import Sentence
from pbx.store.fields import described
from pbx.store.hosts import host_port
from pbx.store.kinds import (
    Check,
    Choice,
    Days,
    Extension,
    Extensions,
    Kind,
    Line,
    Moment,
    Name,
    OutsideNumber,
    Pin,
    Seconds,
    Secret,
    Sound,
    Switch,
    Text,
    by_command,
    is_backup_key,
    is_domain,
    is_folder,
    is_hash,
    is_phone_password,
    is_trunk_password,
)
from pbx.store.secret_forms import h_a1

Language = Literal["de", "en"]
Strategy = Literal["all", "in-order", "longest-idle"]
ExtensionDialling = Literal["off", "all", "distribution"]
Role = Literal["admin", "user"]

LANGUAGES = Choice({"de": "Deutsch", "en": "English"})
USER_NAME = Check(
    re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}").fullmatch,
    Sentence("Can contain only letters, digits, dots and dashes."),
)
TRUNK_NAME = Check(
    re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}").fullmatch,
    Sentence("Can contain only letters, digits, spaces, dots and dashes, 40 at most."),
)
HOST_PORT = Check(host_port, Sentence("Must be a host name or address, with “:” and a port if needed."), "HOST[:PORT]")
PROVIDER = Check(re.compile(r"[a-z0-9][a-z0-9-]{0,39}").fullmatch, Sentence("Must be the short name of a provider."))
TAIL = Check(re.compile(r"[0-9*#]{1,20}").fullmatch, Sentence("Can contain only digits, * and #."))
COUNTRY = Check(re.compile(r"[A-Z]{2}").fullmatch, Sentence("Must be two capital letters, such as DE."), "CC")
AREA_CODE = Check(re.compile(r"[0-9]{0,6}").fullmatch, Sentence("Must be digits only, such as 30."), "DIGITS")
DIGIT = Check(re.compile(r"[0-9]").fullmatch, Sentence("Must be a single digit, or empty."), "DIGIT")
FOLDER = Check(is_folder, Sentence("Must be a full path, like /media/stick."))
BACKUP_KEY = Secret(is_backup_key, Sentence("Must be set by giving a password, never by hand."))


@dataclass(frozen=True, slots=True)
class Setting:
    """What all that is set has in common."""

    unknown_fields: tuple[tuple[str, Any], ...] = field(default=(), repr=False, hash=False, kw_only=True)
    """Fields with their values that a newer version wrote: not understood, and written back as they are."""


@dataclass(frozen=True, slots=True)
class Person(Setting):
    """Somebody who works here; their extension is their key."""

    extension: str = described(
        "Extension",
        Extension(),
        "If you change it, phones, groups, numbers, messages and tasks move to the new extension.",
    )
    name: str = described("Name", Name())
    language: Language = described("Language of announcements", LANGUAGES, default="de")
    reachable: bool = described(
        "Outside callers can dial the extension",
        Switch(Sentence("reachable from outside"), Sentence("no longer reachable from outside"), no="not"),
        "Colleagues always can.",
        default=True,
    )
    outbound_only: bool = described(
        "Outgoing calls only",
        Switch(Sentence("outgoing calls only"), Sentence("takes calls again")),
        "Nobody can call here, not even through a group.",
        default=False,
    )
    voicemail: bool = described(
        "Voicemail", Switch(), "When nobody answers, callers can leave a message.", default=True
    )
    ring_seconds: float = described("Ringing time", Seconds(1, 600), argument="ring", default=25.0)
    number: str = described(
        "Number shown on outgoing calls",
        OutsideNumber(),
        "Colleagues who dial this number reach the extension directly, without going through the provider.",
        default="",
    )
    """Their own outside number (E.164); empty: the office's."""
    pin: str = described("Voicemail PIN", Pin(), "4 to 10 digits, for listening to messages by phone.", default="")
    """Its scrypt hash; empty: none is set, so no voicemail by phone."""
    announcement: str = described("Announcement", Sound(), "What callers hear when nobody answers.", default="")
    """Empty: the spoken default."""


@dataclass(frozen=True, slots=True)
class Phone(Setting):
    """One device's account; several may belong to a person."""

    username: str = described("User name", USER_NAME)
    """User part of the AOR and digest user name; made by the box."""
    extension: str = described("Extension", Kind())
    password: str = described(
        "Password", Secret(is_phone_password, Sentence("Must not be empty or contain control characters.")), repr=False
    )
    """What digest needs of it, and it itself, sealed (`store.secret_forms`); in clear only before it is kept."""
    label: str = described(
        "Name of the phone",
        Text(),
        "Helps you tell several phones apart, for example “Desk” or “Mobile”.",
        argument="name",
        default="",
    )

    def h_a1(self, realm: str, algorithm: str) -> str:
        """What digest compares with (RFC 7616, section 3.4.2), in hex; empty when it is kept for another realm."""
        return h_a1(self.username, realm, self.password, algorithm)


@dataclass(frozen=True, slots=True)
class Group(Setting):
    """Several people behind one extension."""

    extension: str = described("Extension", Extension())
    name: str = described("Name", Name())
    members: tuple[str, ...] = described("Members", Extensions())
    """Extensions of people, in ringing order."""
    strategy: Strategy = described(
        "Ringing order",
        Choice(
            {
                "all": Sentence("all at once"),
                "in-order": Sentence("one after the other"),
                "longest-idle": Sentence("longest idle first"),
            }
        ),
        default="all",
    )
    ring_seconds: float = described("Total ringing time", Seconds(1, 3600), argument="ring", default=25.0)
    """How long all of it may ring; in order, each member gets a share."""
    voicemail: bool = described(
        "Voicemail",
        Switch(),
        "When nobody answers, callers can leave a message that every member can hear.",
        default=True,
    )


@dataclass(frozen=True, slots=True)
class RetiredExtension(Setting):
    """The extension of somebody who left: nobody else gets it, and somebody may take the calls to it."""

    extension: str = described("Extension", Extension())
    name: str = described("Name", Name())
    """Who had it."""
    to: str = described("Who gets calls to the extension", Kind(), short="Rings", default="")
    """Extension of the person or group that takes its calls; empty: it leads nowhere."""
    until: float = described("Reserved until", Moment(), default=0.0)
    """Unix time from which on anybody may have it; 0: not before it is released."""


@dataclass(frozen=True, slots=True)
class Trunk(Setting):
    """A way to the telephone network: a registration at a provider, or a peer known by its address."""

    name: str = described("Name", TRUNK_NAME, by="trunk add")
    peer: str = described("Address of the peer", HOST_PORT, default="")
    """HOST[:PORT] of a peering trunk; empty for a registering one."""
    user: str = described("SIP user name", Kind(), by="account", default="")
    """User part of the AOR we register (From user)."""
    domain: str = described("Registrar (SIP server)", Kind(), by="account", default="")
    """Host part of the AOR: the provider's SIP domain."""
    password: str = described(
        "SIP password",
        Secret(is_trunk_password, Sentence("Must not contain control characters, or spaces at either end.")),
        default="",
        repr=False,
    )
    """Sealed by the box's key (`store.secret_forms`); in clear only before it is kept."""
    auth_user: str = described("Authentication user", Text(128), "Only if it differs from the user name.", default="")
    """Digest user name when it is not `user`."""
    proxy: str = described("Outbound proxy", HOST_PORT, "Only if the provider's letter names one.", default="")
    """Outbound proxy HOST[:PORT]; empty: RFC 3263 on the domain."""
    transport: Literal["", "udp", "tcp", "tls"] = described(
        "Transport", Choice({"": Sentence("automatic"), "udp": "UDP", "tcp": "TCP", "tls": "TLS"}), default=""
    )
    """Empty: as DNS says, else UDP."""
    provider: str = described("Provider", PROVIDER, by="provider", default="")
    """Key of the provider it was made from (`administration.providers`); empty: of none."""


@dataclass(frozen=True, slots=True)
class Number(Setting):
    """One of the office's outside numbers."""

    e164: str = described(
        "Number", OutsideNumber(), "Write it as on a business card, for example 030 123450.", argument="number"
    )
    trunk: str = described("Line", Line())
    to: tuple[str, ...] = described(
        "Who to ring if callers dial no extension",
        Extensions(),
        "All of them ring at once. If nobody answers, callers reach the first one's mailbox.",
        short="Rings",
    )
    """The distribution: extensions of people and groups."""
    greeting: str = described("Greeting", Sound(), "What callers of the number hear first.", default="")
    """Empty: the spoken default, if extensions may be dialled."""
    extensions: ExtensionDialling = described(
        "Extensions callers may dial",
        Choice(
            {
                "all": Sentence("all"),
                "distribution": Sentence("only those this number rings"),
                "off": Sentence("none: callers cannot dial during the greeting"),
            }
        ),
        default="all",
    )


@dataclass(frozen=True, slots=True)
class Contact(Setting):
    """Somebody outside whom the office calls."""

    name: str = described("Name", Name())
    number: str = described(
        "Number",
        OutsideNumber(),
        "If there is an extension, add it after a semicolon: +49 30 123456;21. The box dials it as soon as somebody"
        " answers.",
    )
    extension: str = described("Extension", TAIL, default="")
    """Dialled as telephone-events after the answer."""


@dataclass(frozen=True, slots=True)
class Account(Setting):
    """Somebody who may log in at the web page."""

    name: str = described("Login name", Name(), short="Name")
    """No two differ only in capitals."""
    password: str = described(
        "Password", Secret(is_hash, by_command("durchwahl account set NAME --password-file")), default="", repr=False
    )
    """scrypt hash; empty: they were invited and have not chosen one yet."""
    role: Role = described("Role", Choice({"admin": Sentence("admin"), "user": Sentence("user")}), default="user")
    extension: str = described("Person", Kind(), default="")
    """The extension of the person they are; empty: an admin who has none."""
    language: Language = described("Language", LANGUAGES, default="de")
    """In which the page speaks to them."""
    mailboxes: tuple[str, ...] = described(
        "Can also listen to these mailboxes",
        Extensions(),
        "People can always listen to their own mailbox and those of their groups. Any others have to be chosen"
        " here, even for admins.",
        short="Mailboxes of others",
        default=(),
    )


@dataclass(frozen=True, slots=True)
class Office(Setting):
    """All settings at one moment; a change makes a new one, running calls keep what they began with."""

    name: str = described("Name of the office", Name(), "The name callers know, for example Example Ltd.", default="")
    country: str = described(
        "Country",
        COUNTRY,
        "The country determines how numbers are dialled and which ones are emergency numbers.",
        default="DE",
    )
    """ISO 3166 code."""
    area_code: str = described(
        "Area code", AREA_CODE, "Added to numbers that are dialled without an area code, for example 020.", default=""
    )
    """Without the leading zero ("30")."""
    access_digit: str = described(
        "Digit for outside calls",
        DIGIT,
        "Dialled before every outside number, if people here are used to that. No extension may start with this"
        " digit. Emergency numbers and numbers that start with + work with or without it.",
        default="",
    )
    """Empty: outside numbers are dialled as they are."""
    language: Language = described(
        "Language of the box", LANGUAGES, "The box speaks to callers in this language.", default="de"
    )
    number: str = described(
        "Number shown on outgoing calls",
        OutsideNumber(),
        "For people without a number of their own. Leave empty to use the first number of the line.",
        default="",
    )
    """E.164."""
    domain: str = described(
        "Name of the box on your network",
        Check(is_domain, Sentence("Must be a host name or an IP address."), "HOST"),
        "Phones use this name to find the box. If it is empty, they use the box's address, which should"
        " then never change.",
        default="",
    )
    dial_pause: float = described(
        "Pause before dialling a contact's extension",
        Seconds(0, 30),
        "After the call is answered. Choose a longer pause if the other side plays a greeting first.",
        default=1.5,
    )
    digit_silence: float = described(
        "Wait for another digit for",
        Seconds(0.2, 30),
        "Only matters where a longer extension starts with the same digits.",
        default=2.5,
    )
    media_timeout: float = described(
        "End calls without sound after",
        Seconds(1, 86400),
        "If nothing at all arrives from the other side any more, for example after a power cut there.",
        default=60.0,
    )
    keep_history_days: int = described(
        "Calls",
        Days(),
        "Including what happened, the sound quality and who was on the line.",
        short="Calls kept",
        by="retention",
        default=365,
    )
    keep_messages_days: int = described(
        "Messages",
        Days(),
        "Deleted without asking, even if nobody has heard them.",
        short="Messages kept",
        by="retention",
        default=0,
    )
    keep_done_tasks_days: int = described(
        "Finished tasks",
        Days(),
        "Open tasks stay until they are done.",
        short="Finished tasks kept",
        by="retention",
        default=90,
    )
    backup_folder: str = described("Folder of the nightly backup", FOLDER, by="nightly", default="")
    """Empty: none is made."""
    backup_mount: str = described("Disk of the nightly backup", FOLDER, by="nightly", default="")
    """The mount point that folder was on when it was given: what is below it at night may be another disk, or none."""
    backup_key: str = described("Password of the nightly backup", BACKUP_KEY, by="nightly", default="", repr=False)
    """What encrypts it (`store.age.Key`), without the password that opens it; sealed by the box's key."""
    people: dict[str, Person] = field(default_factory=dict)
    """By extension."""
    phones: dict[str, Phone] = field(default_factory=dict)
    """By user name."""
    groups: dict[str, Group] = field(default_factory=dict)
    """By extension."""
    former: dict[str, RetiredExtension] = field(default_factory=dict)
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
        return bool(self.unknown_fields)

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
        """The mailboxes a person hears, by extension: their own, then those of their groups."""
        return (extension, *(group.extension for group in self.groups.values() if extension in group.members))
