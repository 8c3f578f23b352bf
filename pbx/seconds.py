"""Seconds for people: stories, page and command line round alike, so that no two of them differ by one."""

import math


def whole(seconds: float) -> int:
    """The nearest whole number of seconds, half a second upwards; what is negative is none."""
    return max(0, math.floor(seconds + 0.5))


def duration(seconds: float) -> str:
    """Seconds as people say them: "25 s", from two minutes on "2 min 5 s"."""
    passed = whole(seconds)
    return f"{passed} s" if passed < 120 else f"{passed // 60} min {passed % 60} s"
