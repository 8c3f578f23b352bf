"""What an option's value may be; each raises ArgumentTypeError with the sentence."""

import argparse
import re
from pathlib import Path

from pbx.store.hosts import host_port

FREE_EXTENSION = "two to four digits (default: the first free one)"
"""The help of who gets one."""


def folder(text: str) -> Path:
    """A path; an empty one comes from a shell variable that is not set, and would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("it must name a folder")
    return Path(text)


def socket_address(text: str) -> tuple[str, int]:
    """HOST:PORT, [HOST]:PORT or PORT."""
    found = host_port(f"0.0.0.0:{text}" if re.fullmatch("[0-9]+", text, re.ASCII) else text)
    if found is None or found[1] is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return found[0], found[1]


def port_range(text: str) -> tuple[int, int]:
    """LOW-HIGH with room for a call's four ports."""
    found = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", text, re.ASCII)
    low, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= low <= high - 3 or high > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW-HIGH: two ports from 1024 to 65535, at least 4 apart")
    return low, high


def count(text: str) -> int:
    """A whole number from 1."""
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def days(text: str) -> int:
    """A whole number of days, or 0."""
    return 0 if text == "0" else count(text)


def seconds(text: str) -> float:
    """Seconds, with or without a decimal point."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return float(text)


def extensions(text: str) -> list[str]:
    """EXT,EXT..."""
    return [part.strip() for part in text.split(",") if part.strip()]
