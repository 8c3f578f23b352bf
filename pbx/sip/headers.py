"""A message's header fields in order (RFC 3261, section 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pbx.sip.grammar import BLANK, is_token, split

_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
_SPELLED = {
    name.lower(): name for name in ("Call-ID", "CSeq", "MIME-Version", "Min-SE", "RAck", "RSeq", "SIP-ETag",
                                    "SIP-If-Match", "WWW-Authenticate")
}  # fmt: skip
_LONG = 64


def canonical(name: str) -> str:
    """The one spelling of a header's name used here: compact forms expanded, words with a capital."""
    return _cached(name) if len(name) <= _LONG else _canonical(name)


def field_name(text: str) -> str:
    """What stands before a header's colon, as `canonical` spells it; "" if it can be no name."""
    return _cached_name(text) if len(text) <= _LONG else _field_name(text)


def _canonical(name: str) -> str:
    key = name.lower()
    return _COMPACT.get(key) or _SPELLED.get(key) or "-".join(part.capitalize() for part in key.split("-"))


def _field_name(text: str) -> str:
    name = text.rstrip(BLANK)
    return _canonical(name) if is_token(name) else ""


_cached = lru_cache(1024)(_canonical)
_cached_name = lru_cache(1024)(_field_name)


class Headers:
    """Header fields as (name, value), in order and immutable; names are compared without regard to case.

    One field that was folded over several lines is one value here. Content-Length is no part of it: it follows
    from the message's body, and is written when the message is.
    """

    __slots__ = ("_index", "_items")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items = tuple((canonical(name), value) for name, value in items)
        self._index: dict[str, list[str]] | None = None

    @classmethod
    def indexed(cls, items: tuple[tuple[str, str], ...], index: dict[str, list[str]]) -> Headers:
        """For the parser: headers with canonical names whose values were sorted by name already."""
        headers = cls.__new__(cls)
        headers._items = items
        headers._index = index
        return headers

    def get(self, name: str) -> str | None:
        """The first value of that name, or None."""
        values = self._values(name)
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """The values of that name, one per header line."""
        return tuple(self._values(name))

    def values(self, name: str) -> tuple[str, ...]:
        """The items of that name's lines, split at the commas outside quotes and <>; empty ones left out.

        Raises ParseError if a quote or bracket is never closed.
        """
        return tuple(item for line in self._values(name) for item in split(line) if item)

    def with_(self, name: str, *values: str) -> Headers:
        """These headers with all fields of that name replaced: where the first was, or at the end."""
        name = canonical(name)
        at = next((place for place, (key, _) in enumerate(self._items) if key == name), len(self._items))
        rest = tuple(item for item in self._items[at:] if item[0] != name)
        return _of((*self._items[:at], *((name, value) for value in values), *rest))

    def without(self, name: str) -> Headers:
        """These headers less all fields of that name."""
        name = canonical(name)
        return _of(tuple(item for item in self._items if item[0] != name))

    def adding(self, name: str, value: str) -> Headers:
        """These headers and one more line at the end."""
        return _of((*self._items, (canonical(name), value)))

    def prepending(self, name: str, value: str) -> Headers:
        """These headers and one more line before the first of that name (a Via, a Route), else at the top."""
        name = canonical(name)
        at = next((place for place, (key, _) in enumerate(self._items) if key == name), 0)
        return _of((*self._items[:at], (name, value), *self._items[at:]))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._values(name))

    def __eq__(self, other: object) -> bool:
        return self._items == other._items if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"Headers({list(self._items)!r})"

    def _values(self, name: str) -> list[str] | tuple[()]:
        index = self._index
        if index is None:
            index = self._index = {}
            for key, value in self._items:
                index.setdefault(key, []).append(value)
        return index.get(name) or index.get(canonical(name)) or ()


def _of(items: tuple[tuple[str, str], ...]) -> Headers:
    headers = Headers()
    headers._items = items
    return headers
