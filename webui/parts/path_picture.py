"""The way a call takes, drawn: boxes below one another, a column for each branch, lines with what leads along them."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.request import Request
from webui.views import Html, escaped

WIDE, GAP, DROP, EDGE = 240, 28, 46, 4
"""Width of a box, and what is left between boxes side by side, one below another, and around all, in pixels."""
LINE, PAD = 18, 10
"""Height of a line of text, and what is left around the text of a box."""
SIGNS = 29
"""Characters that fit into a box's width; a title's are bold, and so wider."""
SIGN = 8.0
"""Width of a character, at most on average, in pixels."""
MOST_LINES = 7
"""Of those who are listed in a box."""
SHAPES = {"free": "●", "ringing": "▲", "talking": "■", "offline": "○", "never": "◌"}
"""Lamps, distinguished by their shape too."""


@dataclass(slots=True)
class Box:
    """A node in its place."""

    id: str
    texts: list[tuple[str, str]]
    """Lines with their class."""
    state: str
    column: int = 0
    row: int = 0
    top: float = 0.0

    @property
    def height(self) -> float:
        return len(self.texts) * LINE + 2 * PAD

    @property
    def middle(self) -> float:
        """Of its width."""
        return EDGE + self.column * (WIDE + GAP) + WIDE / 2


def drawn(request: Request, path: Mapping[str, Any]) -> Html:
    """The answer of "number path" as SVG; a list beside it says the same."""
    boxes = {node["id"]: Box(node["id"], _texts(request, node), node["state"]) for node in path["nodes"]}
    _place(boxes, path["edges"])
    labels = [boxes[edge["from"]].middle + 8 + SIGN * len(request.said(edge["label"])) for edge in path["edges"]]
    width = max(*(box.middle + WIDE / 2 for box in boxes.values()), *labels) + EDGE
    height = max(box.top + box.height for box in boxes.values()) + EDGE
    lines = "".join(_line(request, boxes[edge["from"]], boxes[edge["to"]], edge) for edge in path["edges"])
    title = request._("What happens when somebody calls")
    words = " ".join(request.said(sentence) for sentence in path["words"])
    return Html(
        f'<svg class="drawing way" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img"'
        f' aria-labelledby="way-title way-words"><title id="way-title">{escaped(title)}</title>'
        f'<desc id="way-words">{escaped(words)}</desc>{lines}{"".join(map(_box, boxes.values()))}</svg>'
    )


def _texts(request: Request, node: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands in a box: its title, its words, who is there."""
    texts = [(line, "name") for line in textwrap.wrap(request.said(node["title"]), SIGNS - 3)]
    texts += [(line, "soft") for line in textwrap.wrap(request.said(node["words"]), SIGNS)]
    those = node["lines"]
    for line in those[:MOST_LINES]:
        shape = SHAPES.get(line["state"], "")
        wrapped = textwrap.wrap(request.said(line["words"]), SIGNS - 2) or [""]
        texts.append((f"{shape} {wrapped[0]}".strip(), f"lamp-{line['state'] or 'none'}"))
        texts += [(f"   {rest}", "soft") for rest in wrapped[1:]]
    if more := len(those) - MOST_LINES:
        texts += [(request._("and {number} more").format(number=more), "soft")] * (more > 0)
    return texts


def _place(boxes: Mapping[str, Box], edges: Sequence[Mapping[str, Any]]) -> None:
    """A row below all that lead to it; the first way on keeps the column, another one opens the next."""
    for _ in boxes:  # as often as the longest way can be long
        for edge in edges:
            boxes[edge["to"]].row = max(boxes[edge["to"]].row, boxes[edge["from"]].row + 1)
    placed, columns = {next(iter(boxes))}, 0
    for source in sorted(boxes.values(), key=lambda box: box.row):
        fresh = [edge["to"] for edge in edges if edge["from"] == source.id and edge["to"] not in placed]
        for index, target in enumerate(fresh):
            columns += index > 0
            boxes[target].column = columns if index else source.column
            placed.add(target)
    top = float(EDGE)
    for row in range(1 + max(box.row for box in boxes.values())):
        those = [box for box in boxes.values() if box.row == row]
        for box in those:
            box.top = top
        top += max((box.height for box in those), default=0.0) + DROP


def _line(request: Request, source: Box, target: Box, edge: Mapping[str, Any]) -> str:
    """Straight down, or to the side and then down; what leads along it stands beside it."""
    label = request.said(edge["label"])
    end = f"V{target.top:g}"
    if source.column == target.column:
        start = source.top + source.height
        path, x, y = f"M{source.middle:g} {start:g}{end}", source.middle + 8, (start + target.top) / 2 + 5
    else:
        level, right = source.top + source.height / 2, source.middle + WIDE / 2
        path, x, y = f"M{right:g} {level:g}H{target.middle:g}{end}", right + 6, level - 7
    tip = f"M{target.middle - 5:g} {target.top - 8:g}l5 8l5 -8"
    return f'<path class="line" d="{path}{tip}"/><text class="soft" x="{x:g}" y="{y:g}">{escaped(label)}</text>'


def _box(box: Box) -> str:
    left = box.middle - WIDE / 2
    state = f" {box.state}" if box.state else ""
    rect = f'<rect class="box{state}" x="{left:g}" y="{box.top:g}" width="{WIDE}" height="{box.height:g}" rx="10"/>'
    texts = "".join(
        f'<text class="{escaped(kind)}" x="{left + 12:g}" y="{box.top + PAD + LINE * (index + 0.75):g}">'
        f"{escaped(text)}</text>"
        for index, (text, kind) in enumerate(box.texts)
    )
    return rect + texts
