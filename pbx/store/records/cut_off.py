"""Calls that a kill or a power cut ended: their rows in the history, and the tasks they left."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pbx.store.models import Language, Office
from pbx.store.records.database import RecordsError
from pbx.store.records.records import Records
from pbx.store.records.unfinished import Cut
from pbx.store.rows import CallRecord, Message, Step

log = logging.getLogger(__name__)

Story = Callable[[Sequence[Step], Language, Mapping[str, str]], str]
"""Tells what happened in a call, in a sentence; the last are names of people and groups, by extension."""


def write_down(records: Records, recovered: Sequence[Message], office: Office, story: Story) -> None:
    """Give a row to each call that was noted, and tell of each message that was `recovered` in that of its call.

    To be called when nobody telephones. What cannot be written (a full disk) stays for the next time.
    """
    recovery = _Recovery(records, office, story)
    try:
        for cut in records.unfinished.all():
            with records.together():
                recovery.finish(cut)
        for message in recovered:
            if message.call:
                recovery.tell_of(message)
    except RecordsError as error:
        log.error("calls that were cut off could not be written down: %s", error)


@dataclass(frozen=True, slots=True)
class _Recovery:
    """Writes the rows; every method raises RecordsError."""

    records: Records
    office: Office
    story: Story

    def finish(self, cut: Cut) -> None:
        """The row of a call that was noted, and the tasks it left."""
        messages = self.records.leftovers.messages_of_call(cut.record.id)
        record = self._told(cut.record, messages, cut.names)
        self.records.add_call(record, cut.names)
        if record.direction != "out" and record.extension and not messages and record.outcome != "answered":
            owner = self.office.heir_of(record.extension)
            self.records.add_task(owner, "missed", record.from_, record.id, record.started)
        for message in messages:
            self.records.add_task(message.extension, "voicemail", message.from_, record.id, record.started)

    def tell_of(self, message: Message) -> None:
        """A word of the message in the row of its call, unless it has that already."""
        names, record = self.office.names, self.records.call(message.call)
        if record is None:
            self.records.add_call(self._told(_call_of(message, self.office), [message], names), names)
        elif not any(step.what == "message" for step in record.steps):
            before = tuple(step for step in record.steps if step.what != "interrupted")
            record, cut_off = replace(record, steps=before), before != record.steps
            self.records.add_call(self._told(record, [message], names, cut_off=cut_off), names)

    def _told(
        self, record: CallRecord, messages: Sequence[Message], names: Mapping[str, str], *, cut_off: bool = True
    ) -> CallRecord:
        """The record with what came after it was noted, as far as the disk tells."""
        left = [
            Step(
                each.started + each.seconds, "message", {"seconds": round(each.seconds, 1), "extension": each.extension}
            )
            for each in messages
        ]
        ended = max([record.ended, *(step.at for step in left)])
        steps = (*record.steps, *left, *([Step(ended, "interrupted")] if cut_off else []))
        return replace(
            record,
            outcome="voicemail" if messages else record.outcome,
            ended=ended,
            steps=steps,
            story=self.story(steps, self.office.language, names),
        )


def _call_of(message: Message, office: Office) -> CallRecord:
    """All that the name of a recording's file says about its call."""
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
