"""Emergency and other short numbers of a country: the ones that must never be missed, hidden or given away."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, shortnumberinfo


@lru_cache(maxsize=64)
def emergency_numbers(country: str) -> frozenset[str]:
    """The emergency numbers of a country (ISO 3166 code); never empty, so that a wrong setting cannot disarm them."""
    known = {
        number
        for number in map(str, range(10, 1000))
        if country and shortnumberinfo.is_emergency_number(number, country.upper())
    }
    return frozenset(known or {"110", "112"})


def is_emergency(dialled: str, country: str) -> bool:
    """Whether exactly this is an emergency number."""
    return dialled in emergency_numbers(country)


@lru_cache(maxsize=4096)
def is_service(number: str, country: str) -> bool:
    """Whether a short number has a meaning of its own in the country: 115, 116117, 118xx, but also 110.

    Some countries' patterns call nearly every short number one (Switzerland: all that begin with 2 to 9). Where more
    than half of the numbers of the same length and first digit match, the pattern tells nothing and does not count.
    """
    pattern = _short_pattern(country)
    if pattern is None or not re.fullmatch("[0-9]{2,6}", number, re.ASCII) or not pattern.fullmatch(number):
        return False
    return not _tells_nothing(country, number[0], len(number))


@lru_cache(maxsize=256)
def _tells_nothing(country: str, first: str, length: int) -> bool:
    pattern = _short_pattern(country)
    siblings = [f"{first}{rest:0{length - 1}}" for rest in range(0, 10 ** (length - 1), 7 if length > 3 else 1)]
    return pattern is not None and sum(1 for each in siblings if pattern.fullmatch(each)) * 2 > len(siblings)


@lru_cache(maxsize=64)
def _short_pattern(country: str) -> re.Pattern[str] | None:
    metadata = PhoneMetadata.short_metadata_for_region(country.upper()) if country else None
    text = metadata.short_code.national_number_pattern if metadata and metadata.short_code else None
    return re.compile(text) if text else None


def emergency_meant(dialled: str, country: str, access_digit: str = "") -> str:
    """The emergency number somebody means who dialled this; empty if none.

    Besides the plain number: with the office's digit for an outside line before it; with a `#` behind it as on old
    phones; with the outside-line 0 of an old office before it, or with the country code that an address book put there
    (+49112), if no valid number begins like that, so that nobody who was slow to dial an area code ends up at the fire
    brigade.
    """
    if number := _meant(dialled, country):
        return number
    return _meant(dialled[1:], country) if access_digit and dialled.startswith(access_digit) else ""


def _meant(dialled: str, country: str) -> str:
    """As `emergency_meant`, in an office without a digit for an outside line."""
    digits = dialled.removesuffix("#")
    if is_emergency(digits, country):
        return digits
    code = str(phonenumbers.country_code_for_region(country) or "")
    for prefix in ("0", f"+{code}", f"00{code}") if code else ("0",):
        number = digits.removeprefix(prefix)
        if number != digits and is_emergency(number, country) and not _begins_a_number(digits, country):
            return number
    return ""


@lru_cache(maxsize=256)
def _begins_a_number(digits: str, country: str) -> bool:
    """Whether some valid number is typed with these digits first.

    The library's patterns cannot be asked that, so that a spread of endings of each length is tried.
    """
    for length in range(11):
        lead = min(length, 2)
        for start in range(10**lead):
            for fill in "05":
                ending = (f"{start:0{lead}}" if lead else "") + fill * (length - lead)
                if is_valid(digits + ending, country):
                    return True
    return False


def is_valid(text: str, country: str) -> bool:
    """Whether the library knows the number, typed in that country, as one that may exist."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country or None))
    except phonenumbers.NumberParseException:
        return False
