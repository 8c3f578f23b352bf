"""The five lamps on the box, drawn with their rhythm: moving, or as a strip for people who want no motion."""

from collections.abc import Mapping

from webui.request import Request
from webui.words import N_

NAMES = {
    "ready": N_("Ready"),
    "trunk": N_("Line"),
    "call": N_("Call"),
    "message": N_("Message"),
    "trouble": N_("Trouble"),
}
"""In the order of the box's front."""
RHYTHMS = {
    "off": N_("off"),
    "steady": N_("on"),
    "slow": N_("blinks slowly"),
    "fast": N_("blinks fast"),
    "pulse": N_("pulses"),
}
STRIPS = {
    "off": "",
    "steady": "M0 0h60v6H0z",
    "slow": "M0 0h15v6H0zM30 0h15v6H30z",
    "fast": "M0 0h4v6H0zM8 0h4v6H8zM16 0h4v6h-4zM24 0h4v6h-4zM32 0h4v6h-4zM40 0h4v6h-4zM48 0h4v6h-4zM56 0h4v6h-4z",
    "pulse": "M0 6 15 0 30 6zM30 6 45 0 60 6z",
}
"""Brightness over time, as paths in a field of 60 by 6."""


def leds(request: Request, now: Mapping[str, Mapping[str, object]]) -> list[dict[str, str]]:
    """The lamps as the view draws them, from the answer to "now"."""
    return [
        {
            "name": name,
            "label": request._(label),
            "rhythm": (rhythm := str(now["lamps"][name])),
            "rhythm_words": request._(RHYTHMS[rhythm]),
            "meaning": request.said(now["lamp_words"][name]),
            "strip": STRIPS[rhythm],
        }
        for name, label in NAMES.items()
    ]
