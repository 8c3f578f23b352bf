"""Digest authentication, both sides (RFC 3261 section 22, RFC 2617, RFC 7616, RFC 8760)."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pbx.sip.grammar import ParseError, quote, unquote
from pbx.sip.uri import Uri

_TOKEN = r"[!%'*+\-.0-9A-Z_`a-z~]++"
_SCHEME = re.compile(rf"[ \t,]*+({_TOKEN})[ \t]++(?={_TOKEN}[ \t]*+=)")
_ITEM = re.compile(rf'[ \t,]*+({_TOKEN})[ \t]*+=[ \t]*+("(?:[^"\\]|\\.)*+"|[^ \t,"]*+)[ \t]*+(?=,|$)')
_NC = re.compile(r"[0-9A-Fa-f]{1,8}")
_MOST_CHALLENGES = 8

_HASHES: dict[str, Callable[[bytes], hashlib._Hash]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
}
"""What RFC 8760 knows and both sides of a telephone call have, the better one first."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a provider gave us to prove who we are."""

    username: str
    password: str = field(repr=False)
    realm: str | None = None
    """The only realm that may see an answer made with the password; None: whichever asks."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The password was known."""

    username: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No credentials for this realm: challenge; it is no failed attempt."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The nonce is not ours, too old, or was used already: challenge with stale=true; it is no failed attempt.

    Nothing was said about user and password.
    """


@dataclass(frozen=True, slots=True)
class WrongCredentials:
    """User, password or URI is wrong, whichever: a failed attempt."""

    username: str


Verdict = Accepted | Missing | Stale | WrongCredentials


class Challenger:
    """The server's side: asks for a password and checks the answers.

    Nonces are signed and carry their own age, so that a challenge costs no memory. Only of those that were answered
    rightly the highest nc is kept, in a bounded table.
    """

    def __init__(
        self,
        realm: str,
        secret: bytes,
        clock: Callable[[], float],
        random: Callable[[int], bytes],
        *,
        lifetime: float = 300.0,
        algorithms: Sequence[str] = ("SHA-256", "MD5"),
        most_nonces: int = 4096,
    ) -> None:
        self.realm = realm
        self._secret = hmac.digest(secret, b"nonce of " + realm.encode(), "sha256")
        self._nobody = hmac.digest(secret, b"password of nobody", "sha256").hex()
        self._clock = clock
        self._random = random
        self._lifetime = lifetime
        self._algorithms = tuple(algorithms)
        self._most_nonces = most_nonces
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._forgotten = -1

    def challenge(self, stale: bool = False, *, only: str = "") -> tuple[str, ...]:
        """Values for WWW-Authenticate or Proxy-Authenticate, one header each, in the order of `algorithms`.

        `only` is the one algorithm that a peer that cannot choose is offered.
        """
        nonce = self._mint()
        tail = ", stale=true" if stale else ""
        return tuple(
            f'Digest realm={quote(self.realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{tail}'
            for algorithm in self._algorithms
            if only in ("", algorithm)
        )

    def check(
        self,
        header_values: Sequence[str],
        method: str,
        uri: Uri | str,
        h_a1_of: Callable[[str, str], str | None],
        may_pass: Callable[[str], bool] = lambda username: True,
    ) -> Verdict:
        """What the values of Authorization or Proxy-Authorization prove about a request; never raises.

        `h_a1_of` tells H(A1) in hex of a user and algorithm in our realm (RFC 7616, section 3.4.2), None if there is no
        such user, which takes as long as a wrong password. `may_pass` tells whether a right answer of a user counts; if
        not, it is a wrong one in all that follows, and uses up no nonce: who guesses must not learn from it.
        """
        given = self._given(header_values)
        if given is None:
            return Missing()
        username, nonce = given["username"], given["nonce"]
        minted = self._minted(nonce)
        if minted is None:
            return Stale()
        algorithm = given.get("algorithm", "MD5").upper()
        h_a1 = h_a1_of(username, algorithm if algorithm in self._algorithms else self._algorithms[0])
        # All of it is worked out whatever comes of it, so that time tells nothing either.
        right = _right(given, method, h_a1 or self._nobody, self._algorithms)
        fits, counts = _same_place(given["uri"], str(uri)), may_pass(username)
        if not (right and h_a1 and fits and counts):
            return WrongCredentials(username)
        return Accepted(username) if self._counted(nonce, minted, given) else Stale()

    def _given(self, header_values: Sequence[str]) -> dict[str, str] | None:
        """The first complete digest answer for this realm."""
        for scheme, items in _parsed(header_values):
            needed = all(items.get(name) for name in ("username", "nonce", "uri", "response"))
            if scheme == "digest" and needed and items.get("realm") == self.realm:
                return items
        return None

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _mint(self) -> str:
        body = (self._now() & 0xFFFF_FFFF_FFFF).to_bytes(6, "big") + self._random(9)
        return urlsafe_b64encode(body + self._signature(body)).decode()

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")[:15]

    def _minted(self, nonce: str) -> int | None:
        """When (clock, ms) we made this nonce, or None if we did not, or too long ago."""
        try:
            raw = urlsafe_b64decode(nonce.encode())
        except ValueError:
            return None
        body = raw[:15]
        if not hmac.compare_digest(raw[15:], self._signature(body)) or urlsafe_b64encode(raw).decode() != nonce:
            return None
        minted = int.from_bytes(body[:6], "big")
        return minted if 0 <= self._now() - minted <= self._lifetime * 1000 else None

    def _counted(self, nonce: str, minted: int, given: dict[str, str]) -> bool:
        """Whether this nonce was never used with this nc or a higher one; an answer without nc uses it up."""
        nc = int(given["nc"], 16) if given.get("qop") else 0xFFFF_FFFF
        last = self._counts.get(nonce)
        if last is None and minted <= self._forgotten:
            return False
        if last is not None and nc <= last:
            return False
        self._counts[nonce] = nc
        if len(self._counts) > self._most_nonces:
            oldest, _ = self._counts.popitem(last=False)
            self._forgotten = max(self._forgotten, int.from_bytes(urlsafe_b64decode(oldest)[:6], "big"))
        return True


def answer(
    challenges: Sequence[str],
    credentials: Credentials,
    method: str,
    uri: Uri | str,
    body: bytes,
    cnonce: str,
    nc: int,
) -> str | None:
    """The client's side: the value for (Proxy-)Authorization that answers the best of the challenges.

    `challenges` are the values of WWW-Authenticate or of Proxy-Authenticate; `nc` counts from 1 for each nonce.
    None if no challenge can be answered: another realm than the credentials', an unknown algorithm or qop.
    """
    best: tuple[int, dict[str, str], str, str] | None = None
    for scheme, items in _parsed(challenges):
        allowed = scheme == "digest" and credentials.realm in (None, items.get("realm"))
        name = items.get("algorithm", "MD5").upper().removesuffix("-SESS")
        qop = _quality(items.get("qop"))
        if not allowed or not items.get("nonce") or "realm" not in items or name not in _HASHES or qop is None:
            continue
        rank = list(_HASHES).index(name)
        if best is None or rank < best[0]:
            best = rank, items, name, qop
    if best is None:
        return None
    return _answered(best[1], best[2], best[3], credentials, method, str(uri), body, cnonce, nc)


def is_stale(challenges: Sequence[str]) -> bool:
    """Whether a server says that only the nonce was too old: the same credentials may be tried once more."""
    return any(items.get("stale", "").lower() == "true" for _, items in _parsed(challenges))


def _answered(
    items: dict[str, str],
    algorithm: str,
    qop: str,
    credentials: Credentials,
    method: str,
    uri: str,
    body: bytes,
    cnonce: str,
    nc: int,
) -> str:
    given = {
        "username": credentials.username,
        "realm": items["realm"],
        "nonce": items["nonce"],
        "uri": uri,
        "algorithm": items.get("algorithm", ""),
        "qop": qop,
        "cnonce": cnonce,
        "nc": f"{nc:08x}",
    }
    secret = hashed(algorithm, given["username"], given["realm"], credentials.password)
    if given["algorithm"].upper().endswith("-SESS"):
        secret = hashed(algorithm, secret, given["nonce"], given["cnonce"])
    given["response"] = _response(given, algorithm, method, secret, body)
    quoted = ["username", "realm", "nonce", "uri", "response"]
    bare = ["algorithm"] if given["algorithm"] else []
    if qop:
        bare += ["qop", "nc"]
    if qop or given["algorithm"].upper().endswith("-SESS"):
        quoted.append("cnonce")
    parts = [f"{name}={quote(given[name])}" for name in quoted] + [f"{name}={given[name]}" for name in bare]
    if "opaque" in items:
        parts.append(f"opaque={quote(items['opaque'])}")
    return "Digest " + ", ".join(parts)


def _quality(offered: str | None) -> str | None:
    """Which of the offered qop values to use: "" if none was offered, None if none is known."""
    if not offered:
        return ""
    options = [option.strip(" \t").lower() for option in offered.split(",")]
    return next((known for known in ("auth", "auth-int") if known in options), None)


def _right(given: dict[str, str], method: str, h_a1: str, algorithms: Sequence[str]) -> bool:
    """Whether a client's response is what the password makes of which this is H(A1)."""
    algorithm = given.get("algorithm", "MD5").upper()
    qop = given.get("qop", "")
    if algorithm not in algorithms or qop not in ("", "auth"):
        return False
    if qop and not (given.get("cnonce") and _NC.fullmatch(given.get("nc", ""))):
        return False
    expected = _response(given, algorithm, method, h_a1, b"")
    return hmac.compare_digest(expected.encode(), given["response"].lower().encode(errors="replace"))


