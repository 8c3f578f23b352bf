"""A SIP message as it may be shown, kept and sent to others for help: everything secret in it is blacked out.

What may stay is listed, not what must go: a header parameter, an attribute or a kind of body that nobody thought of
is a secret until it is listed here.
"""

from __future__ import annotations

import re

HIDDEN = "***"

_OPEN_PARTS = frozenset({"username", "realm", "uri", "algorithm", "qop", "stale", "domain"})
"""What may be read of a challenge or its answer."""
_CLOSED_PARTS = frozenset({"nonce", "cnonce", "nextnonce", "nc", "opaque", "response", "rspauth"})
_OPEN_ATTRIBUTES = (
    *("rtpmap", "fmtp", "ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp", "rtcp-fb"),
    *("rtcp-mux", "ssrc", "mid", "group", "setup", "label", "silenceSupp", "curr", "des", "conf"),
)
"""The session attributes that hold no key (SDES has one that does)."""
_OPEN_LINES = "vosctmb"
_OPEN_BODIES = ("application/simple-message-summary", "message/sipfrag", "application/pidf+xml")
_DIGITS = ("application/dtmf-relay", "application/dtmf")

_FOLDED = re.compile(r"\n[ \t]+")
_PROOF = re.compile(r"^([^:\n]*?(?:authenticat|authoriz)[^:\n]*):(.*)$", re.IGNORECASE | re.MULTILINE)
"""The headers that carry challenges and answers (RFC 3261, 22), also misspelled ones."""
_SIGNED = re.compile(r"^(identity|identity-info|y|n|(?:set-)?cookie)[ \t]*:.*$", re.IGNORECASE | re.MULTILINE)
"""Headers that prove something by themselves. P-Asserted-Identity is not one of them."""
_NO_FIELD = re.compile(r"(?<=\n)[^:\n]+$", re.MULTILINE)
_DIGEST = re.compile(r"[ \t,]*+Digest[ \t]++", re.IGNORECASE)
_PART = re.compile(r'[ \t,]*+([A-Za-z-]++)[ \t]*+=[ \t]*+("(?:[^"\\\n]|\\.)*+"|[^ \t,"]*+)[ \t]*+(?=,|$)')
_PASSWORD = re.compile(r"(sips?:[^@\s:;<>]*+):[^@\s<>]*+@", re.IGNORECASE)
_NAMES = (
    *("nonce", "response", "rspauth", "opaque", "password", "passwd", "passphrase", "pwd", "pin", "prid"),
    *("secret", "token", "key", "signature"),
)
_NAMED = re.compile(rf"((?:{'|'.join(_NAMES)})[ \t]*+=[ \t]*+)(\"(?:[^\"\\\n]|\\.)*+\"?|[^;,>\s]*+)", re.IGNORECASE)
"""What calls itself a secret, wherever it stands."""
_TYPE = re.compile(r"^(?:content-type|c)[ \t]*:[ \t]*([^;\n]*)", re.IGNORECASE | re.MULTILINE)
_DESCRIBED = re.compile(rf"^(?:[{_OPEN_LINES}]=.*|a=(?:{'|'.join(_OPEN_ATTRIBUTES)})(?::.*|$))", re.MULTILINE)
_KEY_PRESSED = re.compile(r"(signal[ \t]*=).*", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")


def redacted(data: bytes) -> str:
    """The message as text with a line feed after each line, harmless to read; never raises.

    Challenges and their answers keep who and where, not nonce and proof; media keys (`a=crypto`, `a=key-mgmt`, `k=`,
    ICE), passwords in URIs, digits of INFO bodies and bodies of unknown kinds are gone.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    head, _, body = _CONTROL.sub("·", text).partition("\n\n")
    kind = _TYPE.search(head)
    shown = _header(_FOLDED.sub(" ", head))
    return f"{shown}\n\n{_body(kind[1].strip().lower() if kind else '', body)}" if body.strip() else shown


def _header(lines: str) -> str:
    lines = _PROOF.sub(lambda found: f"{found[1]}: {_proof(found[2])}", lines)
    return _open(_NO_FIELD.sub(HIDDEN, _SIGNED.sub(rf"\1: {HIDDEN}", lines)))


def _open(lines: str) -> str:
    """What may be read, but for what somebody may have put where it does not belong."""
    shown = _PASSWORD.sub(rf"\1:{HIDDEN}@", lines)
    lowered = shown.lower()
    if any(name in lowered for name in _NAMES):  # looking for the words alone is ten times as fast
        shown = _NAMED.sub(rf"\1{HIDDEN}", shown)
    return shown


def _proof(value: str) -> str:
    """What may be read of a challenge or its answer: up to what cannot be understood, and nothing of what is behind."""
    begins = _DIGEST.match(value)
    shown: list[str] = []
    at = begins.end() if begins else len(value)
    while part := _PART.match(value, at):
        name = part[1].lower()
        if name not in _OPEN_PARTS | _CLOSED_PARTS:
            break
        shown.append(f"{name}={part[2] if name in _OPEN_PARTS else HIDDEN}")
        at = part.end()
    if not begins or at < len(value):
        shown.append(HIDDEN)
    return f"{'Digest ' if begins else ''}{', '.join(shown)}"


def _body(kind: str, body: str) -> str:
    if kind == "application/sdp":
        return _open(
            "\n".join(line if _DESCRIBED.match(line) else _described(line) for line in body.rstrip().split("\n"))
        )
    if kind in _DIGITS:
        return "\n".join(_pressed(line) for line in body.rstrip().split("\n"))
    if kind in _OPEN_BODIES:
        return _header(body.rstrip())
    return f"({len(body)} characters of {kind or 'an unknown kind'}, not shown)"


def _described(line: str) -> str:
    """A line of a session description (RFC 8866) that is not known to be harmless: what it is, not what it says."""
    name = re.match(r"a=[A-Za-z-]{1,20}:|[a-z]=", line)
    return f"{name[0] if name else ''}{HIDDEN}"


def _pressed(line: str) -> str:
    """A line of an INFO that tells of a key: which one may be part of a PIN."""
    return _KEY_PRESSED.sub(rf"\1{HIDDEN}", line) if _KEY_PRESSED.fullmatch(line) else HIDDEN
