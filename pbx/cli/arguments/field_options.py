"""Options that are the described fields of a noun (`pbx.store.fields`): no command lists them again.

Loaded only by commands about such nouns, as the models take their time.
"""

from collections.abc import Callable, Container
from functools import cache
from typing import Any

from pbx.cli.arguments.declaring import Parser, password_file, switch
from pbx.cli.arguments.value_kinds import days, extensions, seconds
from pbx.store.fields import Description, arguments
from pbx.store.kinds import Choice, Days, Extensions, Kind, Seconds, Secret, Sound, Switch
from pbx.store.models import Group, Office, Person

_READERS: dict[type[Kind], Callable[[str], Any]] = {Days: days, Extensions: extensions, Seconds: seconds}


def field_options(
    parser: Parser, noun: type[Any], but: Container[str] = (), needed: Container[str] = (), **helps: str
) -> None:
    """An option for each argument `but` some; those `needed` must be given. `helps` say more than the description."""
    for name, each in arguments(noun).items():
        if name not in but:
            _option(parser, each, name in needed, helps.get(name) or _help(each))


def retention_options(parser: Parser) -> None:
    """An option for each time that something is kept: --history for `keep_history_days`."""
    for name, each in arguments(Office, "retention").items():
        option = name.removeprefix("keep_").removesuffix("_days").replace("_", "-")
        parser.add_argument(f"--{option}", type=days, dest=name, metavar=each.kind.written, help=_help(each))


@cache
def in_seconds() -> frozenset[str]:
    """The settings that are seconds, by their arguments' names."""
    described = (each for noun in (Person, Group, Office) for each in arguments(noun).values())
    return frozenset(each.argument for each in described if isinstance(each.kind, Seconds))


def _option(parser: Parser, description: Description, needed: bool, help: str) -> None:
    name = description.argument.replace("_", "-")
    kind = description.kind
    match kind:
        case Switch():
            switch(parser, name, help, off=f"{kind.no}-{name}")
        case Secret():
            password_file(parser)
        case Choice(labels):
            parser.add_argument(f"--{name}", required=needed, choices=[each for each in labels if each], help=help)
        case _:
            reader = _READERS.get(type(kind), str)
            parser.add_argument(f"--{name}", required=needed, type=reader, metavar=kind.written, help=help)


def _help(description: Description) -> str:
    """What the form says of the field, in one line, and what an empty value means."""
    kind, text = description.kind, str(description.label.inside())
    if isinstance(kind, Seconds):
        text += f" ({kind.least:g} to {kind.most:g})"
    if description.help:
        text += f" — {description.help.inside().removesuffix('.')}"
    if isinstance(kind, Sound):
        return f"{text}; a sound file, or a text to be spoken; empty restores the default"
    return f"{text}; empty removes it" if description.optional and not isinstance(kind, Choice) else text
