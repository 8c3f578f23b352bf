"""Which extensions are free, and whether a wanted one may be had."""

from __future__ import annotations

import re

from pbx.exchange.dialling.emergency import emergency_numbers, is_service
from pbx.sentence import Sentence, Wrong
from pbx.store.models import Office


class BadExtension(Wrong):
    """The wanted extension can belong to nobody; the sentence says why."""


def free_extension(office: Office) -> str:
    """The first free extension of three digits.

    Never an emergency or service number, and never one that begins another extension or that another one begins, so
    that no caller has to wait for the exchange to be sure. Raises BadExtension when all are used up.
    """
    taken = {*office.people, *office.groups, *office.former}
    for extension in map(str, range(100, 1000)):
        if not why_not(extension, office.country, office.access_digit) and not any(
            _hides(extension, other) for other in taken
        ):
            return extension
    raise BadExtension(Sentence("All three-digit extensions are in use."))


def check_extension(office: Office, wanted: str, but_for: str | None = None) -> str:
    """The wanted extension, if it may be had.

    `but_for` is the extension its bearer has now: keeping one's own is no clash. Raises BadExtension.
    """
    extension = wanted.strip()
    if reason := why_not(extension, office.country, office.access_digit):
        raise BadExtension(reason)
    owner = office.bearer(extension) or office.former.get(extension)
    if owner and extension != but_for:
        taken = Sentence("Extension {extension} belongs to {owner}.", extension=extension, owner=owner.name)
        free = _free_or_nothing(office)
        raise BadExtension(taken.then(Sentence("{extension} is free.", extension=free) if free else ""))
    return extension


def why_not(extension: str, country: str, access_digit: str = "") -> str:
    """Why this can be nobody's extension in the country, as a sentence; empty if it can.

    Whatever begins with the digit for an outside line goes out: an extension that did would hide a number, or read as
    that digit and an emergency number.
    """
    if not re.fullmatch("[0-9]{2,4}", extension, re.ASCII):
        return Sentence("An extension has 2 to 4 digits.")
    if extension.startswith("0"):
        return Sentence("An extension cannot begin with 0, because outside numbers begin with it.")
    if access_digit and extension.startswith(access_digit):
        return Sentence(
            "An extension cannot begin with {digit}, because that digit gets an outside line.", digit=access_digit
        )
    for number in sorted(emergency_numbers(country)):
        if extension == number:
            return Sentence("{extension} is an emergency number.", extension=extension)
        if _hides(extension, number):
            return Sentence(
                "{extension} could be mistaken for the emergency number {number}.", extension=extension, number=number
            )
    if is_service(extension, country):
        return Sentence("{extension} is a service number of the telephone network.", extension=extension)
    return ""


def _hides(one: str, other: str) -> bool:
    """Whether they are equal, or dialling one of them passes through the other."""
    return one.startswith(other) or other.startswith(one)


def _free_or_nothing(office: Office) -> str:
    try:
        return free_extension(office)
    except BadExtension:
        return ""
