"""Where a name stands in a telephone book: every list that is sorted by name takes its order from here."""

import unicodedata

_LIKE = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "þ": "th"}
)
"""Letters that Unicode takes for letters of their own (which have no parts), and that readers here look for there."""


def place(name: str) -> tuple[str, str]:
    """A key to sort by: Änne between Anna and Anton, whatever its capitals and accents (DIN 5007, variant 1)."""
    parts = unicodedata.normalize("NFKD", name.casefold().translate(_LIKE))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)), name
