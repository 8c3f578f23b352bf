"""What is known of the box's certificate without looking into it: the program that makes it leaves a note beside it.

Reading a certificate takes a library whose memory would stay in the exchange for good.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pbx.sip.transport.tls import paths

NOTE = "tls.json"
"""Beside the certificate; not in a backup, as it can be written anew."""
DAY = 86400
AHEAD = 60 * DAY
"""Seconds before its end in which a certificate of ours is made anew."""
MANY = 100
"""Names and addresses of a certificate at most; a handshake must stay small."""
BUILT, LAST = 1_767_225_600, 2_490_000_000
"""The first of January 2026: no clock that is right shows less (a Pi without network believes in 1970). And November
2048: what an authority signs then outlives it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as the note tells it."""

    made_by: Literal["box", "office"]
    """Of the box's own authority, or brought by the office, which then looks after it."""
    names: tuple[str, ...]
    """Names and addresses it speaks for."""
    begin: float
    end: float
    """Unix times."""
    authority: str
    """SHA-256 of the authority's certificate, in hexadecimal; empty when the office brought its own."""
    files: str
    """`mark` of the files it is about."""

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What the note says, if it is about the files that are there."""
        try:
            note = json.loads((folder / NOTE).read_bytes())
            issued = cls(**note | {"names": tuple(note["names"])})
            return issued if issued.files == mark(folder) else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def text(self) -> bytes:
        """As it stands in the note."""
        return json.dumps(asdict(self), indent=1).encode()

    def is_good(self, wanted: Iterable[str], now: float) -> bool:
        """Whether nothing needs to be made: it speaks for all that is wanted, and holds for some time yet.

        A name or an address that is gone does no harm. A clock that cannot be right is not asked.
        """
        if self.made_by == "office":
            return True
        holds = not is_believed(now) or self.begin <= now < self.end - AHEAD
        return holds and set(spoken(wanted)) <= set(self.names)


def is_believed(now: float) -> bool:
    """Whether a clock (Unix time) may be right."""
    return BUILT <= now < LAST


def mark(folder: Path) -> str:
    """Tells whether the files are still the same ones. Raises OSError."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths(folder))).hexdigest()


def spoken(names: Iterable[str]) -> list[str]:
    """Names and addresses as a certificate has them: each once, small letters, addresses in their shortest form.

    Whoever compares must leave out what a certificate does: there are MANY at most.
    """
    return list(dict.fromkeys(filter(None, map(_spoken, names))))[:MANY]


def _spoken(name: str) -> str:
    """Empty when a certificate cannot speak for it."""
    try:
        return str(ip_address(name.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    try:
        plain = name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""
    signs = plain.replace(".", "").replace("-", "").replace("_", "")
    return plain if signs.isalnum() and len(plain) < 254 else ""
