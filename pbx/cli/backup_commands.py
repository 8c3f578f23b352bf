"""`durchwahl backup`: several commands in a row, and files that go in and out in pieces."""

import argparse
import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pbx.cli import as_owner, report
from pbx.control.client import NotRunning, ask
from pbx.control.protocol import PIECE, SOCKET, Json, Refused
from pbx.sentence import Sentence, english
from pbx.service.later import Later
from pbx.store.disk.owner import owner

without_exchange = Later("pbx.cli.without_exchange")

Ask = Callable[..., Json]

PATIENCE = 3600.0
"""Seconds: a large mailbox on a slow card takes minutes."""


def run(options: argparse.Namespace) -> int:
    """Do one of them; the exit code. Raises Refused, ControlError, Busy, SettingsError, RecordsError, OSError."""
    act = {"make": _make, "list": _list, "remove": _remove, "restore": _restore, "back": _back}[options.verb]
    with exchange_of(options.data) as exchange:
        lines = list(act(exchange, options))
    if options.verb in ("restore", "back"):
        with exchange_of(options.data) as exchange:
            exchange("backup list")  # when no exchange runs, opening the folder is what makes it so
    print("\n".join(map(report.visible, lines)), flush=True)
    return 0


@contextmanager
def exchange_of(data: Path) -> Iterator[Ask]:
    """The running exchange, or the data folder itself when none runs."""
    try:
        ask(data / SOCKET, "backup list", {})
    except NotRunning:
        if user := owner(data):
            with as_owner.opened(data, user) as do:
                yield do
            return
        with without_exchange.opened(data) as do:
            yield do
    else:
        yield lambda verb, **given: ask(data / SOCKET, verb, given, PATIENCE)


def _make(exchange: Ask, options: argparse.Namespace) -> Iterator[str]:
    made = exchange("backup make", password=options.password)
    if options.file is not None:
        _fetch(exchange, made["name"], options.file)
        made["file"] = str(options.file)
    yield from report.printed("backup make", made, options.json).splitlines()


def _fetch(exchange: Ask, name: str, target: Path) -> None:
    """Copy a backup to where the person wants it, whole or not at all. Raises Refused."""
    part, size, written = target.with_name(f".{target.name}.part"), 1, 0
    try:
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            while written < size:
                piece = exchange("backup read", name=name, at=written)
                size = piece["size"]
                written += file.write(base64.b64decode(piece["data"]))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(f"{target} cannot be written: {error.strerror or error}.") from error


def _list(exchange: Ask, options: argparse.Namespace) -> Iterator[str]:
    found = exchange("backup list")
    if options.json:
        yield from json.dumps(found, indent=1).splitlines()
        return
    for each in found["backups"]:
        yield f"{report.moment(each['at'])}  {each['size'] / 1e6:9.1f} MB  {each['name']}"
    if before := found["before"]:
        yield f"{report.moment(before['at'])}  {'':12}  as it was before the last restore (before-restore)"
    if not found["backups"] and not found["before"]:
        yield "No backups yet."


def _remove(exchange: Ask, options: argparse.Namespace) -> Iterator[str]:
    yield from report.printed("backup remove", exchange("backup remove", name=options.name), options.json).splitlines()


def _restore(exchange: Ask, options: argparse.Namespace) -> Iterator[str]:
    """Look into it, and put it in the place of what is there unless only a look was wanted."""
    path = Path(options.backup)
    name = _bring(exchange, path) if path.is_file() else options.backup
    inside = exchange("backup open", name=name, password=options.password)
    result = inside if options.dry else inside | exchange("backup restore", opened=inside["opened"])
    if options.dry and path.is_file():
        exchange("backup remove", name=name)
    if options.json:
        yield from json.dumps(result, indent=1).splitlines()
        return
    yield f"{name}, made {report.moment(inside['about'].get('made'))}:"
    for what in ("people", "groups", "phones", "contacts", "calls", "messages"):
        yield f"{inside[what]:6} {what}"
    yield f"       numbers: {', '.join(inside['numbers']) or 'none'}"
    yield from (english(note) for note in inside["notes"])
    if not options.dry:
        yield "Restored. “durchwahl backup back” goes back to how it was before."


def _bring(exchange: Ask, path: Path) -> str:
    """Hand a file over piece by piece; the name it has on the box. Raises Refused."""
    upload, name = "", ""
    with path.open("rb") as file:
        length = path.stat().st_size
        while piece := file.read(PIECE):
            data, at = base64.b64encode(piece).decode(), file.tell() - len(piece)
            answer = exchange("backup put", data=data, size=length, upload=upload, at=at, last=file.tell() >= length)
            upload, name = answer["upload"], answer["name"]
    if not name:
        raise Refused(Sentence("This is not a Durchwahl backup."))
    return str(name)


def _back(exchange: Ask, options: argparse.Namespace) -> Iterator[str]:
    done: dict[str, Any] = exchange("backup back")
    line = json.dumps(done) if options.json else "Everything is back to how it was before the last restore."
    yield line
