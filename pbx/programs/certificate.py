"""The box's authority and its certificate (RFC 5280, 5922): `python -m pbx.programs.certificate FOLDER NOW NAME`.

The authority is made once and kept: whoever has put it into a phone or a browser believes all certificates that it
signs, whatever the box is called later. A certificate that the office brought itself is left as it is.

A program of its own, because what it loads would stay in the exchange's memory for good, and is needed seldom.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pbx.sip.transport.hop import is_address
from pbx.sip.transport.issued import AHEAD, BUILT, NOTE, Issued, is_believed, mark, spoken
from pbx.sip.transport.tls import authority_paths, paths
from pbx.store.disk.atomic import write_file

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
"""Of the authority, whatever the box's clock shows when it is made. What is later than 2049 is written in another way
(RFC 5280, 4.1.2.5), which not every old phone reads."""
DAYS = 397
"""That a certificate holds. Apple's systems refuse more than 825 whoever signed it, browsers more than 398 of public
authorities: should one of them make that a rule for all, ours hold."""
SLOW = timedelta(days=2)
"""By which a phone's clock may be behind ours."""
FORMER = ["durchwahl"]
"""The names of what the box signed itself before it had an authority."""
PRODUCT = "Durchwahl"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and the key it is about."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


def own_certificate(folder: Path, names: Sequence[str], now: datetime) -> tuple[Path, Path]:
    """The files of the box's certificate and key, made or made anew when needed. Raises OSError, ValueError.

    RSA, because desk phones of ten years ago know nothing else. `names` are host names and addresses of the box.
    """
    files = paths(folder)
    there, key = _certificate(files[0]), _key(files[1])
    if there is not None and not is_a_boxs(there):
        if key is None or key.public_key() != there.public_key():
            raise ValueError("tls.crt and tls.key do not belong together")
        _note(folder, there, None)
        return files
    if there is not None and not isinstance(key, rsa.RSAPrivateKey | None):
        raise ValueError("tls.key is not the box's, and its certificate is not there yet")
    authority = _authority(folder)
    wanted = spoken(names) or FORMER
    if not isinstance(key, rsa.RSAPrivateKey):
        key = _new_key(2048)
        write_file(files[1], _private(key))
    if there is None or not _holds(there, authority, key, wanted, now):
        there = _signed(authority, key, wanted, _begin(there, now))
        # The authority goes along, so that whoever is shown this chain can keep its last link.
        write_file(files[0], _public(there) + _public(authority.certificate), 0o644)
    _note(folder, there, authority)
    return files


def is_a_boxs(certificate: x509.Certificate) -> bool:
    """Whether a box made it: by its authority, or without any as its first version did; else the office brought it."""
    issuer = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if [each.value for each in issuer] == [PRODUCT]:
        return True
    return certificate.issuer == certificate.subject and names_of(certificate) == FORMER


def _holds(
    certificate: x509.Certificate, authority: Pair, key: rsa.RSAPrivateKey, wanted: Sequence[str], now: datetime
) -> bool:
    """Whether a certificate is good for these names, and for some time yet."""
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    dates = not is_believed(now.timestamp()) or begin <= now < end - timedelta(seconds=AHEAD)
    return dates and certificate.public_key() == key.public_key() and set(names_of(certificate)) == set(wanted)


def _begin(former: x509.Certificate | None, now: datetime) -> datetime:
    """When a new certificate begins: now, or the latest that is known while the clock cannot be right."""
    if is_believed(now.timestamp()):
        return now - SLOW
    built = datetime.fromtimestamp(BUILT, UTC)
    known = former is not None and is_believed(former.not_valid_before_utc.timestamp())
    return former.not_valid_before_utc if former is not None and known else built


def _authority(folder: Path) -> Pair:
    """The box's authority. Its certificate can be made again of its key: then all that was trusted still is."""
    certificate_file, key_file = authority_paths(folder)
    certificate, key = _certificate(certificate_file), _key(key_file)
    if not isinstance(key, rsa.RSAPrivateKey):
        key = _new_key(3072)
        write_file(key_file, _private(key))
        certificate = None
    if certificate is None or certificate.public_key() != key.public_key():
        certificate = _self_signed(key)
        write_file(certificate_file, _public(certificate), 0o644)
    return Pair(certificate, key)


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # Two boxes in one browser need two names.
    own = f"{PRODUCT} {identifier.digest.hex()[:8]}"
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, PRODUCT), x509.NameAttribute(NameOID.COMMON_NAME, own)]
    )
    builder = _builder(name, name, key, key, BEGIN, END)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(_usage(authority=True), critical=True).sign(key, hashes.SHA256())


def _signed(authority: Pair, key: rsa.RSAPrivateKey, names: Sequence[str], begin: datetime) -> x509.Certificate:
    # Old phones compare the common name alone, and one name fits in.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    alternatives = [x509.IPAddress(ip_address(each)) if is_address(each) else x509.DNSName(each) for each in names]
    # mbed TLS before 3.5, which Linphone and many a phone are built on, looks for an address among the names only.
    # They come last: a name that is asked for is found before somebody dislikes them.
    alternatives += [x509.DNSName(each) for each in names if is_address(each) and ":" not in each]
    end = begin + timedelta(days=DAYS)
    builder = _builder(subject, authority.certificate.subject, key, authority.key, begin, end)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    )
    return builder.sign(authority.key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    issuers: rsa.RSAPrivateKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    """What both have (RFC 5280, 4.1 and 4.2.1)."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers.public_key()), critical=False)
    )


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _new_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _certificate(path: Path) -> x509.Certificate | None:
    """The first in the file; None if there is none."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _key(path: Path) -> PrivateKeyTypes | None:
    """The key in the file; None if there is none that can be used."""
    try:
        return serialization.load_pem_private_key(path.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError):
        return None


def names_of(certificate: x509.Certificate) -> list[str]:
    """Names and addresses a certificate speaks for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return []
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return list(dict.fromkeys((*found.get_values_for_type(x509.DNSName), *addresses)))


def _note(folder: Path, certificate: x509.Certificate, authority: Pair | None) -> None:
    issued = Issued(
        "box" if authority else "office",
        tuple(names_of(certificate)),
        certificate.not_valid_before_utc.timestamp(),
        certificate.not_valid_after_utc.timestamp(),
        authority.certificate.fingerprint(hashes.SHA256()).hex() if authority else "",
        mark(folder),
    )
    if Issued.read(folder) != issued:
        write_file(folder / NOTE, issued.text())


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def main() -> int:
    """The exit code; what is wrong goes to stderr in one line."""
    folder, now, *names = sys.argv[1:]
    try:
        own_certificate(Path(folder), names, datetime.fromisoformat(now))
    except (OSError, ValueError) as error:
        print(getattr(error, "strerror", None) or error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
