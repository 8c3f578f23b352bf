"""What a command was given of a noun's described fields, and how a noun is shown: no command lists them again."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_type_hints

from pbx.control.protocol import Refused
from pbx.sentence import Sentence, said
from pbx.store.fields import Description, arguments
from pbx.store.kinds import Pin, Secret, Sound

T = TypeVar("T")

Shown = dict[str, Any]


def changed(item: T, given: Mapping[str, Any], by: str = "", **own: Callable[[T, Any], Any]) -> T:
    """The item with what is given, by the arguments' names; None leaves a field as it is.

    `own` read arguments that have rules of their own, of the item as far as it is changed; the others need only be what
    they are described to be. In the order in which the fields are declared. Raises Refused.
    """
    for argument, description in arguments(type(item), by).items():
        value = given.get(argument)
        if value is not None:
            read = own[argument](item, value) if argument in own else checked(description, value)
            item = dataclasses.replace(item, **{description.name: read})  # type: ignore[type-var]
    return item


def checked(description: Description, value: Any) -> Any:
    """The value, if it is what it is described to be. Raises Refused."""
    if (wrong := description.wrong(value)) is not None:
        sentence = Sentence("{label}: {what}", label=description.label, what=wrong.inside())
        raise Refused(sentence, field=description.argument, template=said(wrong))
    return value


def types(noun: type[Any], by: str = "") -> dict[str, Any]:
    """The arguments that a command can be given of a noun, with their types; not sounds, which come in two ways."""
    hints = get_type_hints(noun)
    return {
        argument: hints[each.name] | None
        for argument, each in arguments(noun, by).items()
        if not isinstance(each.kind, Sound)
    }


def shown(item: Any, by: str = "") -> Shown:
    """An item as JSON, by the arguments' names. Of a secret only whether there is one."""
    return {name: _plain(each, getattr(item, each.name)) for name, each in arguments(type(item), by).items()}


def _plain(description: Description, value: Any) -> Any:
    if isinstance(description.kind, Secret | Pin):
        return bool(value)
    return list(value) if isinstance(value, tuple) else value
