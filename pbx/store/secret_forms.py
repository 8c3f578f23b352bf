"""In which forms the settings keep secrets that must not stand there in clear.

*A phone's password* is kept as what digest needs (RFC 7616, section 3.4.2: H(A1) of each algorithm), behind it the
password itself, sealed by the box's key, as a softphone may be given the account again. Without the key phones register
all the same. *Other secrets* (a trunk's password, the key of the nights' backups) are kept sealed only.

A value in none of these forms is one in clear: typed into the file by hand, or written by version 1.
"""

import hashlib
import re

REALM = "durchwahl"
"""Of all phones. Whatever domain they register to, it stays: what is kept of their passwords holds for it alone."""

_SEALED = r"sealed\$1\$[A-Za-z0-9+/]{22,2000}={0,2}"
SEALED = re.compile(_SEALED)
"""What `pbx.programs.seal` makes."""
_KEPT = re.compile(rf"digest\$([0-9a-f]{{32}})\$([0-9a-f]{{64}})\$((?:{_SEALED})?)")


def is_sealed(value: str) -> bool:
    """Whether it is closed by a box's key."""
    return SEALED.fullmatch(value) is not None


def is_kept(value: str) -> bool:
    """Whether it is the form in which a phone's password is kept."""
    return _KEPT.fullmatch(value) is not None


def kept(username: str, password: str, sealed: str) -> str:
    """The form in which a phone's password is kept; `sealed` is the password closed by the box's key."""
    return f"digest${hashed(username, REALM, password, 'MD5')}${hashed(username, REALM, password, 'SHA-256')}${sealed}"


def sealed_part(value: str) -> str:
    """What is sealed of a phone's password; empty when nothing is."""
    found = _KEPT.fullmatch(value)
    return found[3] if found else ""


def h_a1(username: str, realm: str, value: str, algorithm: str) -> str:
    """H(A1) in hex of a phone's password, in whatever form it is; empty when it is kept for another realm."""
    found = _KEPT.fullmatch(value)
    if found is None:
        return hashed(username, realm, value, algorithm)
    if realm != REALM:
        return ""
    return found[2] if algorithm == "SHA-256" else found[1]


def hashed(username: str, realm: str, password: str, algorithm: str) -> str:
    """H(A1) in hex (RFC 7616, section 3.4.2)."""
    text = f"{username}:{realm}:{password}".encode(errors="replace")
    if algorithm == "SHA-256":
        return hashlib.sha256(text).hexdigest()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
