"""How good a call sounded, of numbers that were measured: lost packets, jitter, the time there and back."""

from itertools import pairwise
from typing import Any, Literal

from pbx.administration.desk.callers import name_of
from pbx.store.models import Office
from pbx.store.rows import CallRecord, LegQuality, LegQualityPoint, LegQualityPoints

Shown = dict[str, Any]
Grade = Literal["good", "fair", "poor", "silent"]

GOOD = {"lost": 0.01, "jitter": 0.03, "round_trip": 0.3}
FAIR = {"lost": 0.03, "jitter": 0.06, "round_trip": 0.5}
"""What is heard: up to GOOD hardly anything, up to FAIR some roughness, beyond it words are missed.

A codec without redundancy hides one lost packet in a hundred well, and few of three in a hundred; a phone's buffer
takes up 60 ms; above 300 ms there and back people begin to interrupt each other (ITU-T G.114, twice 150 ms).
"""


def view(record: CallRecord, legs: tuple[LegQualityPoints, ...], office: Office) -> list[Shown]:
    """Of each party what was counted in all, and how it went over time, each sample for the time since the last."""
    left = list(legs)
    shown = []
    for each in record.legs:
        over_time = next((leg for leg in left if leg.party == each.party), None)
        if over_time is not None:
            left.remove(over_time)
        points = over_time.points if over_time is not None else ()
        shown.append(
            {
                "party": each.party,
                "name": name_of(office, each.party, record.from_name if each.party == record.from_ else ""),
                "codec": each.codec,
                "received": each.received,
                "lost": each.lost,
                "loss": round(_share(each.received, each.lost), 4),
                "jitter_ms": round(each.jitter * 1000, 1),
                "round_trip_ms": None if each.round_trip is None else round(each.round_trip * 1000),
                "peer_lost": each.peer_lost,
                "grade": _grade_of(each),
                "samples": [_point(earlier, later) for earlier, later in pairwise((_nothing(record), *points))],
            }
        )
    return shown


def grade(lost: float, jitter: float, round_trip: float | None) -> Grade:
    """In a word; `lost` is a share from 0 to 1, the others are seconds."""
    found = {"lost": lost, "jitter": jitter, "round_trip": round_trip or 0.0}
    if all(found[name] <= GOOD[name] for name in found):
        return "good"
    return "fair" if all(found[name] <= FAIR[name] for name in found) else "poor"


def _grade_of(leg: LegQuality) -> Grade:
    if not leg.received:
        return "silent"
    return grade(_share(leg.received, leg.lost), leg.jitter, leg.round_trip)


def _nothing(record: CallRecord) -> LegQualityPoint:
    return LegQualityPoint(record.started, 0, 0, 0.0)


def _point(earlier: LegQualityPoint, later: LegQualityPoint) -> Shown:
    received, lost = max(0, later.received - earlier.received), max(0, later.lost - earlier.lost)
    share = _share(received, lost)
    return {
        "at": later.at,
        "received": received,
        "lost": lost,
        "loss": round(share, 4),
        "jitter_ms": round(later.jitter * 1000, 1),
        "round_trip_ms": None if later.round_trip is None else round(later.round_trip * 1000),
        "peer_lost": None if later.peer_lost is None else max(0, later.peer_lost - (earlier.peer_lost or 0)),
        "grade": grade(share, later.jitter, later.round_trip) if received else "silent",
    }


def _share(received: int, lost: int) -> float:
    return lost / (received + lost) if received + lost else 0.0
