"""When two admins change the same thing: each form carries the version it was filled from."""

import dataclasses
import hashlib
import json
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.control.protocol import Refused
from pbx.sentence import Sentence


def version(item: Any) -> str:
    """A short hash of the present state of a dataclass (without its secrets), or of any JSON value."""
    text = json.dumps(_plain(item), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def check_seen(desk: Desk, item: Any, seen: str | None) -> None:
    """Check that `item` is still what somebody saw when they began to change it. Raises Refused with code 3.

    `desk.who_changed`, when it is set, tells who did it and when.
    """
    if seen is None or seen == version(item):
        return
    change = desk.who_changed(item)
    if change is None:
        raise Refused(
            Sentence("Somebody else has changed this in the meantime. Please check it again before you save."), 3
        )
    name, at = change
    raise Refused(Sentence("{name} changed this at {at}. Please check it again before you save.", name=name, at=at), 3)


def _plain(item: Any) -> Any:
    """Its fields except those that `repr` hides: a version must not help to guess a password."""
    if not dataclasses.is_dataclass(item):
        return item
    return [type(item).__name__, {f.name: getattr(item, f.name) for f in dataclasses.fields(item) if f.repr}]
