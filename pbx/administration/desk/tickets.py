"""One-time tickets: who may fetch which phone's account."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

LASTS = 900.0
"""Seconds a ticket is good for."""
MOST = 200
"""Tickets at a time; the oldest gives way."""


class Tickets:
    """Who may fetch which phone's account; in memory, as hashes, so that nothing that is read or copied opens it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[bytes, tuple[str, float]] = {}
        """By hash: user name, and until when."""

    def issue(self, username: str) -> str:
        """A new ticket for the phone; one that it had is void."""
        token = secrets.token_urlsafe(18)
        with self._lock:
            self._tickets = {key: each for key, each in self._tickets.items() if each[0] != username}
            while len(self._tickets) >= MOST:
                del self._tickets[next(iter(self._tickets))]
            self._tickets[_hash(token)] = (username, self._clock() + LASTS)
        return token

    def redeem(self, token: str) -> str | None:
        """The user name the ticket is for, this once; None for an unknown, used or old one alike."""
        with self._lock:
            username, until = self._tickets.pop(_hash(token), ("", 0.0))
        return username if until > self._clock() else None

    def void(self, username: str) -> None:
        """The phone's account is another now."""
        with self._lock:
            self._tickets = {key: each for key, each in self._tickets.items() if each[0] != username}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
