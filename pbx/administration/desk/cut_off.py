"""Calls that a kill or a power cut ended: their rows in the history, and the tasks they left."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from pbx.exchange.dialling.dialplan import taken_by
from pbx.exchange.story import story
from pbx.store.models import CallRecord, Message, Office, Step
from pbx.store.records.database import RecordsError
from pbx.store.records.records import Records
from pbx.store.records.unfinished import Cut

log = logging.getLogger(__name__)


def write_down(records: Records, recovered: Sequence[Message], office: Office) -> None:
    """Give a row to each call that was noted, and tell of each message that was `recovered` in that of its call.

    To be called when nobody telephones. What cannot be written (a full disk) stays for the next time.
    """
    try:
        for cut in records.unfinished.all():
            with records.together():
                _finish(records, cut, office)
        for message in recovered:
            record = _with(message, records.call(message.call), office) if message.call else None
            if record is not None:
                records.add_call(record, office.names)
    except RecordsError as error:
        log.error("calls that were cut off could not be written down: %s", error)


def _finish(records: Records, cut: Cut, office: Office) -> None:
    messages = records.leftovers.messages_of_call(cut.record.id)
    record = _told(cut.record, messages, office, cut)
    records.add_call(record, cut.names)
    if record.direction != "out" and record.extension and not messages and record.outcome != "answered":
        owner = taken_by(record.extension, office)
        owner = owner if owner in office.people or owner in office.groups else ""
        records.add_task(owner, "missed", record.from_, record.id, record.started)
    for message in messages:
        records.add_task(message.extension, "voicemail", message.from_, record.id, record.started)


def _told(
    record: CallRecord, messages: Sequence[Message], office: Office, cut: Cut | None, *, cut_off: bool = True
) -> CallRecord:
    """The record with what came after it was noted, as far as the disk tells."""
    left = [
        Step(each.started + each.seconds, "message", {"seconds": round(each.seconds, 1), "extension": each.extension})
        for each in messages
    ]
    ended = max([record.ended, *(step.at for step in left)])
    steps = (*record.steps, *left, *([Step(ended, "interrupted")] if cut_off else []))
    return replace(
        record,
        outcome="voicemail" if messages else record.outcome,
        ended=ended,
        steps=steps,
        story=story(steps, office.language, cut.names if cut is not None else office.names),
    )


def _with(message: Message, record: CallRecord | None, office: Office) -> CallRecord | None:
    """The message's call with a word of it; None when its row has that already."""
    if record is None:
        return _told(_call_of(message, office), [message], office, None)
    if any(step.what == "message" for step in record.steps):
        return None
    before = tuple(step for step in record.steps if step.what != "interrupted")
    return _told(replace(record, steps=before), [message], office, None, cut_off=before != record.steps)


def _call_of(message: Message, office: Office) -> CallRecord:
    """All that the name of a recording's file tells of its call."""
    return CallRecord(
        id=message.call,
        direction="internal" if message.from_ in office.people else "in",
        from_=message.from_,
        from_name="",
        to=message.extension,
        extension=message.extension,
        outcome="voicemail",
        started=message.started,
        answered=None,
        ended=message.started,
        story="",
    )
