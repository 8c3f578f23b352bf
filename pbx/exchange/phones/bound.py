"""What the registrar reports about bindings: made, gone, doubted."""

from dataclasses import dataclass
from typing import Literal

from pbx.store.rows import Binding


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding was made or refreshed."""

    binding: Binding
    new: bool
    """Not merely refreshed."""
    takes_notify: bool = True
    """Whether it may be sent a NOTIFY it did not ask for: its Allow, if it has one, says so."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """A binding was removed, replaced, or ran out."""

    binding: Binding


@dataclass(frozen=True, slots=True)
class Doubted:
    """A binding is not rung any more until its phone answers, or registers again."""

    binding: Binding
    ask: bool
    """Whether it can be asked: there is a way to it."""


BindingChange = Bound | Unbound | Doubted

Trouble = Literal["", "replaced", "lost", "silent"]
"""Why a binding is not rung: its phone seems to have come back at another port, its connection is gone, or it answers
no questions any more."""
