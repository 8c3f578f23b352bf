"""Who wants to stay unnamed (RFC 3323, RFC 3325), and a message of theirs as it may be kept then.

In doubt somebody is not named: a number that was shown cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pbx.sip.address import Address
from pbx.sip.grammar import BLANK, ParseError
from pbx.sip.headers import canonical
from pbx.sip.message import Request, Response
from pbx.sip.redaction import HIDDEN

_HARMLESS = frozenset({"none", "history"})
"""The words of Privacy that do not concern who calls: nothing is wanted; only History-Info."""
_IDENTITIES = ("P-Asserted-Identity", "P-Preferred-Identity")
_NOBODY = frozenset({"anonymous", "anonym", "restricted", "private"})
"""What stands for a number or a name that was taken out."""

_OPEN = frozenset((
    *("Via", "CSeq", "Call-ID", "Max-Forwards", "Privacy", "Reason", "Warning", "Date", "Timestamp", "MIME-Version"),
    *("Allow", "Allow-Events", "Supported", "Require", "Proxy-Require", "Unsupported", "Event", "Subscription-State"),
    *("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "Content-Length", "Content-Encoding"),
    *("Content-Disposition", "User-Agent", "Server", "Session-Expires", "Min-SE", "Expires", "Min-Expires"),
    *("RSeq", "RAck", "Retry-After", "WWW-Authenticate", "Proxy-Authenticate"),
))  # fmt: skip
"""Header fields that name no person; of all others only the host of an address is kept."""
_HOST = re.compile(r"(sips?:)(?:[^@<>\"]*@)?(\[[0-9a-f:.]+\]|[\w.\-]+)((?::\d+)?)", re.IGNORECASE)
_TAG = re.compile(r";[ \t]*tag[ \t]*=[ \t]*[\w.!%*+`'~\-]+", re.IGNORECASE)
_USER = re.compile(r"(?:sips?|tel):([^@;>?\s]+)", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^0-9]+")
_TAIL = 6
"""Digits at the end of a number that tell it, however the country or the area are written before them."""


def is_withheld(message: Request | Response) -> bool:
    """Whether its sender wants to stay unnamed: Privacy says so, or what stands where a name or number would."""
    asked = {word for line in message.headers.all("Privacy") for word in re.split(r"[;, \t]+", line.lower())} - {""}
    if "Privacy" in message.headers and not (asked and asked <= _HARMLESS):
        return True
    if isinstance(message, Response):
        return False
    identities = (message.from_, *(each for name in _IDENTITIES for each in addresses(message, name)))
    parties = addresses(message, "Remote-Party-ID")
    return (
        any(map(_is_nobody, (*identities, *parties)))
        or any(map(_is_private, parties))
        or len(parties) < len(message.headers.items("Remote-Party-ID"))
    )


def addresses(message: Request | Response, name: str) -> tuple[Address, ...]:
    """The addresses of a header that is a list, over all its lines; what cannot be read is left out."""
    found = []
    for value in message.headers.items(name):
        try:
            found.append(Address.parse(value))
        except ParseError:
            continue
    return tuple(found)


def _is_nobody(address: Address) -> bool:
    """RFC 3323, 4.1.1.3; `invalid` and the hosts below it are nobody's."""
    user = (address.uri.user or address.uri.opaque).partition(";")[0]
    top = address.uri.host.rstrip(".").rpartition(".")[2]
    return top == "invalid" or bool(_NOBODY & {user.lower(), address.display.strip().lower()})


def _is_private(party: Address) -> bool:
    """What came before RFC 3323: the parameter `privacy` of Remote-Party-ID, full, name or uri."""
    return (party.param("privacy") or "off").lower().partition("-")[0] != "off"


def unnamed(text: str, sent: bool) -> str:
    """A redacted message (`redaction.redacted`) of a dialog with such a party, without who that is.

    `sent` tells that we sent it. Our own side, the number that was called, stays.
    """
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    is_request = not first.startswith("SIP/2.0 ")
    theirs = "From" if is_request != sent else "To"
    if is_request and sent:
        method, _, rest = first.partition(" ")
        first = f"{method} {_HOST.sub(_only_host, rest)}"
    shown = "\n".join([first, *(_field(line, theirs, sent) for line in lines)])
    return f"{shown}\n\n{_body(body, sent)}" if body else shown


def _field(line: str, theirs: str, sent: bool) -> str:
    name, _, value = line.partition(":")
    spelled = canonical(name.strip(BLANK))
    ours = {"From", "To"} - {theirs} | ({"Contact"} if sent else set())
    if spelled in _OPEN or spelled in ours:
        return line
    place, tag = _HOST.search(value), _TAG.search(value)
    return f"{name}: {f'<{_only_host(place)}>' if place else HIDDEN}{tag[0] if tag else ''}"


def _only_host(found: re.Match[str]) -> str:
    return f"{found[1]}{HIDDEN}@{found[2]}{found[3]}"


def _body(body: str, sent: bool) -> str:
    """A session description less the names in it; of other bodies only keys, which are blacked out already."""
    if sent or body.startswith("Signal"):
        return body
    if not body.startswith("v=0"):
        return HIDDEN
    lines = (re.sub(r"^o=\S+", f"o={HIDDEN}", line) for line in body.split("\n"))
    return "\n".join(f"s={HIDDEN}" if line.startswith("s=") else line for line in lines)


def numbers_of(message: Request | Response) -> frozenset[str]:
    """The ends of all telephone numbers by which the sender names themselves, for `without`."""
    named = [value for name, value in message.headers if name not in _OPEN | {"To"}]
    users = [user for value in named for user in _USER.findall(value)] + [value for value in named if "@" not in value]
    digits = (_NO_DIGIT.sub("", user.partition(";")[0]) for user in users)
    return frozenset(number[-_TAIL:] for number in digits if _TAIL <= len(number) <= 20)


def without(text: str, endings: Iterable[str]) -> str:
    """The text less every number that ends so, wherever it stands."""
    for ending in endings:
        if ending in text:
            text = re.sub(rf"[+0-9]*{ending}", HIDDEN, text)
    return text
