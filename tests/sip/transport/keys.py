"""Keys for boxes of tests: making one takes a third of a second, and hundreds of boxes begin without."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pbx.sip.transport.tls import authority_paths, paths


def seed(folder: Path) -> None:
    """Put a key for the authority and one for the certificate where there is none; the same for all folders."""
    for path, bits in ((authority_paths(folder)[1], 3072), (paths(folder)[1], 2048)):
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(_key(bits))


@cache
def _key(bits: int) -> bytes:
    return rsa.generate_private_key(65537, bits).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
