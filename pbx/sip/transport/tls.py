"""TLS: what providers must show, and what we show (RFC 3261, section 26.3; RFC 5922)."""

import os
import ssl
from pathlib import Path

VERIFIED = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
"""How a provider's chain is followed: to the first certificate that the system trusts, be it an authority or not.

Set on every Python alike: 3.13 made VERIFY_X509_STRICT its default, which also wants the form of RFC 5280 kept to the
letter. Public authorities keep it and an office's own often do not (no key identifiers, a SAN that is not critical), so
that an upgrade of the system would end calls without making one of them safer: chain, name, dates and purpose are
checked all the same.
"""


def client_context(authorities: Path | None = None) -> ssl.SSLContext:
    """What we demand of a provider: a chain to an authority of the system (or of that file), its name, valid dates."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(authorities) if authorities else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags = VERIFIED
    return context


def paths(folder: Path) -> tuple[Path, Path]:
    """Where the box keeps its certificate and its key."""
    return folder / "tls.crt", folder / "tls.key"


def authority_paths(folder: Path) -> tuple[Path, Path]:
    """Where the box keeps the certificate and the key of the authority that signs them."""
    return folder / "authority.crt", folder / "authority.key"


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What we show to phones. Raises OSError or ssl.SSLError when the files do not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def words_for(error: BaseException) -> str:
    """Why a connection failed, in a few words a person understands."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
