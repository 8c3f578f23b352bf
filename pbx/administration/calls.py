"""Calls that were, calls to be made, and the tasks that are left of them."""

import dataclasses
from typing import Any

from pbx.administration import contacts, lookup
from pbx.administration.stores import Stores
from pbx.control.protocol import Refused
from pbx.store.models import CallRecord, Task

Shown = dict[str, Any]
MOST = 100_000


def listing(stores: Stores, last: int = 20) -> list[Shown]:
    """The last calls, the newest at the end. Raises Refused."""
    if not 0 < last <= MOST:
        raise Refused(f"--last takes a number from 1 to {MOST}.")
    return [view(call) for call in stores.records.calls(last)]


def tasks(
    stores: Stores, extension: str | None = None, done: int | None = None, open_only: bool = False
) -> list[Shown]:
    """The tasks of all or one extension, oldest first; the one with the id `done` is marked so before.

    Raises Refused.
    """
    if extension is not None:
        lookup.person_or_group(stores.office, extension)
    if done is not None and stores.records.finish_task(done) is None:
        raise Refused(f"There is no task {done}.")
    return [task_view(task) for task in stores.records.tasks(extension, open_only=open_only)]


def call(stores: Stores, extension: str, number: str) -> Shown:
    """Ring a person's phone, then call a number or contact for him. Raises Refused."""
    office = stores.office
    person = lookup.person(office, extension)
    known = office.contacts.get(number)
    target, suffix = (known.number, known.extension) if known else contacts.split(office, number)
    if stores.live is None:
        raise Refused("The exchange is not running: start it with “durchwahl run”.", 1)
    if not office.phones_of(person.extension):
        raise Refused(f"{person.name} ({extension}) has no phone that could ring: “durchwahl phone add {extension}”.")
    return {"id": stores.live.call(person.extension, target, suffix), "from": extension, "to": target, "suffix": suffix}


def view(call: CallRecord) -> Shown:
    """A call as JSON."""
    shown = dataclasses.asdict(call)
    shown["from"] = shown.pop("from_")
    return shown


def task_view(task: Task) -> Shown:
    """A task as JSON."""
    shown = dataclasses.asdict(task)
    shown["from"] = shown.pop("from_")
    return shown
