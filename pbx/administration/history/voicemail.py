"""The messages in the mailboxes."""

from typing import Any

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.records.records import Records
from pbx.store.rows import Message

Shown = dict[str, Any]


def listing(desk: Desk, extension: str) -> list[Shown]:
    """The messages of a person's or group's mailbox, oldest first. Raises Refused."""
    lookup.person_or_group(desk.office, extension)
    return [view(message) for message in desk.records.messages(extension)]


def export(desk: Desk, message: int) -> Shown:
    """A message with the `path` of its sound, for the caller to copy. Raises Refused."""
    found = _message(desk.records, message)
    path = desk.mailboxes.path(found)
    if not path.is_file():
        raise Refused(
            Sentence("The sound file of message {message} is missing: {path}", message=message, path=str(path)), 1
        )
    return view(found) | {"path": str(path.absolute())}


def remove(desk: Desk, message: int) -> Shown:
    """Delete a message for good. Raises Refused."""
    found = _message(desk.records, message)
    desk.mailboxes.remove(found)
    if desk.live is not None:
        desk.live.mailbox_changed(found.extension)
    return view(found)


def view(message: Message) -> Shown:
    """A message as JSON."""
    return {
        "id": message.id,
        "extension": message.extension,
        "from": message.from_,
        "call": message.call,
        "started": message.started,
        "seconds": message.seconds,
        "heard": message.heard,
    }


def _message(records: Records, id: int) -> Message:
    found = records.message(id) if 0 < id < 2**63 else None
    if found is None:
        raise Refused(
            Sentence("There is no message {message}.", message=id),
            field="message",
            hint="“durchwahl voicemail list EXT” shows the numbers.",
        )
    return found
