"""Files encrypted with a password: the `age` of others opens them, and nothing that was changed is believed."""

import io
import secrets

import pyrage
import pytest

from pbx.store.backup import age

PASSWORD = "Käse, Brot und Wein"


def sealed(content: bytes, pieces: int = 1000) -> bytes:
    file = io.BytesIO()
    writer = age.Writer(file, age.Key.of(PASSWORD))
    for start in range(0, len(content), pieces):
        writer.write(content[start : start + pieces])
    writer.close()
    return file.getvalue()


def opened(content: bytes, password: str = PASSWORD) -> bytes:
    reader = age.Reader(io.BytesIO(content), password)
    return b"".join(iter(lambda: reader.read(70_000), b""))


@pytest.fixture(scope="module")
def long() -> tuple[bytes, bytes]:
    """Something of three pieces, and how it is encrypted."""
    content = secrets.token_bytes(2 * 65536 + 5)
    return content, sealed(content)


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 131072])
def test_what_is_written_is_read_by_us_and_by_others(length: int) -> None:
    content = secrets.token_bytes(length)
    file = sealed(content, 40_000)
    assert opened(file) == content
    assert pyrage.passphrase.decrypt(file, PASSWORD) == content


def test_a_kept_key_encrypts_again_and_again_what_the_password_alone_opens() -> None:
    kept = age.Key.of(PASSWORD).text
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        writer = age.Writer(file, age.Key.read(kept))
        writer.write(b"the same")
        writer.close()
    one, other = (file.getvalue() for file in files)
    assert (opened(one), opened(other), pyrage.passphrase.decrypt(other, PASSWORD)) == (b"the same",) * 3
    assert one[-24:] != other[-24:], "each file has a nonce of its own"
    assert PASSWORD not in kept
    assert kept.partition(".")[0] not in repr(age.Key.read(kept)), "it comes into no log"


@pytest.mark.parametrize("text", ["", ".", "AAAA.AAAA", "x" * 100, age.Key(b"short", b"").text])
def test_a_kept_key_that_is_damaged_is_told(text: str) -> None:
    with pytest.raises(age.NotOpened):
        age.Key.read(text)


def test_another_password_is_told_from_a_damaged_file(long: tuple[bytes, bytes]) -> None:
    with pytest.raises(age.WrongPassword):
        opened(long[1], "Käse, Brot und Wasser")


@pytest.mark.parametrize("at", [-1, -65536, 200, 170, 300])
def test_a_changed_bit_is_found(long: tuple[bytes, bytes], at: int) -> None:
    file = bytearray(long[1])
    file[at] ^= 1
    with pytest.raises(age.NotOpened):
        opened(bytes(file))


@pytest.mark.parametrize("cut", [1, 21, 22, 65557, 131000])
def test_a_file_that_was_cut_off_is_found(long: tuple[bytes, bytes], cut: int) -> None:
    with pytest.raises(age.NotOpened):
        opened(long[1][:-cut])


def test_pieces_cannot_change_places_or_follow_the_end(long: tuple[bytes, bytes]) -> None:
    file = long[1]
    size = 65536 + 16
    body = len(file) - 2 * size - 21
    first, second = file[body : body + size], file[body + size : body + 2 * size]
    for other in (file[:body] + second + first + file[body + 2 * size :], file + secrets.token_bytes(30)):
        with pytest.raises(age.NotOpened):
            opened(other)


@pytest.mark.parametrize(
    "head",
    [b"", b"PK\x03\x04", b"age-encryption.org/v1\n-> X25519 abc\nabc\n--- abc\n", b"age-encryption.org/v1\n"],
)
def test_other_files_are_told_so(head: bytes) -> None:
    with pytest.raises(age.NotOpened):
        opened(head + bytes(300))


def test_a_file_cannot_ask_for_all_our_memory(long: tuple[bytes, bytes]) -> None:
    with pytest.raises(age.NotOpened, match="more computing power"):
        opened(long[1].replace(b" 16\n", b" 30\n", 1))
