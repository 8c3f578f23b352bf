"""The dial plan: what a phone's digits mean, and whom outside callers may dial; pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pbx.exchange.dialling.emergency import emergency_meant
from pbx.exchange.dialling.numbers import (
    DIALLED,
    BadNumber,
    Emergency,
    Outside,
    Service,
    UnknownAbroad,
    WithDigit,
    as_typed,
    was_meant_whole,
)
from pbx.store.models import Number, Office, Person

VOICEMAIL = "*97"

Refusal = Literal[
    "no-such-extension", "own-extension", "not-reachable", "bad-number", "unknown-code", "no-trunk",
    "with-access-digit", "without-access-digit", "unknown-abroad",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToPerson:
    """Ring a colleague."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToGroup:
    """Ring a group."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToVoicemail:
    """Let the caller hear their own mailbox."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToOutside:
    """Call out over a trunk."""

    number: str
    """E.164, or a short service number of the country as dialled (115)."""
    caller_number: str
    """E.164 to show; empty if the office has none."""


@dataclass(frozen=True, slots=True)
class ToEmergency:
    """Call out over any trunk that works, whatever would forbid another call."""

    number: str
    caller_number: str


@dataclass(frozen=True, slots=True)
class Undialable:
    """The call cannot be made."""

    reason: Refusal
    digit: str = ""
    """The digit for an outside line that was dialled needlessly or left out."""


Plan = ToPerson | ToGroup | ToVoicemail | ToOutside | ToEmergency | Undialable


def plan(dialled: str, caller: Person, office: Office) -> Plan:
    """What a registered phone wants with the string it dialled.

    Emergency numbers come before everything else, also before an extension that somebody wrote over one by hand. Where
    the office has a digit for an outside line, whatever goes out begins with it, but for emergency numbers and those
    with a +: a phone's list of calls has them like that.
    """
    if not DIALLED.fullmatch(dialled):
        return Undialable("bad-number")
    if number := emergency_meant(dialled, office.country, office.access_digit):
        return ToEmergency(number, caller_number(caller, office))
    digits = dialled.removesuffix("#")
    if digits == VOICEMAIL:
        return ToVoicemail(caller.extension)
    digits = office.taken_by(digits)
    if digits in office.people or digits in office.groups:
        return _inside(digits, caller, office)
    return _outside(digits, caller, office)


def _inside(extension: str, caller: Person, office: Office) -> Plan:
    if extension in office.groups:
        return ToGroup(extension)
    if extension == caller.extension:
        return Undialable("own-extension")
    if office.people[extension].outbound_only:
        return Undialable("not-reachable")
    return ToPerson(extension)


def _outside(dialled: str, caller: Person, office: Office) -> Plan:
    line = office.access_digit
    behind = dialled.removeprefix(line)
    if not behind.lstrip("+").isdigit():
        return Undialable("unknown-code" if behind == dialled or behind else "bad-number")
    if line and behind == dialled and not dialled.startswith("+"):
        return Undialable("no-such-extension") if _is_short(dialled) else Undialable("without-access-digit", digit=line)
    try:
        meant = as_typed(behind, office, outside_line=behind != dialled)
    except BadNumber as wrong:
        return _wrong(dialled, behind, office, wrong)
    shown = caller_number(caller, office)
    if isinstance(meant, Emergency):
        return ToEmergency(meant.number, shown)
    if isinstance(meant, Outside) and was_meant_whole(dialled, behind, office):
        return Undialable("without-access-digit", digit=line)
    number = meant.number if isinstance(meant, Service) else meant.e164
    if extension := _colleague(number, office):
        return _inside(extension, caller, office)
    return ToOutside(number, shown) if office.trunks else Undialable("no-trunk")


def _wrong(dialled: str, behind: str, office: Office, wrong: BadNumber) -> Undialable:
    """Why it is not a number, as far as we can guess what was meant."""
    if isinstance(wrong, WithDigit):
        return Undialable("with-access-digit", wrong.digit)
    if isinstance(wrong, UnknownAbroad):
        return Undialable("unknown-abroad")
    if was_meant_whole(dialled, behind, office):
        return Undialable("without-access-digit", digit=office.access_digit)
    return Undialable("no-such-extension") if _is_short(behind) else Undialable("bad-number")


def _is_short(digits: str) -> bool:
    """Whether it is more likely a mistyped extension than a number."""
    return len(digits) <= 4 and not digits.startswith(("0", "+"))


def _colleague(e164: str, office: Office) -> str:
    """The extension of the person who has this personal number; empty if nobody has.

    A number that several share is none: calling it is calling the office.
    """
    for person in office.people.values():
        if person.number == e164 and not person.outbound_only:
            return person.extension
    number = office.numbers.get(e164)
    if number and len(number.to) == 1 and number.to[0] in (office.people.keys() | office.groups.keys()):
        return number.to[0]
    return ""


def caller_number(caller: Person, office: Office, trunk: str = "") -> str:
    """The number to show for a person's call out: their own, else the office's, else the trunk's first; "" if none.

    Without a trunk's name the first number of any trunk.
    """
    if caller.number or office.number:
        return caller.number or office.number
    return next((number.e164 for number in office.numbers.values() if trunk in ("", number.trunk)), "")


def greets(number: Number) -> bool:
    """Whether callers are answered at once and greeted; otherwise they hear the phones ring."""
    return bool(number.greeting) or number.extensions != "off"


def dialable(number: Number, office: Office) -> frozenset[str]:
    """The extensions that mean something when dialled into this number's greeting.

    Wider than `reachable`: callers who dial somebody unreachable are told so, not that they dialled wrong.
    """
    if number.extensions == "off":
        return frozenset()
    people = {person.extension for person in office.people.values() if not person.outbound_only}
    bearers = people | office.groups.keys()
    return frozenset(bearers | {former.extension for former in office.former.values() if former.to in bearers})


def reachable(extension: str, number: Number, office: Office) -> bool:
    """Whether a caller on this number may reach the extension by dialling it."""
    if extension not in dialable(number, office):
        return False
    extension = office.taken_by(extension)
    person = office.people.get(extension)
    if person and not person.reachable:
        return False
    return number.extensions == "all" or extension in distribution(number, office)


def distribution(number: Number, office: Office) -> frozenset[str]:
    """All extensions in the number's distribution: those listed, and the members of listed groups."""
    groups = (office.groups[each] for each in number.to if each in office.groups)
    return frozenset(number.to).union(*(group.members for group in groups))
