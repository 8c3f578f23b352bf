"""The archive with everything the box knows about somebody, for them to read, and for their lawyer's computer."""

import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pbx.phone_number import printed
from pbx.seconds import duration
from pbx.store.mailboxes import Mailboxes
from pbx.store.models import Language
from pbx.store.rows import Message

Shown = dict[str, Any]

READABLE = {"de": "lies-mich.txt", "en": "read-me.txt"}
_WORDS: dict[str, dict[Language, str]] = {
    "title": {"de": "Was über {number} gespeichert ist", "en": "What is stored about {number}"},
    "at": {"de": "Stand: {at}", "en": "As of {at}"},
    "calls": {"de": "Anrufe: {count}", "en": "Calls: {count}"},
    "messages": {
        "de": "Nachrichten: {count} (die Aufnahmen liegen im Ordner „messages“)",
        "en": "Messages: {count} (the recordings are in the folder “messages”)",
    },
    "tasks": {"de": "Aufgaben (Rückrufe): {count}", "en": "Tasks (call backs): {count}"},
    "contacts": {"de": "Kontakte: {count}", "en": "Contacts: {count}"},
    "rest": {
        "de": "Dieselben Daten für Programme, auch die Tonqualität, enthält „everything.json“. Der Ordner „sip“ "
        "enthält die SIP-Nachrichten zwischen Anlage, Telefonen und Anbieter.",
        "en": "“everything.json” contains the same data for programs, with the sound quality. The folder “sip” "
        "contains the SIP messages between the box, the phones and the provider.",
    },
    "done": {"de": "erledigt", "en": "done"},
    "open": {"de": "offen", "en": "open"},
}


def write(
    path: Path, mailboxes: Mailboxes, number: str, content: Shown, messages: Sequence[Message], language: Language
) -> None:
    """Write the archive, which only its owner can read. Raises OSError."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry(READABLE[language]), "\n".join(_readable(number, content, language)))
            archive.writestr(_entry("everything.json"), json.dumps(content, indent=1, ensure_ascii=False))
            for call in content["calls"]:
                if call["messages"]:
                    name = f"{_stamp(call['call']['started'])} {call['call']['place']}"
                    archive.writestr(_entry(f"sip/{name}.txt"), _ladder(call))
            for message in messages:
                sound = mailboxes.path(message)
                if sound.is_file():
                    name = f"{_stamp(message.started)} {message.extension} {message.id}"
                    with archive.open(_entry(f"messages/{name}.wav"), "w") as copy, open(sound, "rb") as original:
                        shutil.copyfileobj(original, copy)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _entry(name: str) -> zipfile.ZipInfo:
    """A file of the archive, whose format knows no time before 1980."""
    entry = zipfile.ZipInfo(name, max(time.localtime()[:6], (1980, 1, 1, 0, 0, 0)))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _readable(number: str, content: Shown, language: Language) -> Iterator[str]:
    def line(what: str, **fields: Any) -> str:
        return _WORDS[what][language].format(**fields)

    yield line("title", number=printed(number))
    yield line("at", at=_moment(content["exported"]))
    for what in ("calls", "messages", "tasks", "contacts"):
        yield ""
        yield line(what, count=len(content[what]))
        yield from (f"  {line}" for line in _LINES[what](content[what], line))
    yield ""
    yield line("rest")


def _calls(calls: Sequence[Shown], line: Any) -> Iterator[str]:
    for each in calls:
        call = each["call"]
        ends = f"{printed(call['from']) or '-'} → {printed(call['to'])}"
        yield f"{_moment(call['started'])}  {ends}  {call['from_name']}: {each['story']}"


def _messages(messages: Sequence[Shown], line: Any) -> Iterator[str]:
    return (f"{_moment(each['started'])}  {each['extension']}  {duration(each['seconds'])}" for each in messages)


def _tasks(tasks: Sequence[Shown], line: Any) -> Iterator[str]:
    return (
        f"{_moment(each['created'])}  {each['extension']}  {line('done' if each['done'] else 'open')}" for each in tasks
    )


def _contacts(contacts: Sequence[Shown], line: Any) -> Iterator[str]:
    return (f"{each['name']}  {printed(each['number'])} {each['extension']}".rstrip() for each in contacts)


_LINES = {"calls": _calls, "messages": _messages, "tasks": _tasks, "contacts": _contacts}


def _ladder(call: Shown) -> str:
    return "\n\n".join(
        f"--- {_moment(each['at'])} {'→' if each['sent'] else '←'} {each['remote']}\n{each['text'] or each['summary']}"
        for each in call["messages"]
    )


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _stamp(at: float) -> str:
    return time.strftime("%Y-%m-%d %H-%M-%S", time.localtime(at))
