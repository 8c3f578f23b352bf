"""Telephone numbers: as people type them, as providers send them, one form (E.164) inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from pbx.exchange.dialling.emergency import emergency_meant, is_service, is_valid
from pbx.sentence import Sentence, Wrong
from pbx.store.models import Number, Office

DIALLED = re.compile(r"[0-9*#+]{1,32}", re.ASCII)
"""All that may come out of a phone's keypad; nothing else ever comes near a trunk."""

_SEPARATORS = re.compile(r"[ \t\u00a0()/.\-\u2010-\u2015]+")
_DIGITS = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
_LOCAL_LEAST, _LOCAL_MOST = 5, 9
"""Fewer digits without an area code are a mistyped extension rather than a number in town; so many are a mobile's."""

_CODES_AT_HOME = 6
_CODES = (("00", 10), ("0", _CODES_AT_HOME), ("+", 8))
"""Digits of an area code at most, with all that stands before it, by how a number begins."""


class BadNumber(Wrong):
    """What was typed is no telephone number; the sentence says why."""


class UnknownAbroad(BadNumber):
    """A number abroad that is possible, but none that is known there."""


class WithDigit(UnknownAbroad):
    """One that would be a number at home without the digit that seems to stand before it for an outside line."""

    def __init__(self, sentence: Sentence, digit: str) -> None:
        super().__init__(sentence)
        self.digit = digit


@dataclass(frozen=True, slots=True)
class Outside:
    """A number of the public network."""

    e164: str


@dataclass(frozen=True, slots=True)
class Service:
    """A short number of the country without an E.164 form: 115, 116117, 11833."""

    number: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """110, 112 and their like: to be put through whatever else forbids it."""

    number: str
    """As the network wants it: without outside-line digit or country code."""


@dataclass(frozen=True, slots=True)
class CalledNumber:
    """Which number of the office a call from a trunk is for."""

    number: Number
    extension: str = ""
    """Digits dialled behind the office's number (direct dialling in), empty if none."""


def to_e164(text: str, office: Office) -> str:
    """A number as people write it in the office's country, in E.164 ("+4930123456").

    Takes +49 30 .., 0049 30 .., 030 .., (030) 12-34, +49 (0)30 .., tel:+49.., and a number in town if the office's area
    code is set. Raises BadNumber.
    """
    digits = _written(text)
    e164 = _e164(digits, office.country, office.area_code, text)
    if not digits.startswith("+") and is_unknown_abroad(e164, office.country):
        _check_digit(digits, office.country, text)
    return e164


def as_written(text: str, office: Office) -> Outside | Service | Emergency:
    """What a number means that people typed to be called, separated as they like. Raises BadNumber."""
    return as_typed(_written(text), office)


def _written(text: str) -> str:
    """`+` and digits of a number as people write it. Raises BadNumber."""
    written = re.sub(r"^tel:", "", text.strip()[:64], flags=re.IGNORECASE)
    if _is_two(written):
        raise BadNumber(Sentence("“{number}” contains more than one number.", number=_shown(text)))
    international = written.startswith("+")
    digits = _SEPARATORS.sub("", re.sub(r"^(\+\d+\s*)\(0\)", r"\1", written) if international else written)
    if not _DIGITS.fullmatch(digits):
        raise BadNumber(Sentence("“{number}” is not a valid number.", number=_shown(text)))
    return digits


def _is_two(written: str) -> bool:
    """Whether two numbers stand there (030 55521 / 55522), and not an area code and a number (033056/12345).

    Glued together they would be one number of the lengths that there are in Germany. Before the slash there are more
    digits than prefix, country code and area code can have, and behind it more than an extension has.
    """
    first, _, second = written.replace("(0)", "").rpartition("/")
    longest = next((most for begin, most in _CODES if first.strip("( ").startswith(begin)), None)
    digits = [sum(map(str.isdigit, part)) for part in (first, second)]
    return longest is not None and digits[0] > longest and digits[1] >= _LOCAL_LEAST


@lru_cache(maxsize=256)
def _e164(digits: str, country: str, area_code: str, typed: str) -> str:
    """E.164 of `+` and digits. Raises BadNumber."""
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    if metadata is None and not digits.startswith("+"):
        raise BadNumber(
            Sentence("Please enter “{number}” with its country code (such as +49 30 …).", number=_shown(typed))
        )
    if metadata and _lacks_plus(digits, metadata):
        digits = f"+{digits}"
    if _is_local(digits, metadata):
        prefix = metadata.national_prefix or "" if metadata else ""
        if not area_code or len(digits) < _LOCAL_LEAST:
            raise BadNumber(
                Sentence(
                    "Please enter “{number}” with its area code (such as {prefix}30 …).",
                    number=_shown(typed),
                    prefix=prefix,
                )
            )
        digits = f"{prefix}{area_code.lstrip('0')}{digits}"
    try:
        number = phonenumbers.parse(digits, country or None)
    except phonenumbers.NumberParseException:
        raise BadNumber(Sentence("“{number}” is not a valid number.", number=_shown(typed))) from None
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict == ValidationResult.TOO_LONG:
        raise BadNumber(Sentence("“{number}” is too long for a phone number.", number=_shown(typed)))
    if verdict in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise BadNumber(Sentence("“{number}” is too short for a phone number.", number=_shown(typed)))
    if verdict != ValidationResult.IS_POSSIBLE or _has_zero_too_much(number):
        raise BadNumber(Sentence("“{number}” is not a valid number.", number=_shown(typed)))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _has_zero_too_much(number: PhoneNumber) -> bool:
    """Whether it begins with a zero in a country where that zero is only dialled, not part of the number."""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    metadata = PhoneMetadata.metadata_for_region(region)
    dialled = metadata is not None and metadata.national_prefix == "0"
    return bool(number.italian_leading_zero) and dialled and not phonenumbers.is_valid_number(number)


