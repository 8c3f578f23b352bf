"""Names nobody can guess: branches, tags, Call-IDs (RFC 3261, 8.1.1.4, 8.1.1.7, 19.3)."""

from collections.abc import Callable

from pbx.sip.via import COOKIE


class Ids:
    """Makes names out of random bytes that somebody else provides."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random = random_bytes

    def branch(self) -> str:
        """A new transaction's branch."""
        return COOKIE + self._random(9).hex()

    def tag(self) -> str:
        """A new tag of ours."""
        return self._random(8).hex()

    def call_id(self) -> str:
        """A new Call-ID, without any address of ours."""
        return self._random(16).hex()

    def token(self) -> str:
        """A new name for anything else: sessions, client nonces."""
        return self._random(8).hex()

    def cseq(self) -> int:
        """A first sequence number, low enough to count up for ever (RFC 3261, 8.1.1.5)."""
        return 1 + int.from_bytes(self._random(2), "big") // 4

    def session_id(self) -> int:
        """A new number for a description's o= line (RFC 8866, section 5.2)."""
        return int.from_bytes(self._random(5), "big")

    def fraction(self) -> float:
        """A random number, 0 <= n < 1."""
        return int.from_bytes(self._random(4), "big") / 2**32
