"""Form fields that are the described fields of a noun (`pbx.store.fields`): no page lists them again."""

from dataclasses import replace
from typing import Any

from pbx.store.fields import Description, arguments
from pbx.store.kinds import (
    Choice,
    Days,
    Extension,
    Extensions,
    Line,
    OutsideNumber,
    Pin,
    Seconds,
    Secret,
    Sound,
    Switch,
)
from webui.form import Field
from webui.words import N_


def fields_of(noun: type[Any], *names: str, by: str = "", **changed: dict[str, Any]) -> tuple[Field, ...]:
    """A field for each argument, or for those `names` in that order. What is `changed`, is so on this page only."""
    known = {name: each for name, each in arguments(noun, by).items() if not isinstance(each.kind, Sound)}
    return tuple(replace(_field(known[name]), **changed.get(name, {})) for name in names or known)


def labels(noun: type[Any], argument: str) -> dict[str, str]:
    """What people read for each value of a choice."""
    kind = arguments(noun)[argument].kind
    return dict(kind.labels) if isinstance(kind, Choice) else {}


def _field(description: Description) -> Field:
    """How one is filled in."""
    plain = Field(
        description.argument,
        label=description.label,
        help=description.help,
        required=description.required,
        autocomplete="off",
    )
    match description.kind:
        case Switch():
            return replace(plain, kind="switch", autocomplete="")
        case Choice(labels):
            return replace(plain, kind="choice", options=tuple(labels.items()), autocomplete="", required=False)
        case Line():
            return replace(plain, kind="choice", autocomplete="", required=False)
        case Extensions():
            return replace(plain, kind="list", autocomplete="")
        case Seconds():
            return replace(plain, kind="number", unit=N_("seconds"), required=True, autocomplete="")
        case Days():
            return replace(plain, kind="number", unit=N_("days"), inputmode="numeric", autocomplete="")
        case Extension():
            return replace(plain, inputmode="numeric")
        case OutsideNumber():
            return replace(plain, inputmode="tel")
        case Pin():
            return replace(plain, kind="password", inputmode="numeric", autocomplete="new-password")
        case Secret():
            return replace(plain, kind="password", autocomplete="new-password")
    return plain
