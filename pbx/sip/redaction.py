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
_OPEN_ATTRIBUTES = frozenset((
    *("rtpmap", "fmtp", "ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp", "rtcp-fb"),
    *("rtcp-mux", "ssrc", "mid", "group", "setup", "label", "silenceSupp", "curr", "des", "conf"),
))  # fmt: skip
"""The session attributes that hold no key (SDES has one that does)."""
_OPEN_LINES = frozenset("vosctmb")
_OPEN_BODIES = ("application/simple-message-summary", "message/sipfrag", "application/pidf+xml")
_DIGITS = ("application/dtmf-relay", "application/dtmf")

_FOLDED = re.compile(r"\n[ \t]+")
_PROOF_NAMES = ("authenticat", "authoriz")
_PROOF = re.compile(rf"^([^:\n]*?(?:{'|'.join(_PROOF_NAMES)})[^:\n]*):(.*)$", re.IGNORECASE | re.MULTILINE)
"""The headers that carry challenges and answers (RFC 3261, 22), also misspelled ones."""
_SIGNED_NAMES = ("\nidentity", "\ncookie", "\nset-cookie", "\ny", "\nn")
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
_KEY_PRESSED = re.compile(r"(signal[ \t]*=).*", re.IGNORECASE)


def redacted(data: bytes) -> str:
    """The message as text with a line feed after each line, harmless to read; never raises.

    Challenges and their answers keep who and where, not nonce and proof; media keys (`a=crypto`, `a=key-mgmt`, `k=`,
    ICE), passwords in URIs, digits of INFO bodies and bodies of unknown kinds are gone.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    head, _, body = text.partition("\n\n")
    if "\n " in head or "\n\t" in head:
        head = _FOLDED.sub(" ", head)
    shown = _header(head)
    if body.strip():
        kind = _TYPE.search(head)
        shown = f"{shown}\n\n{_body(kind[1].strip().lower() if kind else '', body.rstrip())}"
    if shown.replace("\n", "").isprintable():
        return shown
    return "".join(char if char == "\n" or char.isprintable() else "·" for char in shown)


def _header(lines: str) -> str:
    """Before each search comes a look whether it can find anything: that is many times as fast."""
    lowered = lines.lower()
    if any(part in lowered for part in _PROOF_NAMES):
        lines = _PROOF.sub(lambda found: f"{found[1]}: {_proof(found[2])}", lines)
    if any(part in lowered for part in _SIGNED_NAMES):
        lines = _SIGNED.sub(rf"\1: {HIDDEN}", lines)
    if not all(":" in line for line in lines.split("\n")[1:]):
        lines = _NO_FIELD.sub(HIDDEN, lines)
    return _open(lines)


def _open(lines: str) -> str:
    """What may be read, but for what somebody may have put where it does not belong."""
    shown = _PASSWORD.sub(rf"\1:{HIDDEN}@", lines) if "@" in lines else lines
    lowered = shown.lower()
    if any(name in lowered for name in _NAMES):
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
        return _open("\n".join(line if _is_open(line) else _described(line) for line in body.split("\n")))
    if kind in _DIGITS:
        return "\n".join(map(_pressed, body.split("\n")))
    if kind in _OPEN_BODIES:
        return _header(body)
    return f"({len(body)} characters of {kind or 'an unknown kind'}, not shown)"


def _is_open(line: str) -> bool:
    """Whether a line of a session description is known to be harmless."""
    if line[1:2] != "=":
        return False
    return line[2:].partition(":")[0] in _OPEN_ATTRIBUTES if line[0] == "a" else line[0] in _OPEN_LINES


def _described(line: str) -> str:
    """A line of a session description (RFC 8866) that is not known to be harmless: what it is, not what it says."""
    name = re.match(r"a=[A-Za-z-]{1,20}:|[a-z]=", line)
    return f"{name[0] if name else ''}{HIDDEN}"


def _pressed(line: str) -> str:
    """A line of an INFO that names a key, which may be part of a PIN."""
    return _KEY_PRESSED.sub(rf"\1{HIDDEN}", line) if _KEY_PRESSED.fullmatch(line) else HIDDEN
