"""What a phone dials, read off its Request-URI as keys of a telephone (RFC 3261, 19.1.6; RFC 3966).

Address books write numbers for people: `+49 (30) 555-00`. What only helps reading is taken out; whether the rest are
keys, is the dial plan's strict rule (`numbers.DIALLED`). Other blanks and dashes of Unicode, and the slash, are no
visual separators by RFC 3966: such a string is no number and is refused.
"""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers

from pbx.exchange.dialling.emergency import emergency_meant
from pbx.sip.uri import Uri, unescape
from pbx.store.models import Office

_SEPARATORS = str.maketrans("", "", "-.() ")
"""The visual separators of RFC 3966, section 3, and the blank, which that RFC forbids and address books send."""
_MEANS_MORE = ("ext", "isub", "postd")
"""Parameters that ask for digits after the answer: they are not dropped silently."""


def keys(text: str) -> str:
    """The text without what only helps reading; nothing says yet that the rest are keys."""
    return text.translate(_SEPARATORS)


def dialled(uri: Uri, office: Office, here: Collection[str]) -> str:
    """What was dialled; whatever asks for something else than a number's digits comes back as it is.

    A tel: URI, or a SIP URI with user=phone, may carry parameters. A local number counts if its phone-context is this
    office's: the beginning of its numbers, or one of `here`, the names this exchange goes by (RFC 3966, 5.1.5). To an
    emergency number that does not matter.
    """
    is_tel = uri.scheme == "tel"
    written = uri.opaque if is_tel else uri.user or ""
    if not is_tel and (uri.param("user") or "").lower() != "phone":
        return keys(written)
    number, *parameters = written.split(";")
    read = unescape if is_tel else str  # a SIP URI's user was read already, and nothing is read twice
    found = keys(read(number))
    named = {name.lower(): read(value) for name, _, value in (each.partition("=") for each in parameters)}
    if emergency_meant(found, office.country, office.access_digit):
        return found
    if any(name in _MEANS_MORE or name.startswith("m-") for name in named):
        return written
    context = named.get("phone-context")
    local = context is not None and not found.startswith("+")
    return written if local and not _is_here(context or "", office, here) else found


def is_for_emergency(uri: Uri, office: Office) -> bool:
    """Whether an emergency number was dialled, however it is written."""
    return bool(emergency_meant(dialled(uri, office, ()), office.country, office.access_digit))


def _is_here(context: str, office: Office, here: Collection[str]) -> bool:
    """Whether a local number's context is this office: its numbers begin like that, or it has that name."""
    if not context.startswith("+"):
        return context.lower() in here
    begins = keys(context)
    code = phonenumbers.country_code_for_region(office.country) if office.country else 0
    places = [f"+{code}{office.area_code}", *office.numbers] if code else list(office.numbers)
    return len(begins) > 1 and any(place.startswith(begins) for place in places)
