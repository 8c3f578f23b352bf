"""Whose turn it is to have a sound made or decoded: it takes seconds and a core, and more must be left for the rest."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pbx.control.protocol import Refused
from pbx.sentence import Sentence

PATIENCE = 20.0
"""Seconds to wait for one's turn."""
WAITING = 2
"""How many may wait while one works: the threads that answer pages must not all be taken."""

_inside = threading.Semaphore(1 + WAITING)
_one = threading.Lock()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Work at a sound in this block. Raises Refused when others do, or wait to."""
    if not _inside.acquire(blocking=False):
        raise Refused(_busy(), 1)
    try:
        if not _one.acquire(timeout=PATIENCE):
            raise Refused(_busy(), 1)
        try:
            yield
        finally:
            _one.release()
    finally:
        _inside.release()


def _busy() -> Sentence:
    return Sentence("Other recordings are being processed. Please try again in a moment.")
