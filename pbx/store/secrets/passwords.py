"""Passwords of the web page's accounts are kept as scrypt hashes."""

from pbx.store.secrets.pins import hash_secret, secret_matches

_COST = 2**15
"""32 megabytes and about 0.1 s, 0.4 s on a Raspberry Pi: a stolen settings file is tried slowly."""
_NOBODYS = f"scrypt${_COST}${'A' * 16}${'A' * 32}"
"""No password has this hash."""


def hash_password(password: str) -> str:
    """The form in which the settings keep a password; slow on purpose."""
    return hash_secret(password, _COST)


def password_matches(hashed: str, password: str) -> bool:
    """Whether the hash is this password's.

    An empty hash, for a name that is nobody's, takes as long as any: names cannot be found out by the clock.
    """
    return secret_matches(hashed or _NOBODYS, password) and hashed != ""
