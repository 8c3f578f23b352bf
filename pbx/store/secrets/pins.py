"""Voicemail PINs are kept as scrypt hashes, so that a stolen settings file does not show them."""

import base64
import hashlib
import hmac
import secrets

_COST = 2**13
"""Eight megabytes and about 20 ms: what keeps a PIN of four digits is the limit on attempts, not this."""


def hash_pin(pin: str) -> str:
    """The form in which the settings keep a PIN."""
    return hash_secret(pin, _COST)


def pin_matches(hashed: str, pin: str) -> bool:
    """Whether the hash is this PIN's; slow on purpose. A hash that cannot be read is nobody's."""
    return secret_matches(hashed, pin)


def hash_secret(secret: str, cost: int) -> str:
    """A salted scrypt hash with its own cost (a power of two; times one kilobyte of memory)."""
    salt = secrets.token_bytes(12)
    return f"scrypt${cost}${_text(salt)}${_text(_digest(secret, salt, cost))}"


def secret_matches(hashed: str, secret: str) -> bool:
    """Whether `hash_secret` made the hash of this."""
    try:
        _, cost, salt, digest = hashed.split("$")
        expected = base64.b64decode(digest)
        return hmac.compare_digest(_digest(secret, base64.b64decode(salt), int(cost)), expected)
    except (ValueError, MemoryError):
        return False


def _digest(secret: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(secret.encode("utf-8", "replace"), salt=salt, n=cost, r=8, p=1, dklen=24, maxmem=2**26)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
