"""Files encrypted with a password as the `age` tool does it (age-encryption.org/v1), in pieces: memory stays small.

What is written here opens with `age --decrypt` on any computer, and needs neither this box nor this program.

A `Key` encrypts without the password: it is a file's header, whose file key is wrapped by the password, and that file
key itself. Files made with one Key share both; each has a nonce of its own, and its cipher is made from both.

Written here, as no library streams a file with a password: pyrage takes three times its size in memory. To an X25519
recipient it does, but then the password alone would not open a backup any more, and the old ones still needed this.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pbx.sentence import Sentence, Wrong

_VERSION = b"age-encryption.org/v1"
_WORK = 16
"""Log2 of scrypt's cost: 64 MB and about a second of a Pi."""
_MOST_WORK = 18
"""What a file may ask of us: 256 MB."""
_PIECE = 64 * 1024
_TAG = 16
_HEADER = re.compile(_VERSION + rb"\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---")
_LONGEST_HEADER = 1024

DAMAGED = Sentence("The backup is damaged or incomplete.")
_NO_KEY = Sentence("The key of the nightly backup is damaged. Please enter its password again.")


class NotOpened(Wrong):
    """The file cannot be decrypted."""


class WrongPassword(NotOpened):
    """The file is one of ours, but has another password."""


@dataclass(frozen=True, slots=True)
class Key:
    """Encrypts files that a password opens. The key opens them too, but does not reveal the password."""

    file_key: bytes = field(repr=False)
    header: bytes

    @classmethod
    def of(cls, password: str) -> Self:
        """A new one; takes about a second on purpose."""
        file_key, salt = secrets.token_bytes(16), secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_stretched(password, salt, _WORK)).encrypt(bytes(12), file_key, None)
        return cls(file_key, b"%b\n-> scrypt %b %d\n%b\n---" % (_VERSION, _text(salt), _WORK, _text(wrapped)))

    @classmethod
    def read(cls, text: str) -> Self:
        """From what `text` says. Raises NotOpened."""
        file_key, _, header = text.partition(".")
        try:
            found = cls(base64.b64decode(file_key, validate=True), base64.b64decode(header, validate=True))
        except ValueError as error:
            raise NotOpened(_NO_KEY) from error
        if len(found.file_key) != 16 or not _HEADER.fullmatch(found.header):
            raise NotOpened(_NO_KEY)
        return found

    @property
    def text(self) -> str:
        """For keeping it: as secret as what it encrypts."""
        return f"{base64.b64encode(self.file_key).decode()}.{base64.b64encode(self.header).decode()}"


class Writer:
    """Encrypts what is written into a file. `close` completes it; without that nobody can read it."""

    def __init__(self, file: BinaryIO, key: Key) -> None:
        """Write the header. Raises OSError."""
        nonce = secrets.token_bytes(16)
        file.write(key.header + b" " + _text(_signed(key.file_key, key.header)) + b"\n" + nonce)
        self._file = file
        self._cipher = ChaCha20Poly1305(_derived(key.file_key, nonce, b"payload"))
        self._waiting = bytearray()
        self._count = 0

    def write(self, content: bytes) -> int:
        """Encrypt some more. Raises OSError."""
        self._waiting += content
        while len(self._waiting) > _PIECE:  # the last piece, which is marked, must not be empty
            self._put(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(content)

    def close(self) -> None:
        """Write what is left, marked as the end; the file stays open. Raises OSError."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_numbered(self._count, last), piece, None))
        self._count += 1


class Reader:
    """Decrypts a file from where it stands to its end; what it returns is genuine, piece by piece."""

    def __init__(self, file: BinaryIO, password: str) -> None:
        """Read the header. Raises WrongPassword, NotOpened, OSError."""
        file_key = _opened(file, password)
        nonce = file.read(16)
        self._file = file
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._ahead = file.read(_PIECE + _TAG)
        self._ready = b""
        self._count = 0
        self._ended = False

    def read(self, length: int) -> bytes:
        """So many bytes, fewer only at the end. Raises NotOpened when the file was changed or cut, OSError."""
        found = bytearray()
        while len(found) < length:
            if not self._ready:
                if self._ended:
                    break
                self._ready = self._next()
            piece = self._ready[: length - len(found)]
            self._ready = self._ready[len(piece) :]
            found += piece
        return bytes(found)

    def _next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(_PIECE + _TAG)
        self._ended = not self._ahead
        try:
            piece = self._cipher.decrypt(_numbered(self._count, self._ended), sealed, None)
        except InvalidTag as error:
            raise NotOpened(DAMAGED) from error
        if not piece and self._count:
            raise NotOpened(DAMAGED)
        self._count += 1
        return piece


def _opened(file: BinaryIO, password: str) -> bytes:
    """The file's key; the file stands behind its header then. Raises NotOpened, OSError."""
    start = file.tell()
    head = file.read(_LONGEST_HEADER)
    found = _HEADER.match(head)
    if found is None:
        raise NotOpened(Sentence("This is not a backup: it is not encrypted with a password."))
    work = int(found[2])
    if work > _MOST_WORK:
        raise NotOpened(Sentence("Opening this backup takes more computing power than this box has."))
    key = _stretched(password, _binary(found[1]), work)
    try:
        file_key = ChaCha20Poly1305(key).decrypt(bytes(12), _binary(found[3]), None)
    except InvalidTag as error:
        raise WrongPassword(Sentence("This is not the backup's password.")) from error
    signature = b" " + _text(_signed(file_key, found[0])) + b"\n"
    if not hmac.compare_digest(head[found.end() : found.end() + len(signature)], signature):
        raise NotOpened(DAMAGED)
    file.seek(start + found.end() + len(signature))
    return file_key


def _stretched(password: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_VERSION + b"/scrypt" + salt, length=32, n=1 << work, r=8, p=1).derive(password.encode())


def _signed(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _numbered(count: int, last: bool) -> bytes:
    """A piece's nonce."""
    return count.to_bytes(11, "big") + bytes([last])


def _text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _binary(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4))
