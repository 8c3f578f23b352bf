"""Whole seconds for people: stories, page and command line round alike, so that no two of them differ by one."""

import math


def whole(seconds: float) -> int:
    """The nearest whole number of seconds, half a second upwards; what is negative is none."""
    return max(0, math.floor(seconds + 0.5))
