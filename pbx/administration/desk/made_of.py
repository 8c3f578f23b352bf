"""What takes long to make of a table of the settings, kept as long as they stay as they are."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class made_of(Generic[T]):
    """Wraps a function of one table; it is called anew only for another table than the last time.

    Settings are frozen: a change makes new tables. Any thread may call.
    """

    def __init__(self, make: Callable[[Mapping[str, Any]], T]) -> None:
        self._make = make
        self._last: tuple[Mapping[str, Any], T] | None = None
        update_wrapper(self, make)

    def __call__(self, table: Mapping[str, Any]) -> T:
        last = self._last
        if last is None or last[0] is not table:
            self._last = last = (table, self._make(table))
        return last[1]
