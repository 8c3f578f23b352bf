"""HTTPS with the box's own certificate, for cheroot."""

import contextlib
import errno
import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import MakeFile
from cheroot.ssl import Adapter


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """What TLS has to say of a connection that broke, in the words of a plain socket.

    Clients close and break off as they like, and some talk rubbish. Of a socket cheroot knows that, and closes it
    without a word; the words of OpenSSL are news to it, which it writes into the log with all that it was doing.
    """
    try:
        yield
    except TimeoutError as late:
        raise TimeoutError("timed out") from late
    except ssl.SSLError as broken:
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from broken


class Socket(ssl.SSLSocket):
    """A connection of which nothing is said that would not be said without TLS."""

    def recv(self, length: int = 1024, flags: int = 0) -> bytes:
        with _told_plainly():
            return super().recv(length, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        with _told_plainly():
            return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        with _told_plainly():
            return super().send(data, flags)

    def do_handshake(self, block: bool = False) -> None:
        with _told_plainly():
            super().do_handshake(block)


class Tls(Adapter):  # type: ignore[misc]
    """Wraps connections without a word.

    The handshake is left to the thread that serves the connection: cheroot's own adapters do it where connections
    are accepted, and there one silent client would keep everybody waiting.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises OSError or ssl.SSLError when the files are not there or do not fit."""
        self._files = (certificate, key)
        self._loaded = self._age()
        self._context = self._fresh()

    def refresh(self) -> None:
        """Take a certificate that came later, such as a restored box's. Raises OSError or ssl.SSLError.

        Then what was shown still is.
        """
        if (age := self._age()) != self._loaded:
            # Tried first: a context that was given what does not fit together shows nothing at all any more.
            self._fresh()
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

    def _fresh(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sslsocket_class = Socket
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self._files)
        return context

    def _age(self) -> tuple[int, ...]:
        return tuple(path.stat().st_mtime_ns for path in self._files)
