"""A kernel that the Pi's firmware loads."""

from __future__ import annotations

import gzip
import struct

import pytest

from image.kernel import NotAKernel, plain

IMAGE = bytes(56) + b"ARM\x64" + bytes(range(256)) * 8


def packed(payload: bytes, how: str = "gzip", size: int | None = None) -> bytes:
    """An EFI program that unpacks itself."""
    length = len(payload) if size is None else size
    return (b"MZ\0\0zimg" + struct.pack("<II", 64, length) + bytes(8) + how.encode()).ljust(64, b"\0") + payload


@pytest.mark.parametrize("kernel", [IMAGE, gzip.compress(IMAGE)], ids=["plain", "gzip"])
def test_what_the_firmware_takes_is_left_as_it_is(kernel: bytes) -> None:
    assert plain(kernel) is kernel


def test_a_kernel_that_unpacks_itself_is_unpacked() -> None:
    assert plain(packed(gzip.compress(IMAGE))) == IMAGE


@pytest.mark.parametrize(
    ("kernel", "why"),
    [
        (b"", "no arm64 kernel"),
        (bytes(4096), "no arm64 kernel"),
        (packed(b"x" * 10, size=11), "cut off"),
        (packed(b"", size=0), "cut off"),
        (packed(b"x" * 10, "lzma"), "packed with lzma"),
    ],
    ids=["empty", "zeros", "cut off", "nothing in it", "unknown packing"],
)
def test_what_is_no_kernel_is_said(kernel: bytes, why: str) -> None:
    with pytest.raises(NotAKernel, match=why):
        plain(kernel)
