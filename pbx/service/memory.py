"""Memory that is given back: a box has little, and after one upload the process would keep it for ever."""

import contextlib
import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of mallopt(3)."""


def give_back() -> None:
    """Let what is large go back to the system as soon as it is not needed. Elsewhere than with glibc: do nothing.

    By itself the GNU C library moves both thresholds up to the largest block that was ever freed, and lets each
    thread have a heap of its own.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, 512 * 1024)
        mallopt(_TRIM_THRESHOLD, 4 * 1024 * 1024)
        mallopt(_ARENA_MAX, 4)
