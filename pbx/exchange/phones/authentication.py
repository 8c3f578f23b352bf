"""Is this request really from one of our phones? Digest (RFC 3261, section 22; RFC 8760), with a lockout."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from pbx.exchange.phones.lockout import Lockout
from pbx.sip.digest import Accepted, Challenger, Missing, Stale
from pbx.sip.flow import Flow
from pbx.sip.message import Request
from pbx.store.models import Office, Phone
from pbx.store.secret_forms import kept

ALGORITHMS = ("MD5", "SHA-256")
"""MD5 first, against RFC 8760, section 2.4: SIPp, Asterisk and PJSIP of past years read only the first challenge. Who
knows both takes the better one."""
_MD5_ONLY = re.compile(r"baresip v[0-2]\.|Twinkle/1\.", re.ASCII)
"""User-Agents that give up if any challenge asks for more than MD5."""
REMEMBERED = 1024
_NOBODY = Phone("nobody", "", kept("nobody", "", f"sealed$1${'A' * 64}"))
"""Stands in for a phone that does not exist: checking it takes as long, and the result is thrown away."""


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """(Better) credentials are needed: the same for a wrong password, an unknown and a disabled name."""

    status: int
    headers: tuple[tuple[str, str], ...]


class Authentication:
    """Checks the credentials of requests; one for all methods, so that all of them answer alike."""

    def __init__(self, office: Callable[[], Office], challenger: Challenger, lockout: Lockout) -> None:
        self._office = office
        self._challenger = challenger
        self._lockout = lockout
        self.guest: Phone | None = None
        """The account of a call of the box to itself: for one INVITE, from this machine."""
        self._puzzled: OrderedDict[tuple[str, str], bool] = OrderedDict()
        """Host and user of phones that were offered a choice; True once one asked again without having answered."""

    def admit(self, request: Request, flow: Flow) -> Phone | NotAdmitted:
        """The phone whose credentials the request carries; otherwise the refusal to send."""
        phones = self._office().phones

        guest = self.guest if self.guest and request.method == "INVITE" and _is_here(flow) else None

        host = flow.remote[0]

        def h_a1_of(username: str, algorithm: str) -> str | None:
            phone = guest if guest and guest.username == username else phones.get(username)
            h_a1 = (phone or _NOBODY).h_a1(self._challenger.realm, algorithm)
            return h_a1 if phone else None

        def may_pass(username: str) -> bool:
            return self._lockout.may_try(host, username, known=username in phones)

        given = request.headers.all("Authorization")
        verdict = self._challenger.check(given, request.method, request.uri, h_a1_of, may_pass)
        if isinstance(verdict, Accepted):
            if guest and guest.username == verdict.username:
                self.guest = None
                return guest
            self._lockout.passed(host, verdict.username)
            self._puzzled.pop((host, verdict.username[:64]), None)
            return phones[verdict.username]
        if not isinstance(verdict, Missing | Stale):
            self._lockout.failed(host, verdict.username, known=verdict.username in phones)
        only = "MD5" if isinstance(verdict, Missing) and self._cannot_choose(request, host) else ""
        values = self._challenger.challenge(stale=isinstance(verdict, Stale), only=only)
        return NotAdmitted(401, tuple(("WWW-Authenticate", value) for value in values))

    def knows(self, username: str | None) -> bool:
        """Whether there is such an account, for a request that proves that it is its own."""
        return username in self._office().phones or (self.guest is not None and username == self.guest.username)

    def _cannot_choose(self, request: Request, host: str) -> bool:
        """Whether this phone is better offered MD5 alone: known for it, or puzzled by the choice it had before."""
        if _MD5_ONLY.match(request.headers.get("User-Agent") or ""):
            return True
        key = (host, (request.from_.uri.user or "")[:64])
        puzzled = self._puzzled.get(key)
        self._puzzled[key] = puzzled is not None
        self._puzzled.move_to_end(key)
        if len(self._puzzled) > REMEMBERED:
            self._puzzled.popitem(last=False)
        return puzzled is not None

    def remember(self, host: str, username: str) -> None:
        """The phone was registered from there before this process began."""
        self._lockout.passed(host, username)

    def forget(self, username: str) -> None:
        """The account is gone, or has a new password: earlier wrong guesses no longer count against it."""
        self._lockout.forget(username)


def _is_here(flow: Flow) -> bool:
    """Whether it was sent by this machine itself; the kernel lets nobody else use such an address towards us."""
    host, _, _ = flow.remote[0].partition("%")
    return flow.remote[0] == flow.local[0] or ip_address(host).is_loopback
