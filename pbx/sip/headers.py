"""A message's header fields in order (RFC 3261, section 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pbx.sip.grammar import BLANK, ParseError, is_token, split

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
_LONG, _MOST = 64, 1024

FIELD_NAMES: dict[str, str] = {}
"""Names as they were seen before a colon, and how they are spelled here; bounded, because anybody can send names."""


def canonical(name: str) -> str:
    """The one spelling of a header's name used here: compact forms expanded, words with a capital."""
    return FIELD_NAMES.get(name) or field_name(name) or _spelled(name)


def field_name(text: str) -> str:
    """What stands before a header's colon, as `canonical` spells it; "" if it can be no name."""
    name = text.rstrip(BLANK)
    if not is_token(name):
        return ""
    spelled = _spelled(name)
    if len(FIELD_NAMES) < _MOST and len(text) <= _LONG:
        FIELD_NAMES[text] = spelled
    return spelled


def _spelled(name: str) -> str:
    key = name.lower()
    return _COMPACT.get(key) or _SPELLED.get(key) or "-".join(part.capitalize() for part in key.split("-"))


for _name in (*_COMPACT, *_COMPACT.values(), *_SPELLED, *_SPELLED.values(), "To", "From", "Route", "Record-Route"):
    field_name(_name)  # so that no flood of other names can ever push these aside


class Headers:
    """Header fields as (name, value), in order and immutable; names are compared without regard to case.

    One field that was folded over several lines is one value here. Content-Length is no part of it: it follows
    from the message's body, and is written when the message is.
    """

    __slots__ = ("_index", "_items")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        known = FIELD_NAMES.get
        self._items = tuple([(known(name) or canonical(name), value) for name, value in items])
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

    def items(self, name: str) -> tuple[str, ...]:
        """The same without raising: a line in which something is never closed is split at every comma."""
        return tuple(item for line in self._values(name) for item in _split_anyhow(line) if item)

    def words(self, name: str) -> tuple[str, ...]:
        """The items of a list of words (Supported, Allow) in lower case and without parameters; never raises."""
        return tuple(word for item in self.items(name) if (word := item.partition(";")[0].strip(BLANK).lower()))

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

    def lines(self, name: str) -> Sequence[str]:
        """The same as `all` without a copy; the name has to be in its `canonical` spelling. Not to be changed."""
        index = self._index
        if index is None:
            index = self._indexed()
        return index.get(name, ())

    def _values(self, name: str) -> Sequence[str]:
        return self.lines(FIELD_NAMES.get(name) or canonical(name))

    def _indexed(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for key, value in self._items:
            if key in index:
                index[key].append(value)
            else:
                index[key] = [value]
        self._index = index
        return index


def _split_anyhow(line: str) -> list[str]:
    try:
        return list(split(line))
    except ParseError:
        return [item.strip(BLANK) for item in line.split(",")]


def _of(items: tuple[tuple[str, str], ...]) -> Headers:
    headers = Headers()
    headers._items = items
    return headers
