"""A field of the settings is described once, where it is declared: what it is called, what it means, what it may be.

The page's form, the command's argument and option, the list of changes and the rules read it here: a new field is one
line in `models` and its translation. What several fields have to do with each other stays code, next to the noun.
"""

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pbx.sentence import Sentence
from pbx.store.kinds import Kind

_KEY = "described"


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a field."""

    label: Sentence
    """What the form calls it."""
    kind: Kind
    help: Sentence
    """What it does, in sentences; empty when the label says it all."""
    short: Sentence
    """What the list of changes calls it."""
    argument: str
    """What commands, forms and their JSON call it."""
    by: str
    """What else sets it: a command of its own, or other arguments; empty: the noun's commands do."""
    name: str = ""
    """Of the field, here and on the disk."""
    required: bool = False
    """It has no default."""
    optional: bool = False
    """It may be empty, which means that there is none."""

    def wrong(self, value: Any) -> Sentence | None:
        """What is wrong with a value of it, None if nothing is."""
        return None if self.optional and value == "" else self.kind.wrong(value)


def described(
    label: str,
    kind: Kind,
    help: str = "",
    *,
    default: Any = dataclasses.MISSING,
    short: str = "",
    argument: str = "",
    by: str = "",
    repr: bool = True,
) -> Any:
    """A dataclass's field with its `Description`. `label`, `help` and `short` are texts that are translated."""
    named, helps, shortly = map(Sentence, (label, help, short or label))
    about = Description(named, kind, helps, shortly, argument, by)
    return dataclasses.field(default=default, repr=repr, metadata={_KEY: about})


def descriptions(noun: type[Any]) -> Mapping[str, Description]:
    """What is described of a dataclass, by its fields' names, in their order."""
    return _descriptions(cast("Hashable", noun))


def arguments(noun: type[Any], by: str = "") -> dict[str, Description]:
    """What commands about a noun can be given, by the arguments' names; or those that something else is given."""
    return {each.argument: each for each in descriptions(noun).values() if each.by == by}


def wrong_in(item: Any) -> list[tuple[str, Sentence]]:
    """The fields of an item whose values are not what they are described to be, and what they must be."""
    found = []
    for name, check, optional in _checks(cast("Hashable", type(item))):
        value = getattr(item, name)
        if not (optional and value == "") and (wrong := check(value)) is not None:
            found.append((name, wrong))
    return found


@cache
def _checks(noun: Any) -> tuple[tuple[str, Callable[[Any], Sentence | None], bool], ...]:
    """Of each field that can be wrong by itself: name, check, and whether it may be empty. There are many items."""
    return tuple(
        (name, each.kind.wrong, each.optional)
        for name, each in descriptions(noun).items()
        if type(each.kind).wrong is not Kind.wrong
    )


@cache
def _descriptions(noun: Any) -> Mapping[str, Description]:
    return {
        field.name: dataclasses.replace(
            field.metadata[_KEY],
            name=field.name,
            argument=field.metadata[_KEY].argument or field.name,
            required=field.default is dataclasses.MISSING,
            optional=field.default == "",
        )
        for field in dataclasses.fields(noun)
        if _KEY in field.metadata
    }
