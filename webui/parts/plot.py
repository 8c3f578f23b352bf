"""How the voice of one party went: lost packets and jitter over time, with what they sound like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from webui.request import Request
from webui.views import Html, escaped
from webui.words import N_

WIDTH, PANEL, LEFT, RIGHT, GAP, TOP = 420.0, 78.0, 40.0, 64.0, 30.0, 20.0
"""Of the picture, one panel's height, and what is left around the panels, in pixels."""

GRADES = {"good": N_("good"), "fair": N_("fair"), "poor": N_("poor"), "silent": N_("no sound")}
"""In words what a person hears."""


@dataclass(frozen=True, slots=True)
class PlotPanel:
    """One measure over time, and where it begins to be heard."""

    name: str
    unit: str
    field: str
    good: float
    fair: float
    most: float
    """The top of the picture."""
    scale: float
    """By which the field is multiplied to be in the unit."""

    def height(self, value: float) -> float:
        """From 0 to 1: a third for what is good, a third for what is fair, and the last one for all the rest."""
        if value <= self.good:
            return max(0.0, value) / self.good / 3
        if value <= self.fair:
            return (1 + (value - self.good) / (self.fair - self.good)) / 3
        return (2 + min(1.0, log(value / self.fair) / log(self.most / self.fair))) / 3


PANELS = (
    PlotPanel(N_("Lost"), "%", "loss", 1, 3, 100, 100),
    PlotPanel(N_("Jitter"), "ms", "jitter_ms", 30, 60, 500, 1),
)


def drawn(request: Request, leg: Mapping[str, Any], began: float, name: str, place: int) -> Html:
    """The picture; `began` is when the call did, `place` makes its names different from those of the other legs."""
    samples = leg["samples"]
    end = max(samples[-1]["at"] - began, 1.0)
    panels = "".join(
        _panel(request, panel, samples, began, end, TOP + index * (PANEL + GAP)) for index, panel in enumerate(PANELS)
    )
    bottom = TOP + len(PANELS) * (PANEL + GAP) - GAP
    times = (
        f'<text class="soft" x="{LEFT:g}" y="{bottom + 18:g}">0:00</text><text class="soft" x="{WIDTH - RIGHT:g}"'
        f' y="{bottom + 18:g}" text-anchor="end">{request.duration(end)}</text>'
    )
    title = request._("Lost packets and jitter of {name} over the call").format(name=name)
    return Html(
        f'<svg class="drawing plot" viewBox="0 0 {WIDTH:g} {bottom + 26:g}" role="img" aria-labelledby="plot-{place}'
        f' plot-{place}-words"><title id="plot-{place}">{escaped(title)}</title>'
        f'<desc id="plot-{place}-words">{escaped(in_words(request, leg))}</desc>{panels}{times}</svg>'
    )


def in_words(request: Request, leg: Mapping[str, Any]) -> str:
    """The same in words."""
    if leg["grade"] == "silent":
        return request._("No sound arrived")
    words = request._("{grade}: {loss}% lost, jitter {jitter} ms").format(
        grade=request._(GRADES[leg["grade"]]),
        loss=request.decimal(leg["loss"] * 100),
        jitter=f"{leg['jitter_ms']:.0f}",
    )
    if leg["round_trip_ms"] is None:
        return words
    return request._("{words}, {time} ms round trip").format(words=words, time=leg["round_trip_ms"])


def _panel(
    request: Request, panel: PlotPanel, samples: Sequence[Mapping[str, Any]], began: float, end: float, top: float
) -> str:
    values = [float(each[panel.field] * panel.scale) for each in samples]
    bottom, wide = top + PANEL, WIDTH - LEFT - RIGHT

    def x(at: float) -> float:
        return LEFT + wide * min(max((at - began) / end, 0.0), 1.0)

    def y(value: float) -> float:
        return bottom - PANEL * panel.height(value)

    bands = _band(y(panel.good), bottom, "good", request) + _band(y(panel.fair), y(panel.good), "fair", request)
    bands += _band(top, y(panel.fair), "poor", request)
    points = "".join(f"L{x(each['at']):.1f} {y(value):.1f}" for each, value in zip(samples, values, strict=True))
    line = f'<path class="strong" d="M{LEFT:g} {y(values[0]):.1f}{points}"/>'
    silences = "".join(
        f'<rect class="gap" x="{x(before):.1f}" y="{top:g}" width="{max(1.0, x(each["at"]) - x(before)):.1f}"'
        f' height="{PANEL:g}"/>'
        for before, each in zip([began, *(each["at"] for each in samples)], samples, strict=False)
        if each["grade"] == "silent"
    )
    heading = f"{request._(panel.name)} ({panel.unit})"
    ticks = "".join(
        f'<text class="soft" x="{LEFT - 6:g}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value in (panel.good, panel.fair, panel.most)
    )
    return f'<text x="{LEFT:g}" y="{top - 6:g}">{escaped(heading)}</text>{bands}{silences}{ticks}{line}'


def _band(top: float, bottom: float, grade: str, request: Request) -> str:
    middle = (top + bottom) / 2 + 4
    label = escaped(request._(GRADES[grade]))
    return (
        f'<rect class="band {grade}" x="{LEFT:g}" y="{top:.1f}" width="{WIDTH - LEFT - RIGHT:g}"'
        f' height="{max(0.0, bottom - top):.1f}"/>'
        f'<text class="soft" x="{WIDTH - RIGHT + 6:g}" y="{middle:.1f}">{label}</text>'
    )
