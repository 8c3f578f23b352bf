"""HTTPS with the box's own certificate, for cheroot."""

import ssl
from pathlib import Path
from typing import Any

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import MakeFile
from cheroot.ssl import Adapter


class Tls(Adapter):  # type: ignore[misc]
    """Wraps connections without a word.

    The handshake is left to the thread that serves the connection: cheroot's own adapters do it where connections
    are accepted, and there one silent client would keep everybody waiting.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises OSError or ssl.SSLError when the files are not there or do not fit."""
        self._files = (certificate, key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._loaded = self._age()
        self._context.load_cert_chain(certificate, key)

    def refresh(self) -> None:
        """Take a certificate that came later, such as a restored box's. Raises OSError or ssl.SSLError."""
        if (age := self._age()) != self._loaded:
            self._context.load_cert_chain(*self._files)
            self._loaded = age

    def bind(self, sock: Any) -> Any:
        return sock

    def wrap(self, sock: Any) -> tuple[Any, dict[str, str]]:
        try:
            wrapped = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError as error:
            raise FatalSSLAlert(*error.args) from error
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        return MakeFile(sock, mode, bufsize)

    def _age(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)
