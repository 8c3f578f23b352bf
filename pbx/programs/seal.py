"""Sealing and opening secrets in a process of its own: `python -m pbx.programs.seal`, one JSON line in, one out.

AES-SIV (RFC 5297) of the library cryptography, in a process that ends at once: in the exchange's own the library would
keep 7 MB for good, for some 50 milliseconds at the start and with a change. It is the cipher that makes the same of the
same: so a change can be undone if its secret still is what the change made of it, and a migration that was cut off
arrives at what it had made before. It needs no nonce, which a box that is restored from a backup could use twice.
"""

import base64
import hmac
import json
import sys
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_PURPOSE = b"durchwahl: seals the settings' secrets, 1"
_PREFIX = "sealed$1$"


def work(asked: dict[str, Any]) -> dict[str, Any]:
    """Of the texts in `seal` what they are `sealed`, of those in `open` what was in them (None: not by this secret)."""
    key = hmac.digest(base64.b64decode(asked["secret"]), _PURPOSE, "sha512")
    cipher = AESSIV(key)
    return {
        "sealed": [_sealed(cipher, text) for text in asked["seal"]],
        "opened": [_opened(cipher, text) for text in asked["open"]],
    }


def _sealed(cipher: AESSIV, text: str) -> str:
    # How long a password is, is nobody's business: up to 31 bytes all are alike (padded as in ISO/IEC 7816-4).
    content = text.encode(errors="surrogatepass") + b"\x80"
    return _PREFIX + base64.b64encode(cipher.encrypt(content + bytes(-len(content) % 32), None)).decode()


def _opened(cipher: AESSIV, text: str) -> str | None:
    try:
        content = cipher.decrypt(base64.b64decode(text.removeprefix(_PREFIX), validate=True), None)
    except (InvalidTag, ValueError):
        return None
    return content.rstrip(b"\0")[:-1].decode(errors="surrogatepass")


def main() -> None:
    """Answer the one question."""
    print(json.dumps(work(json.loads(sys.stdin.readline()))))


if __name__ == "__main__":
    main()
