"""The SIP messages of a call as a ladder: a column for the box and each device, an arrow for each message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.request import Request
from webui.views import Html, escaped

TIMES, COLUMN, ROW, HEAD, EDGE = 84, 190, 40, 56, 10
"""Width of the times at the left and of a column, height of an arrow and of the columns' heads, and what is left
around all, in pixels."""
PAUSE = 24
"""What is left where more than LONG seconds pass."""
LONG = 2.0
SIGNS = 24
"""Characters that fit over an arrow."""


@dataclass(frozen=True, slots=True)
class Column:
    """The box or one device."""

    middle: float
    lane: int
    """Which of the lanes; -1: the box."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message in its place."""

    index: int
    start: float
    end: float
    level: float
    pause: float
    """Seconds that pass before it, when they are worth telling; else 0."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """All of it."""

    columns: tuple[Column, ...]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


def laid_out(lanes: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]]) -> Ladder:
    """Where everything goes: the phones at the left, the box, the world outside at the right; time runs down."""
    inside = [place for place, lane in enumerate(lanes) if not lane["outside"]]
    outside = [place for place, lane in enumerate(lanes) if lane["outside"]]
    order = [*inside, -1, *outside]
    columns = tuple(Column(TIMES + COLUMN * (place + 0.5), lane) for place, lane in enumerate(order))
    middles = {column.lane: column.middle for column in columns}
    arrows: list[Arrow] = []
    level, before = float(HEAD), None
    for index, message in enumerate(messages):
        pause = 0.0 if before is None or message["at"] - before < LONG else message["at"] - before
        level += ROW + (PAUSE if pause else 0)
        ends = middles[-1], middles[message["lane"]]
        start, end = ends if message["sent"] else reversed(ends)
        arrows.append(Arrow(index, start, end, level, pause))
        before = message["at"]
    return Ladder(columns, tuple(arrows), TIMES + COLUMN * len(columns) + EDGE, level + ROW / 2)


def drawn(request: Request, found: Mapping[str, Any], first: int = 0, most: int | None = None) -> Html:
    """The ladder as SVG; each arrow leads to the message in the list beside it, which says it all again.

    Of a long call it is a piece: `most` messages from the `first` on, and the devices that take part in them.
    """
    lanes, messages = _piece(found, first, len(found["messages"]) if most is None else most)
    ladder = laid_out(lanes, messages)
    began, width = found["messages"][0]["at"], ladder.width
    columns = "".join(_column(request, column, lanes, ladder.height) for column in ladder.columns)
    arrows = "".join(_arrow(request, each, messages[each.index], began, width, first) for each in ladder.arrows)
    title = request._("SIP messages between the phones, the box and the provider")
    return Html(
        f'<svg class="drawing ladder" viewBox="0 0 {ladder.width:g} {ladder.height:g}" width="{ladder.width:g}"'
        f' height="{ladder.height:g}" role="group" aria-labelledby="ladder-title">'
        f'<title id="ladder-title">{escaped(title)}</title>{columns}{arrows}</svg>'
    )


def _piece(found: Mapping[str, Any], first: int, most: int) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The lanes and messages of a piece, the messages' lanes numbered anew."""
    messages = found["messages"][first : first + most]
    used = sorted({message["lane"] for message in messages})
    return [found["lanes"][lane] for lane in used], [each | {"lane": used.index(each["lane"])} for each in messages]


def party(request: Request, lane: Mapping[str, Any]) -> str:
    """What a device's column is called: the person, or the number outside."""
    if lane["name"]:
        return f"{lane['name']} {lane['party']}" if not lane["outside"] else str(lane["name"])
    return request.number(lane["party"]) or request._("Number withheld")


def after(seconds: float) -> str:
    """A time since the first message."""
    return f"+{seconds:.3f} s" if seconds < 100 else f"+{seconds:.0f} s"


def _column(request: Request, column: Column, lanes: Sequence[Mapping[str, Any]], bottom: float) -> str:
    lane = lanes[column.lane] if column.lane >= 0 else None
    name = party(request, lane) if lane else request._("The box")
    host = lane["host"] if lane else ""
    x, middle = column.middle, 'text-anchor="middle"'
    return (
        f'<line class="life" x1="{x:g}" y1="{HEAD:g}" x2="{x:g}" y2="{bottom:g}"/>'
        f'<rect class="box{" lit" if lane is None else ""}" x="{x - COLUMN / 2 + 6:g}" y="4" width="{COLUMN - 12}"'
        f' height="{HEAD - 8}" rx="8"/>'
        f'<text class="name" x="{x:g}" y="{24 if host else 32}" {middle}>{escaped(_cut(name, SIGNS))}</text>'
        f'<text class="soft" x="{x:g}" y="42" {middle}>{escaped(_cut(host, SIGNS))}</text>'
    )


def _arrow(request: Request, arrow: Arrow, message: Mapping[str, Any], began: float, width: float, first: int) -> str:
    tip = 7 if arrow.start > arrow.end else -7
    words = message["summary"] + (" ↻" if message["again"] else "")
    middle = (arrow.start + arrow.end) / 2
    pause = ""
    if arrow.pause:
        level = arrow.level - ROW + 2
        passed = escaped(request._("{time} later").format(time=request.duration(arrow.pause)))
        pause = f'<text class="soft pause" x="{EDGE}" y="{level:g}">{passed}</text>'
    reason = (
        f'<text class="soft why" x="{middle:g}" y="{arrow.level + 13:g}" text-anchor="middle">'
        f"{escaped(_cut(message['reason'], SIGNS + 4))}</text>"
        if message["reason"]
        else ""
    )
    return (
        f'{pause}<a href="#message-{first + arrow.index}" class="arrow {kind(message)}">'
        f'<rect class="target" x="2" y="{arrow.level - 23:g}" width="{width - 4:g}" height="39" rx="6"/>'
        f'<text class="soft" x="{EDGE}" y="{arrow.level + 4:g}">{after(message["at"] - began)}</text>'
        f'<text x="{middle:g}" y="{arrow.level - 7:g}" text-anchor="middle">{escaped(_cut(words, SIGNS))}</text>'
        f'<path class="line" d="M{arrow.start:g} {arrow.level:g}H{arrow.end:g}m{tip} -5L{arrow.end:g} {arrow.level:g}'
        f'l{tip} 5"/>{reason}</a>'
    )


def kind(message: Mapping[str, Any]) -> str:
    """How an arrow looks: a request, what is on its way, what went well, what did not."""
    first = message["summary"][:1]
    if not first.isdigit():
        return "asks"
    return {"1": "comes", "2": "well"}.get(first, "not")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
