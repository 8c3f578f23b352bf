"""The box's own certificate (RFC 5922): `python -m pbx.sip.transport.certificate FOLDER NOW` makes it if there is none.

A program of its own, because what it loads would stay in the exchange's memory for good, and is needed once.
"""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pbx.sip.transport.hop import is_address
from pbx.sip.transport.tls import paths

YEARS = 10


def own_certificate(folder: Path, names: Sequence[str], now: datetime) -> tuple[Path, Path]:
    """The box's certificate and key in `folder`; made and self-signed when there is none. Raises OSError.

    RSA, because desk phones of ten years ago know nothing else. `names` are host names and addresses of the box.
    """
    certificate_file, key_file = paths(folder)
    if certificate_file.exists() and key_file.exists():
        return certificate_file, key_file
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _self_signed(key, names or ["durchwahl"], now)
    _write(
        key_file,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        0o600,
    )
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate_file, key_file


def _self_signed(key: rsa.RSAPrivateKey, names: Sequence[str], now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    alternatives = [x509.IPAddress(ip_address(each)) if is_address(each) else x509.DNSName(each) for each in names]
    # A box without a battery clock may believe in an early year: begin long before, so that phones agree.
    begin = min(now, datetime(2024, 1, 1, tzinfo=UTC))
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(max(now, datetime(2026, 1, 1, tzinfo=UTC)) + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    new.rename(path)


def main() -> int:
    """The exit code; what is wrong goes to stderr in one line."""
    folder, now = sys.argv[1:]
    try:
        own_certificate(Path(folder), [], datetime.fromisoformat(now))
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
