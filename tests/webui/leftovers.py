"""What calls leave behind, put into the stores of a page's office."""

from __future__ import annotations

from typing import Any

from pbx.store.models import CallRecord, Direction, Message, Task
from tests.sound_files import sound_file
from tests.webui.office import Web

CALLER = "+491701234567"


def missed(web: Web, extension: str, from_: str = CALLER, call: str = "", name: str = "") -> Task:
    """A call nobody answered, and its task."""
    call = call or f"call-{extension}-{from_}"
    direction: Direction = "in" if from_.startswith("+") or not from_ else "internal"
    record = CallRecord(
        call, direction, from_, name, "+4930123450", extension, "missed", 1000.0, None, 1010.0, "Nobody."
    )  # fmt: skip
    web.stores.records.add_call(record)
    return web.stores.records.add_task(extension, "missed", from_, call, 1010.0)


def message(web: Web, extension: str, call: str = "", seconds: float = 2.0, from_: str = CALLER) -> Message:
    """A message somebody left."""
    spool = web.stores.mailboxes.spool(extension, from_, call or f"call-{extension}", 1000.0)
    spool.write_bytes(sound_file("wav 16 bit", seconds))
    kept = web.stores.mailboxes.keep(spool)
    assert kept is not None
    return kept


def form(page: Any, action: str) -> Any:
    """The form on a page that is sent there; "" is one that is sent to the page itself."""
    return next(each for each in page.forms.values() if each.action == action)
