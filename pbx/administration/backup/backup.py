"""Backups: made, listed, downloaded, uploaded, opened and restored."""

import base64
import contextlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pbx import VERSION
from pbx.administration.desk import pieces
from pbx.administration.desk.backup_work import BackupWork, Kind
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import Live
from pbx.box.own_address import own_address
from pbx.control.protocol import PIECE, Refused
from pbx.sentence import Sentence, said
from pbx.store.backup import restoring
from pbx.store.backup.backup_file import BACKUPS, ENDING, MAKING
from pbx.store.disk.atomic import move_file, private_directory, remove_file
from pbx.store.models import Office
from pbx.store.settings.settings import SettingsError, read_office

Shown = dict[str, Any]

KEPT = 5
"""Backups that stay on the box; older ones are deleted."""
SHORTEST_PASSWORD = 10
BEFORE = "before-restore"
"""The name of the backup of what was there before the last restore."""
_LOOK = 15 * 60.0
"""Seconds for which an opened backup can be restored without its password."""
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9-]{{0,80}}{re.escape(ENDING)}")
_HEAD = b"age-encryption.org/v1\n"


def make(desk: Desk, password: str, wait: bool = True) -> Shown:
    """Make a backup of everything that opens with the password; without `wait` only begin. Raises Refused."""
    check_password(password)
    folder = private_directory(desk.data / BACKUPS)
    target = free_name(folder, "durchwahl")

    def finished(result: Shown | None) -> None:
        if result is not None:
            _keep_newest(folder)

    begin(desk, "make", target, {"password": password}, finished)
    return desk.backup_work.wait() if wait else {"name": target.name}


def check_password(password: str) -> None:
    """Whether it is long enough. Raises Refused."""
    if len(password) < SHORTEST_PASSWORD:
        short = Sentence("The password needs at least {count} characters.", count=SHORTEST_PASSWORD)
        raise Refused(short, field="password")


def begin(
    desk: Desk, kind: Kind, target: Path, secret: dict[str, str], finished: Callable[[Shown | None], None]
) -> None:
    """Have a backup written to `target`, encrypted with a `password` or `key`. Raises Refused, OSError."""
    making = private_directory(private_directory(desk.data / BACKUPS) / f"{MAKING}{secrets.token_hex(8)}")
    places = {"data": str(desk.data), "making": str(making), "target": str(target)}
    asked = {**places, **secret, "about": _about(desk.office)}

    def ended(result: Shown | None) -> None:
        shutil.rmtree(making, ignore_errors=True)
        finished(result)

    try:
        desk.backup_work.start(kind, target.name, asked, desk.turns, ended, lambda: desk.changed("health"))
    except Refused:
        making.rmdir()
        raise


def listing(desk: Desk) -> Shown:
    """The backups on the box, newest first; what was there before the last restore; and the work in progress."""
    backups: list[Shown] = [
        {"name": each.name, "at": _made(each), "size": each.stat().st_size} for each in _files(desk.data)
    ]
    usage = shutil.disk_usage(desk.data)
    return {
        "backups": backups,
        "before": _before(desk.data),
        "work": _work(desk.backup_work),
        "free": usage.free,
        "share": usage.free / max(usage.total, 1),
        "last": max((each["at"] for each in backups), default=None),
        "waits": restoring.is_begun(desk.data),
        "calls": _running_calls(desk.live),
    }


def read(desk: Desk, name: str, at: int = 0) -> Shown:
    """A piece of a backup in base64, from the byte `at`; the `size` of all. Raises Refused."""
    path = _path(desk.data, name)
    with path.open("rb") as file:
        file.seek(max(at, 0))
        piece = file.read(PIECE)
        return {"data": base64.b64encode(piece).decode(), "size": os.fstat(file.fileno()).st_size}


def put(desk: Desk, data: str, size: int = 0, upload: str = "", at: int = 0, last: bool = False) -> Shown:
    """Upload a backup in pieces (base64): the first with the `size` of all, the others with its answer's `upload`.

    The answer to the last has the `name` of the backup here. Raises Refused.
    """
    folder = private_directory(desk.data / BACKUPS)
    upload, part = pieces.add(folder, data, size, upload, at, _check_head)
    if not last:
        return {"upload": upload, "name": ""}
    name = free_name(folder, "uploaded")
    move_file(part, name)
    _keep_newest(folder)
    return {"upload": "", "name": name.name}


def remove(desk: Desk, name: str) -> Shown:
    """Delete a backup, or what was there before the last restore. Raises Refused."""
    if name == BEFORE:
        if not restoring.kept(desk.data) or restoring.is_begun(desk.data):
            raise Refused(Sentence("There is no data from before a restore."), field="name")
        restoring.forget(desk.data)
    else:
        remove_file(_path(desk.data, name))
    return {"name": name}


def open(desk: Desk, name: str, password: str, wait: bool = True) -> Shown:
    """Unpack a backup beside what is there and check all of it: what it holds, and what it would change.

    Nothing is changed yet. `opened` in the answer stands for the password in `restore`, for a while.
    Without `wait` it only begins: see `listing`. Raises Refused.
    """
    path = _path(desk.data, name)
    if restoring.is_begun(desk.data):
        raise Refused(Sentence("A restore is about to begin."), 1)
    if not desk.backup_work.is_running:
        restoring.clear_stage(desk.data)
    stage = desk.data / restoring.STAGE

    def finished(result: Shown | None) -> None:
        if result is None:
            shutil.rmtree(stage, ignore_errors=True)
        else:
            result |= {"opened": secrets.token_hex(8), "until": time.monotonic() + _LOOK, "name": name}
            result["notes"] = [said(note) for note in _notes(desk, result)]

    asked = {"file": str(path), "folder": str(stage), "password": password}
    desk.backup_work.start("open", name, asked, contextlib.nullcontext(), finished, lambda: desk.changed("health"))
    return _opened_view(desk.backup_work.wait()) if wait else {"name": name}


