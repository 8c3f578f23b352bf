"""What calls leave behind, put into the records of a made-up office."""

from __future__ import annotations

from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.store.rows import CallRecord, Message, Task
from tests.sound_files import sound_file

CALLER = "+491701234567"
NUMBER = "+4930123450"
"""The office's."""


def call_record(id: str = "c", **facts: Any) -> CallRecord:
    """A call that ended: what is not said is as if somebody outside had called Anna (21) in vain."""
    began = facts.get("started", 1000.0)
    usual: dict[str, Any] = {
        "direction": "in", "from_": CALLER, "from_name": "", "to": NUMBER, "extension": "21", "outcome": "missed",
        "started": began, "answered": None, "ended": began + 10, "story": "Nobody.",
    }  # fmt: skip
    return CallRecord(id=id, **usual | facts)


def missed(desk: Desk, extension: str, from_: str = CALLER, call: str = "", name: str = "") -> Task:
    """A call nobody answered, and its task."""
    direction = "in" if from_.startswith("+") or not from_ else "internal"
    record = call_record(
        call or f"call-{extension}-{from_}", direction=direction, from_=from_, from_name=name, extension=extension
    )
    desk.records.add_call(record)
    return desk.records.add_task(extension, "missed", from_, record.id, record.ended)


def message(desk: Desk, extension: str, call: str = "", seconds: float = 2.0, from_: str = CALLER) -> Message:
    """A message somebody left."""
    spool = desk.mailboxes.spool(extension, from_, call or f"call-{extension}", 1000.0)
    spool.write_bytes(sound_file("wav 16 bit", seconds))
    kept = desk.mailboxes.keep(spool)
    assert kept is not None
    return kept
