"""What a REGISTER asks for, and why it may not have it (RFC 3261, 10.3; RFC 3327)."""

from dataclasses import dataclass

from pbx.exchange.phones.devices import instance_of
from pbx.sip.address import Address
from pbx.sip.message import Request
from pbx.sip.uri import Uri

SHORTEST, USUAL, LONGEST = 60, 600, 3600
"""Seconds a binding may be asked for, gets without asking, and gets at most."""
FRAGILE = 120
"""Seconds that a binding gets at most which hangs on what may break unnoticed: by then its phone is back by itself."""
PER_PHONE = 5
"""Bindings of one account; the longest unrefreshed one gives way."""
LONGEST_CONTACT = 512
MOST_HOPS = 8
LONGEST_PATH = 1024
"""Path values, and characters of all of them: they are stored, and go into every request to the phone."""


@dataclass(frozen=True, slots=True)
class RequestedContact:
    """One Contact of a REGISTER."""

    uri: Uri
    text: str
    seconds: int
    q: float
    instance: str = ""
    reg_id: str = ""


class NotGranted(Exception):
    """The REGISTER cannot be granted."""

    def __init__(self, status: int, reason: str = "", *headers: tuple[str, str]) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def requested_contacts(request: Request) -> list[RequestedContact]:
    """Its Contacts, one by one. Raises NotGranted; ParseError for what cannot be read."""
    _check_path(request)
    usual = request.expires
    contacts = [_requested_contact(contact, USUAL if usual is None else usual) for contact in request.contacts]
    if len(contacts) > PER_PHONE:
        raise NotGranted(403, "Too many contacts")
    if any(0 < contact.seconds < SHORTEST for contact in contacts):
        raise NotGranted(423, "", ("Min-Expires", str(SHORTEST)))
    return contacts


def _check_path(request: Request) -> None:
    """Whether Path (RFC 3327) can become the Route of requests; raises NotGranted or ParseError."""
    path = request.headers.values("Path")
    if len(path) > MOST_HOPS or sum(map(len, path)) > LONGEST_PATH:
        raise NotGranted(400, "Path is too long")
    for value in path:
        Address.parse(value)


def _requested_contact(contact: Address, usual: int) -> RequestedContact:
    text = str(contact.uri)
    if contact.uri.scheme not in ("sip", "sips") or not contact.uri.host or len(text) > LONGEST_CONTACT:
        raise NotGranted(400, "Contact cannot be used")
    asked = contact.param("expires")
    seconds = usual
    if asked is not None:
        # RFC 3261, section 20.10: what cannot be read counts as 3600
        seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 10 else LONGEST
    return RequestedContact(contact.uri, text, seconds, _q(contact.param("q")), *instance_of(contact))


def _q(text: str | None) -> float:
    if text and len(text) <= 5 and text.isascii() and text.replace(".", "", 1).isdigit():
        return min(1.0, float(text))
    return 1.0


def agent_of(request: Request) -> str:
    """What the phone calls itself, safe and short enough to be shown."""
    text = request.headers.get("User-Agent") or ""
    return "".join(char for char in text[:128] if char.isprintable())


def takes_notify(request: Request) -> bool:
    """Whether NOTIFY is among the methods a phone names, or it names none (RFC 3261, 20.5)."""
    methods = request.headers.words("Allow")
    return not methods or "notify" in methods
