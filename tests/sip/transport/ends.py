"""Both ends of a wire for the tests of the transports: real sockets, all in one loop."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pbx.sip.flow import Flow
from pbx.sip.transport.limits import ConnectionLimits
from pbx.sip.transport.listener import Transports


def message(text: str = "", body: bytes = b"") -> bytes:
    """Something a framer takes for a SIP message; `text` tells it apart."""
    head = f"OPTIONS sip:a SIP/2.0\r\nSubject: {text}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass
class End:
    """Transports with all that they told."""

    received: list[tuple[bytes, Flow]] = field(default_factory=list)
    failed: list[tuple[Flow, str]] = field(default_factory=list)
    echo: bool = False
    kept: Callable[[Flow], bool] = lambda flow: False

    def open(self, limits: ConnectionLimits | None = None, tls_client: ssl.SSLContext | None = None) -> Transports:
        """Make the transports; to be called in the loop."""
        self.transports = Transports(
            self.take,
            lambda flow, why: self.failed.append((flow, why)),
            limits,
            kept=lambda flow: self.kept(flow),
            tls_client=tls_client,
        )
        return self.transports

    def take(self, data: bytes, flow: Flow) -> None:
        """Note it, and send it back if told so."""
        self.received.append((data, flow))
        if self.echo:
            self.transports.send(data, flow)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run, without moving a made-up clock, until something is so; ten real seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0)


class Authority:
    """A certificate authority that signs whatever a test wants, in the form of RFC 5280 unless told to be sloppy."""

    def __init__(self, folder: Path, lacks: Collection[str] = ()) -> None:
        """`lacks`: "identifiers" of keys, "usage" of keys, "critical" where it ought to stand, "authority"."""
        self._folder = folder
        self._lacks = lacks
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        ours = self._extensions(self._key, "authority" not in lacks)
        self.certificate = self._sign(self._name, self._key, timedelta(days=1), ours)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(
        self,
        *names: str,
        ends_in: timedelta = timedelta(days=1),
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    ) -> ssl.SSLContext:
        """A server's context with a certificate for these names; the certificate is in the newest server*.pem, too."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [x509.IPAddress(ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in names]
        theirs = [
            *self._extensions(key, False),
            (x509.SubjectAlternativeName(alternatives), self._critical),  # nothing else names it (RFC 5280, 4.1.2.6)
            (x509.ExtendedKeyUsage([purpose]), False),
        ]
        certificate = self._sign(x509.Name([]), key, ends_in, theirs)
        file = self._folder / f"server{len(list(self._folder.iterdir()))}.pem"
        file.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    @property
    def _critical(self) -> bool:
        return "critical" not in self._lacks

    def _extensions(self, key: ec.EllipticCurvePrivateKey, authority: bool) -> list[tuple[x509.ExtensionType, bool]]:
        found: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=authority, path_length=None), self._critical)
        ]
        if "usage" not in self._lacks:
            usage = x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False)
            found.append((usage, self._critical))
        if "identifiers" not in self._lacks:
            found.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
            found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False))
        return found

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        ends_in: timedelta,
        extensions: list[tuple[x509.ExtensionType, bool]],
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + ends_in)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256())
