"""The key in an INFO, in all the bodies that phones use for it, as no RFC says how."""

from __future__ import annotations

from dataclasses import dataclass

TYPES = ("application/dtmf-relay", "application/dtmf", "audio/telephone-event", "application/vnd.nortelnetworks.digits")
"""`Signal=5` or `5`; RFC 4733's four octets, or text; `d=5`. Telephones mix them up, so each is read every way."""
_NAMES = ("signal", "d")
_KEYS = "0123456789*#ABCD"
"""By event code (RFC 4733, 3.2): 10 and 11 are the star and the hash."""


@dataclass(slots=True)
class KeyInfo:
    """One party's INFOs in order, as one press may be reported by its begin and its end."""

    _down: str = ""
    """The key whose end is to come."""

    def key(self, content_type: str, body: bytes) -> str:
        """The key that this one is the first to tell of, one of 0-9*#A-D; empty if none."""
        if content_type not in TYPES:
            return ""
        if content_type == TYPES[2] and len(body) == 4 and body[0] < len(_KEYS):
            return self._event(_KEYS[body[0]], ends=bool(body[1] & 0x80))
        self._down = ""
        return _named(body[:256].decode("ascii", "replace"))

    def _event(self, key: str, *, ends: bool) -> str:
        known = key == self._down
        self._down = "" if ends else key
        return "" if known else key


def _named(text: str) -> str:
    """`Signal=5` among other lines, in any case and spacing; or nothing but the key."""
    lines = [line.partition("=") for line in text.replace("\r", "\n").replace("\0", "").split("\n") if line.strip()]
    values = [value for name, equals, value in lines if equals and name.strip().lower() in _NAMES]
    if not values and len(lines) == 1 and not lines[0][1]:
        values = [lines[0][0]]
    return _key(values[0]) if values else ""


def _key(value: str) -> str:
    value = value.strip().strip('"').strip().upper()
    if len(value) == 2 and value in ("10", "11", "12", "13", "14", "15"):
        return _KEYS[int(value)]
    return value if len(value) == 1 and value in _KEYS else ""