def _lacks_plus(digits: str, metadata: PhoneMetadata) -> bool:
    """Whether it is too long for a number in town and begins with the country's code, as from a provider's letter."""
    return len(digits) >= 11 and digits.startswith(str(metadata.country_code)) and is_valid(f"+{digits}", metadata.id)


def _is_local(digits: str, metadata: PhoneMetadata | None) -> bool:
    """Whether the area code is missing: only where national numbers are typed with a leading 0, as in Germany."""
    return bool(metadata and metadata.national_prefix == "0" and digits[0] not in "+0")


def as_typed(dialled: str, office: Office, *, outside_line: bool = False) -> Outside | Service | Emergency:
    """What a keypad's digits mean outside the office. Raises BadNumber.

    A number abroad that is not known there was more likely dialled with a digit for an outside line before it, unless
    they come behind one (`outside_line`). At home whatever is possible goes out: the newest numbers are not known yet.
    Nor is a number abroad refused that is written with +, as callers' numbers are shown, unless it reads like that.
    """
    if not DIALLED.fullmatch(dialled):
        raise BadNumber(Sentence("Only digits, *, # and + can be dialled."))
    if number := emergency_meant(dialled, office.country, office.access_digit):
        return Emergency(number)
    digits = dialled.removesuffix("#")
    if not _DIGITS.fullmatch(digits):
        raise BadNumber(Sentence("“{number}” is not a valid number.", number=_shown(dialled)))
    in_town = bool(office.area_code) and len(digits) >= _LOCAL_LEAST and digits[0] != "1"
    if is_service(digits, office.country) and not in_town:
        return Service(digits)
    try:
        e164 = _e164(digits, office.country, office.area_code, dialled)
    except BadNumber:
        if not outside_line:
            _check_digit(digits, office.country, dialled)
        raise
    if not outside_line and is_unknown_abroad(e164, office.country):
        _check_digit(digits, office.country, dialled)
        if not digits.startswith("+"):
            raise UnknownAbroad(
                Sentence(
                    "“{number}” does not look like a foreign number. If it is correct, enter it with + in front.",
                    number=_shown(dialled),
                )
            )
    return Outside(e164)


def was_meant_whole(dialled: str, behind: str, office: Office) -> bool:
    """Whether the digit for an outside line was forgotten: a number without it, and behind it none in town.

    What the library takes for a number in town may be of any length; none is as long as a mobile's.
    """
    metadata = PhoneMetadata.metadata_for_region(office.country) if office.country else None
    if behind in ("", dialled) or not _is_local(behind, metadata) or not is_valid(dialled, office.country):
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(dialled, office.country))
    return not office.area_code or (kind == PhoneNumberType.MOBILE and len(behind) >= _LOCAL_MOST)


@lru_cache(maxsize=256)
def is_unknown_abroad(e164: str, country: str) -> bool:
    """Whether it is possible as a number of another country, but not known as one."""
    number = phonenumbers.parse(e164, None)
    home = phonenumbers.country_code_for_region(country) if country else 0
    return home not in (0, number.country_code) and not phonenumbers.is_valid_number(number)


def _check_digit(digits: str, country: str, typed: str) -> None:
    """Raises WithDigit if without a 0 or 9 before it this is a number that is dialled with its area code or farther."""
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    if metadata is not None and metadata.international_prefix == "00" and digits.startswith("+"):
        digits = f"00{digits[1:]}"  # some softphones make a + of 00, whatever was meant
    for digit in ("0", "9"):
        rest = digits.removeprefix(digit)
        if rest not in ("", digits) and not _is_local(rest, metadata) and is_valid(rest, country):
            raise WithDigit(
                Sentence(
                    "“{number}” seems to begin with a {digit} for an outside line. Please leave that digit out.",
                    number=_shown(typed),
                    digit=digit,
                ),
                digit,
            )


