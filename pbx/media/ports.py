"""Pairs of UDP sockets: an even port for RTP and the odd one above it for RTCP (RFC 3550, section 11)."""

import socket
from collections.abc import Callable
from contextlib import suppress

_EXPEDITED = 0xB8
"""DSCP EF, so that routers which care let voice pass first (RFC 3246)."""
_TRIES = 32


class NoPort(OSError):
    """Every port of the range is in use, or the local address is none."""


class Ports:
    """Opens socket pairs at random ports of a range: a stranger should not be able to guess where a call is."""

    def __init__(self, low: int, high: int, random_bytes: Callable[[int], bytes]) -> None:
        """Ports from `low` to `high`, both included."""
        self._first = low + low % 2
        self._pairs = max(0, (high + 1 - self._first) // 2)
        self._random_bytes = random_bytes

    def open(self, host: str) -> tuple[socket.socket, socket.socket]:
        """Two bound non-blocking sockets; raises NoPort."""
        if not self._pairs:
            raise NoPort("the range of RTP ports is empty")
        start, reason = 0, None
        for step in range(_TRIES + self._pairs):
            if step < _TRIES:  # random at first; in a nearly full range one after the other
                start = place = int.from_bytes(self._random_bytes(4), "big")
            else:
                place = start + step
            port = self._first + 2 * (place % self._pairs)
            try:
                return self._pair(host, port)
            except OSError as error:
                reason = error
        raise NoPort(f"no pair of RTP ports is free at {host}: {reason}")

    def _pair(self, host: str, port: int) -> tuple[socket.socket, socket.socket]:
        rtp = bound(host, port)
        try:
            return rtp, bound(host, port + 1)
        except OSError:
            rtp.close()
            raise


def bound(host: str, port: int) -> socket.socket:
    """A non-blocking UDP socket at this address; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        with suppress(OSError):
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED)
            else:
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened
