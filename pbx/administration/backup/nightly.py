"""The backup of every night: to a stick or a folder of the network, the newest kept, what went wrong said in words.

What protects what: the files are encrypted with a key that the password wraps, so whoever finds the stick needs the
password. The box keeps that key, not the password, among its settings, which are as secret as all it has anyhow.
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pbx.administration.backup import backup, disks
from pbx.administration.desk import backup_work
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck
from pbx.administration.desk.versions import check_seen, version
from pbx.box.machine import EARLIEST
from pbx.box.places import is_plugged, mount_of, mount_points, plugged
from pbx.control.protocol import Refused
from pbx.sentence import Sentence, retold, said
from pbx.store.backup.backup_file import ENDING, PART
from pbx.store.disk.atomic import write_file
from pbx.store.models import Office
from pbx.store.secret_forms import is_sealed
from pbx.store.secrets.vault import NotSealed

Shown = dict[str, Any]

NIGHT = 2
"""The hour of the clock on the wall from which on a backup is due."""
DAYS, WEEKS = 7, 4
"""Of so many of the latest days and weeks on which there was one, the newest backup is kept."""
LATE, OVERDUE = 2 * 86400.0, 7 * 86400.0
"""Seconds without a backup after which the doctor warns, and after which something is wrong."""
STATE = "nightly.json"
"""In the data folder: what became of the last backups, also when the stick is gone."""
_STEM = "durchwahl-{tag}"
_MOMENT = "%Y%m%d-%H%M%S"


def show(desk: Desk) -> Shown:
    """Where it goes, what became of the last, and which disks there are to choose from. Waits for no disk."""
    state = _state(desk.data)
    found = [(str(each.point), disks.unfit(each, _needed(state), desk.host.root)) for each in plugged(desk.host.root)]
    return _own(desk.office) | {
        "version": version(_own(desk.office)),
        "places": [place for place, why in found if why is None],
        "unfit": [{"place": place, "why": said(why)} for place, why in found if why is not None],
        "last": state.get("last"),
        "failed": state.get("failed"),
        "own_disk": _is_own_disk(desk),
    }


def change(desk: Desk, folder: str | None = None, password: str | None = None, seen: str | None = None) -> Shown:
    """Give the folder (empty: no more backups), or another password; the first folder needs one. Raises Refused."""
    check_seen(desk, _own(desk.office), seen)
    given: dict[str, Any] = {}
    if folder is not None and folder != desk.office.backup_folder:
        with _asking(desk):
            given |= _checked(desk, folder) if folder else {"backup_folder": "", "backup_mount": ""}
    if password:
        backup.check_password(password)
        given["backup_key"] = backup_work.made_key(password)
    elif given.get("backup_folder") and not desk.office.backup_key:
        raise Refused(Sentence("Please choose a password. Without it nobody can open the backups."), field="password")
    with desk.turns:
        desk.save(replace(desk.office, **given))
    if "backup_folder" in given:
        _note(desk, failed=None)
    return show(desk)


def now(desk: Desk, wait: bool = True) -> Shown:
    """Make one and put it there; without `wait` it is only begun. What goes wrong is kept, too. Raises Refused."""
    try:
        with _asking(desk):
            folder = _place(desk)
            key = _key(desk)
            tag = _tag(desk)
            _clear(folder, tag)
            target = backup.free_name(folder, _STEM.format(tag=tag), desk.host.clock())
    except OSError as error:
        raise _failed(desk, _unreachable(desk.office, error)) from error
    except Refused as refusal:
        raise _failed(desk, refusal) from refusal

    def finished(result: Shown | None) -> None:
        if result is None:
            _failed(desk, _why(desk))
            return
        _note(desk, failed=None, last={"at": desk.host.clock(), "name": target.name, "size": result["size"]})
        keep_newest(folder, tag, desk.host.clock())

    try:
        backup.begin(desk, "night", target, {"key": key}, finished)
    except OSError as error:
        why = error.strerror or str(error)
        raise _failed(desk, Refused(Sentence("The data folder cannot be used: {why}.", why=why), 1)) from error
    return desk.backup_work.wait() if wait else {"name": target.name}


def _key(desk: Desk) -> str:
    """What encrypts the backups. Raises Refused."""
    sealed = desk.office.backup_key
    try:
        key = desk.folder.vault.opened([sealed])[sealed] if is_sealed(sealed) else sealed
    except NotSealed as error:
        raise Refused(error.sentence, 1) from error
    if key is None:
        lost = Sentence("The box can no longer read the key of the nightly backup. Please enter its password again.")
        raise Refused(lost, 1)
    return key


def look(desk: Desk) -> None:
    """To be called every hour: make one if it is time, else see whether the disk is there for the next."""
    if not desk.office.backup_folder or desk.host.clock() < EARLIEST or desk.folder.unkept:
        return
    with contextlib.suppress(Refused):  # kept, and tried again in an hour
        if is_due((_state(desk.data).get("last") or {}).get("at", 0.0), desk.host.clock()):
            now(desk)
            return
        try:
            with _asking(desk):
                _place(desk)
        except (Refused, OSError) as error:
            _failed(desk, error if isinstance(error, Refused) else _unreachable(desk.office, error))
        else:
            _note(desk, failed=None)


def is_due(last: float, now: float) -> bool:
    """Whether there was none since the last night began. One that is yet to come was made by a clock that was wrong."""
    night = datetime.fromtimestamp(now).replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    if night.timestamp() > now:
        night -= timedelta(days=1)
    return not night.timestamp() <= last <= now


def surplus(moments: Iterable[datetime]) -> set[datetime]:
    """Those that are the newest neither of one of the last days nor of one of the last weeks."""
    newest_first = sorted(set(moments), reverse=True)
    by_day: dict[date, datetime] = {}
    by_week: dict[tuple[int, int], datetime] = {}
    for each in newest_first:
        by_day.setdefault(each.date(), each)
        by_week.setdefault((each.isocalendar().year, each.isocalendar().week), each)
    return set(newest_first) - set(list(by_day.values())[:DAYS]) - set(list(by_week.values())[:WEEKS])


def keep_newest(folder: Path, tag: str, now: float) -> None:
    """Delete those of our own that are too many; what is dated after today is nobody's to judge. Raises OSError."""
    today = datetime.fromtimestamp(now)
    made = {path: moment for path in folder.iterdir() if (moment := _moment(path, tag)) and moment <= today}
    gone = surplus(made.values())
    for path, moment in made.items():
        if moment in gone and not path.is_symlink():
            path.unlink(missing_ok=True)


def check(desk: Desk) -> DoctorCheck:
    """Whether there is a backup that is not too old. Waits for no disk."""
    if not desk.office.backup_folder:
        sentence = Sentence("No automatic backup.")
        advice = Sentence("Plug in a USB stick and choose it for the nightly backup.")
        return DoctorCheck("backup", "warn", sentence, advice, "/backup")
    state, at = _state(desk.data), desk.host.clock()
    last, failed = state.get("last") or {}, state.get("failed")
    age = at - last["at"] if last and last["at"] <= at else None
    sentence = _age(age)
    if failed:
        sentence = Sentence("{last} The next one failed: {why}", last=sentence, why=retold(failed["said"]))
        again = Sentence("The box tries again every hour.")
        return DoctorCheck("backup", "fail" if age is None or age > OVERDUE else "warn", sentence, again, "/backup")
    if age is not None and age > LATE:
        advice = Sentence("Make a backup now and see what the box reports.")
        return DoctorCheck("backup", "fail" if age > OVERDUE else "warn", sentence, advice, "/backup")
    if _is_own_disk(desk):
        sentence = Sentence("{last} It is on the box's own disk: if the box breaks, it is lost too.", last=sentence)
        return DoctorCheck("backup", "warn", sentence, Sentence("Choose a USB stick or a network folder."), "/backup")
    return DoctorCheck("backup", "ok", sentence)


def _age(age: float | None) -> Sentence:
    if age is None:
        return Sentence("No nightly backup yet.")
    if age < 2 * 86400.0:
        return Sentence("The last backup is {hours} h old.", hours=int(age // 3600))
    return Sentence("The last backup is {days} days old.", days=int(age // 86400))


# --- the folder -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _asking(desk: Desk) -> Iterator[None]:
    """One at a time: a network folder whose machine is gone keeps whoever asks it, for ever if need be.

    Raises Refused.
    """
    if not desk.backup_work.asking.acquire(blocking=False):
        raise Refused(Sentence("The stick or network folder has not answered yet. Is it still connected?"), 1)
    try:
        yield
    finally:
        desk.backup_work.asking.release()


def _checked(desk: Desk, folder: str) -> dict[str, str]:
    """Fields of a folder that may be used. Only who is root on the box names one outside the places for disks."""
    try:
        path = Path(folder).resolve(strict=True)
        is_folder = path.is_dir() and Path(folder).is_absolute()
    except (OSError, ValueError, RuntimeError):
        is_folder = False
    if not is_folder:
        raise Refused(Sentence("The folder {folder} does not exist.", folder=folder[:200]), field="folder")
    point = mount_of(path, mount_points(desk.host.root))
    if desk.actor.role != "root" and not is_plugged(point, desk.host.root):
        only = Sentence("Choose a USB stick or a network folder that is mounted below /media, /mnt or /run/media.")
        raise Refused(only, field="folder", hint="As root, “durchwahl nightly set --folder” takes any folder.")
    try:
        if why := _unfit(desk, path, point):
            raise Refused(why, field="folder")
        _try_writing(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(Sentence("The box cannot write there: {why}.", why=reason), field="folder") from error
    return {"backup_folder": str(path), "backup_mount": str(point)}


def _unfit(desk: Desk, folder: Path, point: Path) -> Sentence | None:
    """Why a folder cannot take the backups, or the disk it is on. Raises OSError."""
    needed = _needed(_state(desk.data))
    on = [each for each in plugged(desk.host.root) if each.point == point]
    return next(filter(None, (disks.unfit(each, needed, desk.host.root) for each in on)), disks.full(folder, needed))


def _needed(state: Shown) -> int:
    """Bytes that must find room on a disk that is chosen: another one like the last, or one to begin with."""
    return max(disks.LEAST, int((state.get("last") or {}).get("size", 0)))


def _try_writing(folder: Path) -> None:
    probe = folder / f".durchwahl-{secrets.token_hex(4)}{PART}"
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    probe.unlink()


def _place(desk: Desk) -> Path:
    """The folder, with the disk it was given with. Raises Refused, OSError."""
    office = desk.office
    if not office.backup_folder:
        raise Refused(Sentence("No folder has been chosen for the nightly backup."), 1)
    folder = Path(office.backup_folder)
    if str(mount_of(folder, mount_points(desk.host.root))) != office.backup_mount:
        raise Refused(_missing(desk.office), 1)
    if folder.resolve(strict=True) != folder or not folder.is_dir():
        raise Refused(Sentence("The folder {folder} does not exist.", folder=str(folder)), 1)
    return folder


def _missing(office: Office) -> Sentence:
    place = office.backup_mount
    return Sentence("The stick or network folder is missing: nothing is mounted at {place}.", place=place)


def _is_own_disk(desk: Desk) -> bool:
    """Whether the folder is on the disk that it is to be a help against."""
    office, points = desk.office, mount_points(desk.host.root)
    own = {str(mount_of(desk.data.absolute(), points)), "/"}
    return bool(office.backup_folder) and office.backup_mount in own


def _unreachable(office: Office, error: OSError) -> Refused:
    why = error.strerror or str(error)
    folder = office.backup_folder
    return Refused(Sentence("The folder {folder} cannot be used: {why}.", folder=folder, why=why), 1)


def _why(desk: Desk) -> Refused:
    """Why the last one failed: when its disk is gone, that is the reason, whatever the program met with."""
    try:
        _place(desk)
    except Refused:
        return Refused(Sentence("The stick was removed while the backup was being written."), 1)
    except OSError as error:
        return _unreachable(desk.office, error)
    return desk.backup_work.error or Refused(Sentence("The backup was interrupted. The exchange's log says why."), 1)


# --- its files, and what became of them -----------------------------------------------------------------------------


def _tag(desk: Desk) -> str:
    """What the names of our own begin with: several boxes may share a folder."""
    tag = _state(desk.data).get("tag")
    if not isinstance(tag, str):
        tag = secrets.token_hex(3)
        _note(desk, tag=tag)
    return tag


def _moment(path: Path, tag: str) -> datetime | None:
    """When one of our own was made, by its name: sticks know no time zones."""
    found = re.fullmatch(rf"durchwahl-{re.escape(tag)}-([0-9]{{8}}-[0-9]{{6}})(-[0-9]+)?{re.escape(ENDING)}", path.name)
    try:
        return datetime.strptime(found[1], _MOMENT) if found else None
    except ValueError:
        return None


def _clear(folder: Path, tag: str) -> None:
    """Throw away what was being written when the plug or the stick was pulled. Raises OSError."""
    for left in folder.glob(f".durchwahl-{tag}-*{PART}"):
        left.unlink(missing_ok=True)


def _own(office: Office) -> Shown:
    return {"folder": office.backup_folder}


def _state(data: Path) -> Shown:
    try:
        state = json.loads((data / STATE).read_bytes())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _note(desk: Desk, **what: Any) -> None:
    """Keep it if it is news. A disk that takes nothing any more has its own check."""
    before = _state(desk.data)
    after = before | what
    if after != before:
        with contextlib.suppress(OSError):
            write_file(desk.data / STATE, json.dumps(after).encode())
        desk.changed("health")


def _failed(desk: Desk, refusal: Refused) -> Refused:
    """Keep why: since when it is so counts, not when it was tried last."""
    before = _state(desk.data).get("failed")
    if not before or before.get("said") != refusal.said:
        _note(desk, failed={"at": desk.host.clock(), "said": refusal.said})
    return refusal
