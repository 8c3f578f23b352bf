"""Commands by their names, as the command line and the control socket give them."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any, get_type_hints

from pbx.administration import calls, contacts, groups, health, numbers, people, phones, premises, trunks, voicemail
from pbx.administration.stores import Stores
from pbx.control.protocol import Json, Refused
from pbx.store.database import RecordsError
from pbx.store.shapes import ShapeError, fit

COMMANDS: dict[str, Callable[..., Json]] = {
    "user add": people.add,
    "user set": people.change,
    "user remove": people.remove,
    "user list": people.listing,
    "phone add": phones.add,
    "phone remove": phones.remove,
    "phone list": phones.listing,
    "group add": groups.add,
    "group set": groups.change,
    "group remove": groups.remove,
    "group list": groups.listing,
    "trunk add": trunks.add,
    "trunk set": trunks.change,
    "trunk remove": trunks.remove,
    "trunk list": trunks.listing,
    "number add": numbers.add,
    "number set": numbers.change,
    "number remove": numbers.remove,
    "number list": numbers.listing,
    "contact add": contacts.add,
    "contact remove": contacts.remove,
    "contact list": contacts.listing,
    "office show": premises.show,
    "office set": premises.change,
    "call": calls.call,
    "calls": calls.listing,
    "tasks": calls.tasks,
    "voicemail list": voicemail.listing,
    "voicemail export": voicemail.export,
    "voicemail remove": voicemail.remove,
    "status": premises.status,
    "doctor": health.examine,
}


def perform(stores: Stores, verb: str, arguments: Mapping[str, Json]) -> Json:
    """Do a command, its arguments checked against the types of the function behind it.

    Any thread may call; commands take turns. Raises Refused.
    """
    act = COMMANDS.get(verb)
    if act is None:
        raise Refused(f"There is no command {verb!r}.")
    try:
        with stores.turns:
            return act(stores, **_fitted(verb, act, arguments))
    except RecordsError as error:
        raise Refused(f"The records cannot be used: {error}", 1) from error
    except OSError as error:
        raise Refused(f"The data folder cannot be used: {error.strerror or error}.", 1) from error


def _fitted(verb: str, act: Callable[..., Json], arguments: Mapping[str, Json]) -> dict[str, Any]:
    parameters = dict(signature(act).parameters)
    del parameters["stores"]
    if unknown := arguments.keys() - parameters.keys():
        raise Refused(f"“{verb}” knows no {min(unknown)!r}.")
    missing = [n for n, p in parameters.items() if p.default is Parameter.empty and n not in arguments]
    if missing:
        raise Refused(f"“{verb}” needs {' and '.join(missing)}.")
    hints = get_type_hints(act)
    try:
        return {name: fit(hints[name], value, name) for name, value in arguments.items()}
    except ShapeError as error:
        raise Refused(f"{error.field} {error}.") from error
