"""What an update's file says of itself. Whether that is true, the system asks rauc before it is used.

A bundle of RAUC's format “verity” is a file system (squashfs), behind it its manifest in a signature (CMS), behind
that the signature's length in eight bytes.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_SQUASHFS = b"hsqs"
_LENGTH = 8
_LONGEST = 64 * 1024
"""Bytes of a signature."""
_SEQUENCE = 0x30
"""What a CMS begins with."""
_LINE = r"^{name}=([\x20-\x7e]{{1,80}})$"


@dataclass(frozen=True, slots=True)
class OfferedBundle:
    """What it says of itself; empty where it says nothing."""

    version: str
    compatible: str
    """For which kind of box it was made."""


def begins_like_one(piece: bytes) -> bool:
    """Whether a file that begins so may be a bundle."""
    return piece.startswith(_SQUASHFS)


def look(path: Path) -> OfferedBundle | None:
    """What a file that looks like a bundle says; None when it does not look like one, or is cut off. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(len(_SQUASHFS))
        end = file.seek(0, 2)
        if not begins_like_one(head) or end < len(head) + _LENGTH:
            return None
        file.seek(end - _LENGTH)
        length = int.from_bytes(file.read(_LENGTH), "big")
        if not 0 < length <= min(_LONGEST, end - _LENGTH - len(head)):
            return None
        file.seek(end - _LENGTH - length)
        signature = file.read(length)
    if signature[0] != _SEQUENCE:
        return None
    manifest = signature[max(signature.find(b"[update]"), 0) :].decode("latin-1")
    return OfferedBundle(_named("version", manifest), _named("compatible", manifest))


def _named(name: str, manifest: str) -> str:
    found = re.search(_LINE.format(name=name), manifest, re.MULTILINE | re.ASCII)
    return found[1].strip() if found else ""
