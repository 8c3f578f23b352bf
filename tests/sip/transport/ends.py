"""Both ends of a wire for the tests of the transports: real sockets, all in one loop."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pbx.sip.flow import Flow
from pbx.sip.transport.limits import Limits
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

    def open(self, limits: Limits | None = None, tls_client: ssl.SSLContext | None = None) -> Transports:
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
    """A certificate authority that signs whatever a test wants."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        self.certificate = self._sign(self._name, self._key, [], timedelta(days=1), authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, *names: str, ends_in: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """A server's context with a certificate for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([]), key, list(names), ends_in)
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

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: list[str],
        ends_in: timedelta,
        authority: bool = False,
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
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if names:
            alternatives = [
                x509.IPAddress(ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in names
            ]
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return builder.sign(self._key, hashes.SHA256())
