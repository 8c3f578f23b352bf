"""The keys that updates are signed with, made at first need: python -m image.keys [FOLDER]

    authority.pem   what every box believes in; goes into the image
    authority.key   signs signers; belongs on a stick in a drawer once there are boxes in the world
    signer.pem      signed by the authority; goes into each bundle
    signer.key      signs bundles

The certificates hold from 1970 to 2100: a box without a clock, or with a wrong one, takes updates all the same. What
ends a signer is a new authority in an update that the old one signed. (docs/updates.md)
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FOLDER = Path(__file__).parents[1] / "build/keys"
BEGIN, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Key = ec.EllipticCurvePrivateKey


def certificate(name: str, key: Key, by: Key, issuer: str, authority: bool) -> x509.Certificate:
    """A certificate of a name's key, signed by another's, or its own."""

    def named(text: str) -> x509.Name:
        return x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Durchwahl"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
        )

    usage = x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )


def write(folder: Path, name: str, key: Key, made: x509.Certificate) -> None:
    """Write a key that only its owner reads, and then its certificate."""
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


def ensure(folder: Path) -> None:
    """Make the keys if there are none. An authority without its key on this machine is left as it is."""
    if (folder / "authority.pem").exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ours, theirs = "Durchwahl updates", "Durchwahl signer"
    write(folder, "signer", signer, certificate(theirs, signer, authority, ours, authority=False))
    write(folder, "authority", authority, certificate(ours, authority, authority, ours, authority=True))


if __name__ == "__main__":
    ensure(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
