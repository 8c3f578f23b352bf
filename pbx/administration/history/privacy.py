"""Everything about one number outside: shown, handed out as an archive, erased (GDPR, articles 15 and 17)."""

import base64
import dataclasses
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import phonenumbers

from pbx.administration.desk import lookup
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import lasting
from pbx.administration.history import data_export, history, tasks, voicemail
from pbx.control.protocol import Refused
from pbx.seconds import whole
from pbx.sentence import Sentence
from pbx.store.disk.atomic import private_directory
from pbx.store.models import Contact
from pbx.store.records.history import FoundCall
from pbx.store.rows import Message, Task
from pbx.store.settings.settings import without_items

Shown = dict[str, Any]

TYPED = 4
"""Digits of the number that must be typed to erase."""
PIECE = 1024 * 1024
"""Bytes of an archive that are read at a time."""
ABANDONED = 3600.0
"""Seconds after which an archive that nobody fetched is deleted."""
_TELLING = 6
"""Digits from which on they stand nowhere by chance, so that SIP messages are searched for them."""
_LISTED = 100
_FILE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Known:
    """What the box knows of a number."""

    number: str
    calls: Sequence[FoundCall]
    messages: Sequence[Message]
    tasks: Sequence[Task]
    contacts: Sequence[Contact]
    traces: Sequence[str]
    """Calls in whose SIP messages it stands: also when the caller withheld it, providers tell it to the box."""


def show(desk: Desk, number: str) -> Shown:
    """What is known of a number: how much of each, and the latest calls. Raises Refused."""
    known = _known(desk, _meant(desk, number))
    started = [each.record.started for each in known.calls]
    return {
        "number": known.number,
        "digits": min(TYPED, len(_digits(known.number))),
        "calls": len(known.calls),
        "first": min(started, default=None),
        "last": max(started, default=None),
        "messages": len(known.messages),
        "seconds": whole(sum(message.seconds for message in known.messages)),
        "tasks": len(known.tasks),
        "contacts": [contact.name for contact in known.contacts],
        "traces": len(known.traces),
        "latest": [history.view(each, desk.actor, desk.office) for each in reversed(known.calls[-_LISTED:])],
    }


def export(desk: Desk, number: str) -> Shown:
    """Make an archive (ZIP) of everything: `file` is to be given to `read`, `name` a name to save it under.

    Raises Refused, OSError.
    """
    known = _known(desk, _meant(desk, number))
    folder = private_directory(desk.data / "exports")
    sweep(folder)
    file = secrets.token_hex(16)
    path = folder / f"{file}.zip"
    data_export.write(path, desk.mailboxes, known.number, _content(desk, known), known.messages, desk.actor.language)
    digits = _digits(known.number) or "unknown"
    shown = {"file": file, "name": f"durchwahl-{digits}.zip", "size": path.stat().st_size}
    return shown | ({"path": str(path.absolute())} if desk.actor.role == "root" else {})


def read(desk: Desk, file: str, offset: int = 0) -> Shown:
    """A piece of an archive as `data` (base64); with the last piece, when nothing is `more`, it is deleted.

    Raises Refused, OSError.
    """
    path = desk.data / "exports" / f"{file}.zip"
    if not _FILE.fullmatch(file) or not path.is_file() or offset < 0:
        raise Refused(Sentence("This archive no longer exists. Please create it again."), 1)
    with open(path, "rb") as archive:
        archive.seek(offset)
        piece = archive.read(PIECE)
        more = bool(archive.read(1))
    if not more:
        path.unlink()
    return {"data": base64.b64encode(piece).decode(), "more": more}


def erase(desk: Desk, number: str, digits: str) -> Shown:
    """Erase everything; `digits` are the number's last ones, typed to confirm. Returns how much of each was erased.

    Cut off in between, the same again completes it. Raises Refused, OSError, RecordsError.
    """
    meant = _meant(desk, number)
    if _digits(digits) != _digits(meant)[-TYPED:]:
        raise Refused(
            Sentence("To erase, enter the last {count} digits of {number}.", count=TYPED, number=meant), field="digits"
        )
    if any(meant in (each.from_, each.to) for each in lasting(desk.live)):
        raise Refused(
            Sentence("Somebody is talking to {number} right now. Please try again afterwards.", number=meant), 1
        )
    known = _known(desk, meant)
    for message in known.messages:
        desk.mailboxes.remove(message)
    _forget(desk, known)
    for extension in {message.extension for message in known.messages}:
        if desk.live is not None:
            desk.live.mailbox_changed(extension)
    for topic in ("calls", "tasks", "messages"):
        desk.changed(topic)
    return {
        "number": meant,
        "calls": len(known.calls),
        "messages": len(known.messages),
        "tasks": len(known.tasks),
        "contacts": len(known.contacts),
        "traces": len(known.traces),
    }


def sweep(folder: Path, age: float = ABANDONED) -> None:
    """Delete archives that nobody fetched. Raises OSError."""
    for path in folder.glob("*.zip"):
        if not 0 <= time.time() - path.stat().st_mtime < age:
            path.unlink(missing_ok=True)


def _forget(desk: Desk, known: Known) -> None:
    records = desk.records
    if known.contacts:
        desk.save(without_items(desk.office, *known.contacts))
    with records.together():
        records.leftovers.remove_tasks_of(known.number)
        for call in known.traces:
            records.traces.remove(call)
        records.history.remove(each.number for each in known.calls)
        for word in (known.number, *(contact.name for contact in known.contacts)):
            records.changes.forget(word)
    if desk.live is not None:
        desk.live.forget_wire(_telling(known.number))
    records.history.settle()


def _meant(desk: Desk, text: str) -> str:
    """The number somebody typed, also one that only the network writes so. Raises Refused."""
    office, records = desk.office, desk.records
    meant = text.strip()
    is_colleague = meant in office.people or meant in office.groups
    as_it_is = not is_colleague and (records.history.with_number(meant) or records.leftovers.messages_of(meant))
    if not meant or not as_it_is:
        meant = lookup.e164(meant, office)
    if meant in office.numbers or any(person.number == meant for person in office.people.values()):
        raise Refused(Sentence("{number} is one of the office's own numbers.", number=meant), field="number")
    return meant


def _known(desk: Desk, number: str) -> Known:
    records, telling = desk.records, _telling(number)
    calls = records.history.with_number(number)
    traces = {each.record.id for each in calls if records.traces.trace(each.record.id) is not None}
    if len(telling) >= _TELLING:
        traces |= set(records.traces.with_text(lambda text: telling in text))
    return Known(
        number,
        calls,
        records.leftovers.messages_of(number),
        records.leftovers.tasks_of(number),
        [contact for contact in desk.office.contacts.values() if contact.number == number],
        sorted(traces),
    )


def _content(desk: Desk, known: Known) -> Shown:
    """All of it as JSON."""
    return {
        "number": known.number,
        "exported": time.time(),
        "calls": [history.call(desk, each.record.id) for each in known.calls],
        "messages": [voicemail.view(message) for message in known.messages],
        "tasks": [tasks.view(task) for task in known.tasks],
        "contacts": [dataclasses.asdict(contact) for contact in known.contacts],
    }


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _telling(number: str) -> str:
    """The digits that are the same however a provider writes the number: without country code and zeros."""
    try:
        return str(phonenumbers.parse(number, None).national_number)
    except phonenumbers.NumberParseException:
        return _digits(number).lstrip("0")
