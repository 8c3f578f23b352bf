"""Passwords of the web page's accounts are kept as scrypt hashes."""

from pbx.store.pins import hash_secret, secret_matches

_COST = 2**15
"""32 megabytes and about 0.1 s, 0.4 s on a Raspberry Pi: a stolen settings file is tried slowly."""


def hash_password(password: str) -> str:
    """The form in which the settings keep a password; slow on purpose."""
    return hash_secret(password, _COST)


def password_matches(hashed: str, password: str) -> bool:
    """Whether the hash is this password's, in the same time whether there is a hash or not."""
    return secret_matches(hashed or NOBODYS, password) and hashed != ""


NOBODYS = hash_secret("", _COST)
"""Compared with when there is no such account, so that names cannot be found out by the clock."""