def split_contact(text: str) -> tuple[str, str]:
    """A contact's number and the extension behind it: `+49 30 123;21`, `#21`, `,21`, `;ext=21`, also as tel: URI.

    The number comes back as written (for `to_e164`), the extension as digits, empty if there is none. Raises BadNumber.
    """
    written = re.sub(r"^\s*tel:", "", text.strip()[:128], flags=re.IGNORECASE)
    number, *rest = re.split(r"[;#,]+", written)
    extension, context = "", ""
    for part in (piece.strip() for piece in rest if piece.strip()):
        name, equals, value = part.partition("=")
        if not equals or name.strip().lower() == "ext":
            if extension:
                raise BadNumber(Sentence("“{number}” contains more than one extension.", number=_shown(text)))
            extension = _SEPARATORS.sub("", value if equals else part)
            if extension.startswith(("0", "+")) and len(extension) > _CODES_AT_HOME:
                raise BadNumber(Sentence("“{number}” contains more than one number.", number=_shown(text)))
            if not re.fullmatch(r"[0-9]{1,10}", extension, re.ASCII):
                raise BadNumber(Sentence("The extension in “{number}” must be a number.", number=_shown(text)))
        elif name.strip().lower() == "phone-context" and re.fullmatch(r"\+[0-9]{1,15}", value.strip(), re.ASCII):
            context = value.strip()  # RFC 3966, section 5.1.5: the local number's prefix
    if not number.strip():
        raise BadNumber(Sentence("“{number}” does not contain a number.", number=_shown(text)))
    return (context + number.strip() if not number.strip().startswith("+") else number.strip()), extension


def called_number(
    candidates: Iterable[str], numbers: Mapping[str, Number], country: str, area_code: str
) -> CalledNumber | None:
    """Which of the office's numbers (by E.164) a trunk call is for; None if no candidate tells.

    `candidates` are user parts where providers put the number (Request-URI, P-Called-Party-ID, To), best first. They
    come as +49.., 0049.., 49.., 030.., without area code, or as only the extension part. Numbers of a block that are
    not listed one by one count for the number they begin with (or begin with but for its final 0, the operator's),
    the rest being the extension dialled.
    """
    texts = [_SEPARATORS.sub("", candidate.partition(";")[0]) for candidate in candidates]
    texts = [text for text in texts if _DIGITS.fullmatch(text)]
    forms = [form for text in texts for form in _forms(text, country, area_code)]
    for form in forms:
        if form in numbers:
            return CalledNumber(numbers[form])
    for form in forms:
        if found := _of_block(form, numbers):
            return found
    return next(filter(None, (_by_extension_part(text, numbers) for text in texts)), None)


def _forms(digits: str, country: str, area_code: str) -> list[str]:
    """All E.164 readings of a provider's digits, likeliest first."""
    if digits.startswith("+"):
        return [digits]
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    if metadata is None:
        return [f"+{digits.removeprefix('00')}"]
    code, forms = f"+{metadata.country_code}", []
    if away := re.match(metadata.international_prefix or "00", digits):
        forms.append(f"+{digits[away.end() :]}")
    if metadata.national_prefix and digits.startswith(metadata.national_prefix):
        forms.append(code + digits.removeprefix(metadata.national_prefix))
    if digits.startswith(code[1:]):
        forms.append(f"+{digits}")
    if area_code:
        forms.append(f"{code}{area_code.lstrip('0')}{digits}")
    return [*forms, code + digits]


def _of_block(form: str, numbers: Mapping[str, Number]) -> CalledNumber | None:
    """The number whose block this one belongs to; the longest one that fits."""
    for e164 in sorted(numbers, key=len, reverse=True):
        for stem in (e164, e164.removesuffix("0")):
            if form.startswith(stem) and len(form) - len(stem) <= 5:
                return CalledNumber(numbers[e164], form.removeprefix(stem))
    return None


def _by_extension_part(digits: str, numbers: Mapping[str, Number]) -> CalledNumber | None:
    """A block's provider may send only the digits behind the base number."""
    if digits.startswith("+") or len(digits) > 5:
        return None
    ending = [number for e164, number in numbers.items() if e164.endswith(digits)]
    if len(ending) == 1:
        return CalledNumber(ending[0])
    if len(numbers) == 1:
        return CalledNumber(next(iter(numbers.values())), digits)
    return None


def caller_number(user: str, office: Office) -> str:
    """A caller's number from the user part of From or P-Asserted-Identity: E.164, or the plain digits of what has
    no such form (115), or empty when it was withheld or is a name."""
    digits = _SEPARATORS.sub("", user.partition(";")[0])
    if not _DIGITS.fullmatch(digits):
        return ""
    readings = [digits] if digits.startswith(("+", "0")) else [f"+{digits}", digits]
    for reading in readings:
        if reading is readings[-1] or is_valid(reading, office.country):
            try:
                return _e164(reading, office.country, office.area_code, reading)
            except BadNumber:
                continue
    return digits.removeprefix("+")


def _shown(text: str) -> str:
    """What somebody typed, safe and short enough for a sentence."""
    return "".join(char for char in text if char.isprintable())[:40]
