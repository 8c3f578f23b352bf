"""Bytes that nobody meant, made of bytes that somebody did: the same ones for the same number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

LONGEST = 4096
"""Bytes; what only much more of the same would show belongs to the tests of speed."""
TOKENS = (
    *(b"\r\n", b"\n", b"\r\n\r\n", b"\0", b"\xff", b"\xc3\x28", b"\xe2\x80\xa8", b"\x85", b"\x0b", b" ", b"\t"),
    *(b"%00", b"%26", b"%2B", b'"', b"\\", b"<", b">", b"@", b";", b",", b"=", b":", b"[", b"]", b"*", b"#", b"&"),
    *(b"0", b"-1", b"+5", b"65536", b"4294967296", b"99999999999999999999", b"1e9", "٣".encode(), b"NaN", b"../"),
)
"""What parsers stumble over."""


def mutated(seeds: Sequence[bytes], number: int) -> Iterator[bytes]:
    """So many inputs, each a seed with some changes, or two of them crossed."""
    random = Random(number)
    for _ in range(number):
        data = bytearray(random.choice(seeds))
        for _ in range(random.choice((1, 1, 2, 4, 16))):
            data = _changed(data, seeds, random)
        yield bytes(data[:LONGEST])


def _changed(data: bytearray, seeds: Sequence[bytes], random: Random) -> bytearray:
    at = random.randrange(len(data) + 1)
    to = min(len(data), at + random.choice((1, 1, 2, 4, 8, 64)))
    match random.randrange(7):
        case 0:  # another byte
            data[at:to] = random.randbytes(to - at)
        case 1:  # one bit
            if data:
                data[at - 1] ^= 1 << random.randrange(8)
        case 2:
            data[at:at] = random.choice(TOKENS)
        case 3:
            data[at:to] = random.choice(TOKENS)
        case 4:
            del data[at:to]
        case 5:  # once more, elsewhere
            piece = data[at:to] * random.choice((1, 2, 20))
            where = random.randrange(len(data) + 1)
            data[where:where] = piece
        case _:  # half of another
            other = random.choice(seeds)
            data[at:] = other[random.randrange(len(other) + 1) :]
    return data
