"""What a call leaves in a data folder."""

from pathlib import Path

from pbx.administration.stores import open_stores
from pbx.store.models import CallRecord, Step
from tests.store.sound import write_sound


def leave_message(data: Path, extension: str) -> int:
    """A call, its message and its task, as the exchange leaves them."""
    stores = open_stores(data)
    spool = stores.mailboxes.spool(extension, "+4989123456", f"call-{extension}", 1000.0)
    write_sound(spool, 2.5)
    message = stores.mailboxes.keep(spool)
    assert message is not None
    steps = (Step(1000.0, "called", {"number": "+4930123450"}),)
    story = "Meier\x1b[31m left a message."
    stores.records.add_call(
        CallRecord(
            f"call-{extension}",
            "in",
            "+4989123456",
            "Meier\x1b[31m",
            "+4930123450",
            extension,
            "voicemail",
            1000.0,
            None,
            1010.0,
            story,
            steps,
        )
    )
    stores.records.add_task(extension, "voicemail", "+4989123456", f"call-{extension}", 1010.0)
    stores.close()
    return message.id
