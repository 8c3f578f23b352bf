"""Voicemail messages for those who may hear them: admins do not get to hear their colleagues'."""

import base64
import re
import time
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pbx.administration.desk.callers import bearer_name, name_of
from pbx.administration.desk.desk import Desk
from pbx.administration.history import voicemail
from pbx.control.protocol import Refused
from pbx.media import wav
from pbx.sentence import Sentence
from pbx.store.mailboxes import Mailboxes
from pbx.store.records.paging import TablePageRequest
from pbx.store.rows import Message

Shown = dict[str, Any]

PEAKS = 200
"""Number of peaks in a waveform."""
MOST = 100
"""Messages at a time."""
_LOUD = 3000
"""Anything fainter must not look like speech."""


def listing(
    desk: Desk,
    extension: str | None = None,
    before: int | None = None,
    after: int | None = None,
    most: int = MOST,
    drawn: bool = False,
) -> Shown:
    """The `mailboxes` the actor may hear, and `messages` of all or one of them, newest first, `most` of them.

    `before` and `after` are the id of a message seen: what is further back, or came later (0: the oldest of all).
    `all` is how many there are, `ahead` how many of them are newer than these, `more` whether there are older ones;
    with `drawn` each message has its `peaks` from 0 to 1. Raises Refused.
    """
    boxes = hearable(desk)
    if extension is not None and extension not in boxes:
        raise Refused(
            Sentence("You have no access to the mailbox {extension}.", extension=extension), field="extension"
        )
    if not 0 < most <= MOST:
        raise Refused(Sentence("The number of messages must be between 1 and {most}.", most=MOST), field="most")
    wanted = boxes if extension is None else [extension]
    messages, page = desk.records.messages_page(wanted, TablePageRequest(before, after, most))
    return {
        "mailboxes": [_mailbox(desk, box) for box in boxes],
        "messages": [view(desk, message) | _drawing(desk.mailboxes, message, drawn) for message in messages],
        **page.counts(),
    }


def sound(desk: Desk, message: int) -> Shown:
    """The recording: the WAV as `sound` in base64, its `peaks` from 0 to 1, and a `name` to save it under.

    Raises Refused.
    """
    found = _find(desk, message)
    path = desk.mailboxes.path(found)
    try:
        content, drawing = path.read_bytes(), peaks(path)
    except (OSError, wav.WavError) as error:
        raise Refused(
            Sentence("This message cannot be played because its recording is missing or damaged."), 1
        ) from error
    return view(desk, found) | {
        "sound": base64.b64encode(content).decode(),
        "peaks": drawing,
        "name": _file_name(found),
    }


def mark(desk: Desk, message: int, heard: bool = True) -> Shown:
    """Mark it as heard or as new; the phones' lamps follow. Raises Refused."""
    found = _find(desk, message)
    if found.heard != heard:
        found = desk.records.mark_heard(found.id, heard) or found
        _tell(desk, found)
    return view(desk, found)


def remove(desk: Desk, message: int) -> Shown:
    """Delete it permanently. Raises Refused."""
    found = _find(desk, message)
    desk.mailboxes.remove(found)
    _tell(desk, found)
    return view(desk, found)


def view(desk: Desk, message: Message) -> Shown:
    """A message as JSON, with names."""
    call = desk.records.call(message.call)
    return voicemail.view(message) | {
        "from_name": name_of(desk.office, message.from_, call.from_name if call is not None else ""),
        "owner": bearer_name(desk.office, message.extension),
    }


def hearable(desk: Desk) -> list[str]:
    """Extensions of the mailboxes the actor may hear: their own, their groups', those they were allowed; root: all."""
    office = desk.office
    boxes = [*office.people, *office.groups]
    own = [box for box in boxes if desk.actor.may_hear(office, box)]
    return sorted(own, key=lambda box: (box != desk.actor.extension, box))


@lru_cache(maxsize=1000)
def peaks(path: Path) -> tuple[float, ...]:
    """How loud a message is, piece by piece, from 0 to 1; its file never changes. Raises OSError, WavError."""
    samples = np.abs(wav.read(path).samples.astype(np.int32))
    edges = np.linspace(0, len(samples), PEAKS + 1).astype(int)
    found = [int(samples[start : max(end, start + 1)].max(initial=0)) for start, end in pairwise(edges)]
    highest = max(*found, _LOUD)
    return tuple(round(each / highest, 3) for each in found)


def _drawing(mailboxes: Mailboxes, message: Message, wanted: bool) -> Shown:
    try:
        return {"peaks": peaks(mailboxes.path(message))} if wanted else {}
    except (OSError, wav.WavError):
        return {"peaks": None}


def _mailbox(desk: Desk, extension: str) -> Shown:
    new, old = desk.records.message_counts(extension)
    return {"extension": extension, "name": bearer_name(desk.office, extension), "new": new, "old": old}


def _find(desk: Desk, id: int) -> Message:
    """The message, if the actor may hear it; any other is reported as missing. Raises Refused."""
    found = desk.records.message(id) if 0 < id < 2**63 else None
    if found is None or not desk.actor.may_hear(desk.office, found.extension):
        raise Refused(Sentence("There is no message {message}.", message=id), field="message")
    return found


def _tell(desk: Desk, message: Message) -> None:
    if desk.live is not None:
        desk.live.mailbox_changed(message.extension)
    desk.changed("messages")


def _file_name(message: Message) -> str:
    """A name for the downloaded file: made by us, except for the digits of the caller's number."""
    digits = re.sub(r"[^0-9+]", "", message.from_)[:20] or "unknown"
    return f"{time.strftime('%Y-%m-%d %H-%M', time.localtime(message.started))} {digits}.wav"
