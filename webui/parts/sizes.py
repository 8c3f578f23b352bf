"""How large a file is, for people."""

from babel.numbers import format_decimal

from webui.words import Words


def size(words: Words, length: float) -> str:
    """Megabytes or gigabytes, as people write them."""
    unit, name = (1e9, "GB") if length >= 1e9 else (1e6, "MB")
    shape = "#,##0" if length >= 10 * unit else "#,##0.0"
    return f"{format_decimal(length / unit, shape, locale=words.locale)} {name}"
