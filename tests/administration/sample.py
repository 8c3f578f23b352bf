"""What a call leaves in a data folder."""

from pathlib import Path

from pbx.administration.desk.desk import open_desk
from pbx.store.rows import Step
from tests.leftovers import call_record
from tests.store.sound import write_sound


def leave_message(data: Path, extension: str) -> int:
    """A call, its message and its task, as the exchange leaves them."""
    desk = open_desk(data)
    spool = desk.mailboxes.spool(extension, "+4989123456", f"call-{extension}", 1000.0)
    write_sound(spool, 2.5)
    message = desk.mailboxes.keep(spool)
    assert message is not None
    steps = (Step(1000.0, "called", {"number": "+4930123450"}),)
    story = "Meier\x1b[31m left a message."
    desk.records.add_call(
        call_record(
            f"call-{extension}",
            from_="+4989123456",
            from_name="Meier\x1b[31m",
            extension=extension,
            outcome="voicemail",
            story=story,
            steps=steps,
        )
    )
    desk.records.add_task(extension, "voicemail", "+4989123456", f"call-{extension}", 1010.0)
    desk.close()
    return message.id
