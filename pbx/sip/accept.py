"""Whether a request's sender takes the kind of body that our answer has (RFC 3261, 20.1)."""

from __future__ import annotations

from pbx.sip.grammar import BLANK, ParseError, find, read_params
from pbx.sip.headers import Headers


def accepts(headers: Headers, kind: str) -> bool:
    """Whether Accept allows for `kind` (in lower case, `type/subtype`).

    Without the header what is usual is taken; with an empty one nothing is. Of several ranges that fit, the narrowest
    counts, and a weight of zero means no.
    """
    lines = headers.lines("Accept")
    return not lines or (len(lines) == 1 and lines[0] == kind) or _is_among(headers.items("Accept"), kind)


def _is_among(items: tuple[str, ...], kind: str) -> bool:
    ranges = [_range(item) for item in items]
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        fitting = [is_taken for name, is_taken in ranges if name == wanted]
        if fitting:
            return any(fitting)
    return False


def _range(item: str) -> tuple[str, bool]:
    """A media range and whether it is taken at all."""
    name, semicolon, params = item.partition(";")
    name = name.lower().replace(" ", "").replace("\t", "")
    try:
        weight = find(read_params(semicolon + params), "q")
    except ParseError:
        weight = None
    return "*/*" if name == "*" else name, (weight or "1").strip(BLANK).strip("0") not in ("", ".")