def restore(desk: Desk, opened: str = "", name: str = "", password: str = "") -> Shown:
    """Replace what is there by an opened backup (or one that is opened first): the exchange restarts.

    Raises Refused.
    """
    if not opened:
        opened = open(desk, name, password)["opened"]
    found = desk.backup_work.result if desk.backup_work.kind == "open" and not desk.backup_work.is_running else None
    if found is None or not secrets.compare_digest(found["opened"], opened) or time.monotonic() > found["until"]:
        raise Refused(Sentence("Too much time has passed. Please open the backup again."), 1)
    return _begun(desk, restoring.STAGE, found["name"])


def back(desk: Desk) -> Shown:
    """Undo the last restore: the exchange restarts with what was there before. Raises Refused."""
    kept = restoring.kept(desk.data)
    if not kept:
        raise Refused(Sentence("There is no data from before a restore."))
    return _begun(desk, kept[0].folder.name, BEFORE)


def _begun(desk: Desk, folder: str, name: str) -> Shown:
    """From here on the only way back is to restore what was there before."""
    if desk.live is not None and desk.host.restart is None:
        raise Refused(Sentence("Nothing can be restored in the demo office."), 1)
    with desk.turns:
        if restoring.is_begun(desk.data):
            raise Refused(Sentence("A restore is about to begin."), 1)
        restoring.begin(desk.data, folder)
    calls = _running_calls(desk.live)
    if desk.host.restart is not None:
        desk.host.restart()
    return {"name": name, "restarting": desk.host.restart is not None, "calls": calls}


def _running_calls(live: Live | None) -> int:
    return int(live.status().get("calls", 0)) if live is not None else 0


# --- what is in a backup, and what is different there ---------------------------------------------------------------


def _about(office: Office) -> Shown:
    return {
        "version": VERSION,
        "made": time.time(),
        "box": {"name": socket.gethostname(), "address": own_address(), "domain": office.domain},
    }


def _opened_view(result: Shown) -> Shown:
    return {key: value for key, value in result.items() if key != "until"}


def _notes(desk: Desk, result: Shown) -> Iterable[Sentence]:
    """What people should know before they restore it."""
    about, here = result.get("about", {}), own_address()
    box = about.get("box") if isinstance(about.get("box"), dict) else {}
    there, name = str(box.get("address", "")), str(box.get("name", ""))
    if not result["admins"]:
        yield Sentence("It contains no admin. Create one with the box's one-time code.")
    else:
        yield Sentence(
            "From then on the logins and passwords in the backup apply. Its admins: {names}.", names=result["admins"]
        )
    if there == here:
        return
    if result["domain"]:
        yield Sentence("Its phones look for {domain}. That name must point to this box.", domain=result["domain"])
    else:
        yield Sentence(
            "It comes from the box {name} at {there}; this box is at {here}. Phones that use the old address need"
            " the new one, or this box needs the old one.",
            name=name,
            there=there,
            here=here,
        )
    if result["certificate"]:
        yield Sentence(
            "From then on the box uses the certificate in the backup, which is for {names}. Browsers and phones"
            " that use another name show a warning.",
            names=result["certificate"],
        )


def _before(data: Path) -> Shown | None:
    """What was there before the last restore."""
    for kept in restoring.kept(data)[:1]:
        try:
            office = read_office(kept.folder / "settings.json")
        except SettingsError:
            return {"name": BEFORE, "at": kept.at, "people": None, "numbers": []}
        return {"name": BEFORE, "at": kept.at, "people": len(office.people), "numbers": sorted(office.numbers)}
    return None


def _work(work: BackupWork) -> Shown | None:
    if work.kind is None:
        return None
    return {
        "kind": work.kind,
        "name": work.name,
        "running": work.is_running,
        "done": work.done,
        "total": work.total,
        "error": work.error.said if work.error else None,
        "field": work.error.field if work.error else "",
        "result": _opened_view(work.result) if work.result else None,
    }


# --- files ----------------------------------------------------------------------------------------------------------


def _files(data: Path) -> list[Path]:
    """The backups on the box, the newest first."""
    return _newest_first(data / BACKUPS)


def _newest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob(f"*{ENDING}") if path.is_file() and not path.is_symlink()]
    return sorted(found, key=lambda path: (_made(path), path.name), reverse=True)


def _made(path: Path) -> float:
    return path.stat().st_mtime


def _path(data: Path, name: str) -> Path:
    """A backup by its name. Raises Refused."""
    path = data / BACKUPS / name
    if not _NAME.fullmatch(name) or not path.is_file() or path.is_symlink():
        raise Refused(Sentence("There is no backup with this name."), field="name")
    return path


def free_name(folder: Path, stem: str, now: float | None = None) -> Path:
    """A name made from the time, and a count if there is already a backup of that second."""
    base = f"{stem}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}"
    names = (f"{base}{suffix}{ENDING}" for suffix in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(folder / name for name in names if not (folder / name).exists())


def _keep_newest(folder: Path) -> None:
    for path in _newest_first(folder)[KEPT:]:
        remove_file(path)


def _check_head(piece: bytes) -> None:
    if not piece.startswith(_HEAD):
        raise Refused(Sentence("This is not a Durchwahl backup."), field="file")
