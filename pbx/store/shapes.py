"""Frozen values to plain JSON and back, with every field's type checked on the way in."""

import dataclasses
import math
import types
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pbx.sentence import Sentence, Wrong

T = TypeVar("T")


class ShapeError(Wrong):
    """A value that does not fit its field; the sentence says what it must be, without naming the field."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence: Sentence = sentence
        self.field = field
        """Name of the field, empty when the whole is wrong."""


UNKNOWN_FIELDS = "unknown_fields"
"""The field of what is not understood (`models.Setting`)."""

_MUST = {
    str: Sentence("Must be text in quotes."),
    bool: Sentence("Must be true or false."),
    int: Sentence("Must be a whole number."),
    float: Sentence("Must be a number."),
}


def to_json(item: Any, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a dataclass instance without nested dataclasses; tuples become lists."""
    fields = {
        field.name: list(value) if isinstance(value := getattr(item, field.name), tuple) else value
        for field in dataclasses.fields(item)
        if field.name not in leave_out
    }
    return fields | dict(fields.pop(UNKNOWN_FIELDS, ()))


def from_json(kind: type[T], values: Any, *, also: tuple[str, ...] = (), newer: bool = False) -> T:
    """An instance of the dataclass `kind`; fields left out take their defaults, those named in `also` are ignored.

    Fields that are unknown are kept aside if a `newer` version wrote them. Raises ShapeError when a field is unknown,
    missing or of the wrong type.
    """
    if not isinstance(values, Mapping):
        raise ShapeError("", Sentence("Must be an object in braces."))
    known = _hints(cast("Hashable", kind))
    given: dict[str, Any] = {}
    unknown: list[tuple[str, Any]] = []  # no two have the same name
    for name, value in values.items():
        if name in known and name != UNKNOWN_FIELDS:
            given[name] = fit(known[name], value, name)
        elif newer and UNKNOWN_FIELDS in known:
            unknown.append((name, value))
        elif name not in also:
            raise ShapeError(name, Sentence("“{name}” is not a known field.", name=name))
    if unknown:
        given[UNKNOWN_FIELDS] = tuple(sorted(unknown))
    try:
        return kind(**given)
    except TypeError:
        missing = [f"“{name}”" for name in _required(kind) if name not in given]
        raise ShapeError("", Sentence("Needs {names}.", names=missing)) from None


def made(kind: type[T], values: Mapping[str, Any]) -> T:
    """An instance of the dataclass `kind` of what was written down; what a newer version added is left out."""
    return kind(**{name: values[name] for name in _hints(cast("Hashable", kind)) if name in values})


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    """The types of its fields; working them out costs more than reading an item."""
    return get_type_hints(kind)


def fit(hint: Any, value: Any, name: str) -> Any:
    """The value as its type hint wants it (a list may become a tuple, a whole number a float). Raises ShapeError."""
    origin, choices = get_origin(hint), get_args(hint)
    if origin is Literal:
        if isinstance(value, str) and value in choices:
            return value
        named = ", ".join(str(choice) or "(empty)" for choice in choices)
        raise ShapeError(name, Sentence("Must be one of these: {choices}.", choices=named))
    if origin in (Union, types.UnionType):
        return None if value is None else fit(next(c for c in choices if c is not types.NoneType), value, name)
    if origin in (tuple, list):
        if isinstance(value, list | tuple):
            return origin(fit(choices[0], element, name) for element in value)
        raise ShapeError(name, Sentence("Must be a list."))
    return _scalar(hint, value, name)


def _scalar(hint: Any, value: Any, name: str) -> Any:
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ShapeError(name, Sentence("Must be a finite number."))
        return float(value)
    if hint is int and isinstance(value, bool):
        raise ShapeError(name, Sentence("Must be a whole number."))
    if hint in (str, bool, int) and isinstance(value, hint):
        return value
    raise ShapeError(name, _MUST[hint])


def _required(kind: type) -> list[str]:
    return [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