def hashed(algorithm: str, *parts: str) -> str:
    """H of the parts with colons between them, in hex (RFC 7616, section 3.4)."""
    return _HASHES[algorithm](":".join(parts).encode(errors="replace")).hexdigest()


def _response(given: dict[str, str], algorithm: str, method: str, h_a1: str, body: bytes) -> str:
    """The request-digest (RFC 7616, section 3.4.1)."""
    asked = [method, given["uri"]]
    if given.get("qop") == "auth-int":
        asked.append(_HASHES[algorithm](body).hexdigest())
    asked_for = hashed(algorithm, *asked)
    if not given.get("qop"):
        return hashed(algorithm, h_a1, given["nonce"], asked_for)
    return hashed(algorithm, h_a1, given["nonce"], given["nc"], given["cnonce"], given["qop"], asked_for)


def _same_place(claimed: str, requested: str) -> bool:
    """Whether the digest's uri names the Request-URI's user and host.

    Phones differ in parameters and ports, and some (pyVoIP) name only the host, also in an INVITE.
    """
    if claimed == requested:
        return True
    try:
        one, other = Uri.parse(claimed), Uri.parse(requested)
    except ParseError:
        return False
    return one.user in (None, other.user) and (one.host, one.opaque) == (other.host, other.opaque)


def _parsed(values: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each challenge's or answer's scheme and parameters, both in lower case; one line may hold several.

    A line is read up to what cannot be understood.
    """
    for text in values[:_MOST_CHALLENGES]:
        at = 0
        while match := _SCHEME.match(text, at):
            scheme, at = match.group(1).lower(), match.end()
            items: dict[str, str] = {}
            while not _SCHEME.match(text, at) and (item := _ITEM.match(text, at)):
                name, value = item.groups()
                items.setdefault(name.lower(), unquote(value) if value[:1] == '"' else value)
                at = item.end()
            yield scheme, items
