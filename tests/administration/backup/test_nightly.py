"""The backup of every night: where it may go, what stays, and what is said when the stick is pulled."""

import dataclasses
import errno
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pbx.administration.backup import backup, nightly
from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.rights import Actor
from pbx.box import places
from pbx.control.protocol import Refused
from pbx.programs import backup as backup_program
from pbx.sentence import english
from pbx.store.backup import age, backup_file
from tests.administration.beside import quick_backups

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"
CHEF = Actor("chef", "admin")
EVENING = datetime(2026, 11, 21, 20, 0).timestamp()
HOUR, DAY = 3600.0, 86400.0


class Box:
    """A box with a made-up clock and a made-up table of what is mounted."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.now = EVENING
        self.mounted: list[Path] = []
        self.desk = open_desk(folder / "data")
        self.desk.host.root, self.desk.host.clock = self.root, lambda: self.now
        (self.root / "proc/self").mkdir(parents=True)
        self.stick = self.root / "media/My stick"
        self.stick.mkdir(parents=True)
        self.mount(self.stick)
        self.do("user add", name="Anna", extension="21")

    def mount(self, *points: Path) -> None:
        self.mounted = list(points)
        lines = [f"24 1 8:{n} / {str(point).replace(' ', chr(92) + '040')} rw - vfat /dev/sda{n} rw"
                 for n, point in enumerate((Path("/"), *points))]  # fmt: skip
        (self.root / "proc/self/mountinfo").write_text("\n".join(lines) + "\n")

    def pull(self) -> None:
        """What is below the mount point then is a folder of the system's own disk."""
        self.mount()
        shutil.rmtree(self.stick)
        self.stick.mkdir()

    def do(self, verb: str, **arguments: Any) -> Any:
        return perform(self.desk, verb, arguments)

    def give(self, folder: Path | None = None, actor: Actor = CHEF) -> None:
        nightly.change(self.desk.by(actor), str(folder or self.stick), PASSWORD)

    def look(self, hours: float = 1) -> None:
        self.now += hours * HOUR
        nightly.look(self.desk)

    def there(self) -> list[str]:
        return sorted(path.name for path in self.stick.iterdir())

    @property
    def check(self) -> tuple[str, str]:
        found = nightly.check(self.desk)
        return found.state, str(found.sentence)


@pytest.fixture
def box(tmp_path: Path, quick_backups: None) -> Iterator[Box]:
    made = Box(tmp_path)
    yield made
    made.desk.close()


# --- making ---------------------------------------------------------------------------------------------------------


def test_each_night_after_two_there_is_one_more(box: Box) -> None:
    box.give()
    assert box.check == ("ok", "No nightly backup yet.")
    nightly._note(box.desk, last={"at": box.now, "name": "x", "size": 1})
    box.look(5)
    assert box.there() == [], "one o'clock"
    for _ in range(30):
        box.look()
    names = box.there()
    assert [name.split("-")[2:4] for name in names] == [
        ["20261122", "020000.durchwahl"],
        ["20261123", "020000.durchwahl"],
    ]
    assert box.check == ("ok", "The last backup is 5 h old.")


def test_the_password_alone_opens_it_on_another_box(box: Box, tmp_path: Path) -> None:
    box.give()
    box.do("nightly now")
    [name] = box.there()
    other = open_desk(tmp_path / "other")
    shutil.copy(box.stick / name, backup_file_folder(other) / name)
    opened = perform(other, "backup open", {"name": name, "password": PASSWORD})
    assert opened["people"] == 1
    perform(other, "backup restore", {"opened": opened["opened"]})
    other.close()
    other = open_desk(tmp_path / "other")
    assert other.office == box.desk.office, "and that box knows the folder and the key for its own nights"
    with pytest.raises(Refused, match="not the backup's password"):
        perform(other, "backup open", {"name": name, "password": "another password"})
    other.close()


def backup_file_folder(desk: Desk) -> Path:
    folder = desk.data / backup_file.BACKUPS
    folder.mkdir(exist_ok=True)
    return folder


def test_the_box_keeps_no_password_and_shows_no_key(box: Box) -> None:
    box.give()
    assert PASSWORD not in (box.desk.data / "settings.json").read_text()
    shown = json.dumps([box.do(verb) for verb in ("nightly show", "office show", "change list", "doctor", "status")])
    sealed = box.desk.office.backup_key
    key = box.desk.folder.vault.opened([sealed])[sealed]
    assert key is not None
    assert key not in (box.desk.data / "settings.json").read_text()
    assert key[:20] not in shown
    assert sealed[:20] not in shown
    assert "Password of the nightly backup changed" in shown
    assert sealed not in repr(box.desk.office)
    box.do("nightly now")
    [name] = box.there()
    content = (box.stick / name).read_bytes()
    assert age.Key.read(key).file_key not in content
    assert b"Anna" not in content


def test_another_password_holds_from_the_next_backup_on(box: Box) -> None:
    box.give()
    box.do("nightly now")
    nightly.change(box.desk.by(CHEF), password="Sonne in Hamburg")
    box.now += DAY
    box.do("nightly now")
    first, second = box.there()
    with (box.stick / first).open("rb") as one, (box.stick / second).open("rb") as other:
        age.Reader(one, PASSWORD)
        age.Reader(other, "Sonne in Hamburg")


def test_nothing_is_ever_there_in_part_or_in_clear(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at from outside while it is written."""
    seen: set[str] = set()
    write = backup_file.Packer._write

    def watched(packer: Any, content: bytes) -> None:
        seen.update(path.name for path in box.stick.iterdir())
        write(packer, content)

    monkeypatch.setattr(backup_file.Packer, "_write", watched)
    box.give()
    box.do("nightly now")
    [name] = box.there()
    assert seen == {f".{name}.part"}


# --- what stays -----------------------------------------------------------------------------------------------------


def test_seven_days_and_four_weeks_stay() -> None:
    first = datetime(2026, 1, 1, 2)
    days = [first + timedelta(days=count) for count in range(60)]
    left = set(days) - nightly.surplus([*days, days[-1] - timedelta(minutes=5)])
    assert sorted(left)[-7:] == days[-7:]
    assert [day.strftime("%a %d.%m.") for day in sorted(left)[:-7]] == [
        *("Sun 08.02.", "Sun 15.02.", "Sun 22.02."),
    ]


def test_only_its_own_are_deleted_and_none_from_a_wrong_clock(box: Box) -> None:
    box.give()
    box.do("nightly now")
    tag = box.there()[0].split("-")[1]
    for count in range(60):
        moment = datetime.fromtimestamp(box.now - DAY * count).strftime("%Y%m%d")
        for stem in (tag, "abcdef"):
            (box.stick / f"durchwahl-{stem}-{moment}-020000.durchwahl-backup").touch()
    (box.stick / f"durchwahl-{tag}-20990101-020000.durchwahl-backup").touch()
    (box.stick / "holiday.jpg").touch()
    box.now += 60
    box.do("nightly now")
    names = box.there()
    assert len([name for name in names if "abcdef" in name]) == 60, "those of another box"
    assert len([name for name in names if f"-{tag}-2026" in name]) == 9
    assert {f"durchwahl-{tag}-20990101-020000.durchwahl-backup", "holiday.jpg"} < set(names)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-11-21 02:00", "2026-11-21 20:00", False),
        ("2026-11-21 02:00", "2026-11-22 01:59", False),
        ("2026-11-21 02:00", "2026-11-22 02:00", True),
        ("2026-11-20 02:00", "2026-11-21 20:00", True),
        ("2036-11-20 02:00", "2026-11-21 20:00", True),
        ("1970-01-01 02:00", "2026-11-21 20:00", True),
    ],
)
def test_when_one_is_due(last: str, now: str, due: bool) -> None:
    assert nightly.is_due(datetime.fromisoformat(last).timestamp(), datetime.fromisoformat(now).timestamp()) == due


def test_a_clock_that_cannot_be_right_calls_no_backup(box: Box) -> None:
    box.give()
    box.now = 3 * HOUR
    box.look()
    assert box.there() == []


# --- where it may go ------------------------------------------------------------------------------------------------


def test_an_admin_gives_only_disks_that_are_plugged_in(box: Box, tmp_path: Path) -> None:
    for folder in (tmp_path, box.root / "media", Path("/etc"), box.desk.data):
        with pytest.raises(Refused, match="Choose a USB stick") as refused:
            box.give(folder)
        assert refused.value.field == "folder"
    for folder in (box.stick / "nowhere", Path("media"), Path("/\0")):
        with pytest.raises(Refused, match="does not exist"):
            box.give(folder)
    assert box.do("nightly show")["places"] == [str(box.stick)]
    (box.stick / "backups").mkdir()
    box.give(box.stick / "backups")
    assert box.desk.office.backup_mount == str(box.stick)


@pytest.mark.parametrize(
    ("mounted", "megabytes", "why"),
    [
        ("ro,nosuid - tmpfs some ro,size=4k", None, "the box's memory"),
        ("rw,nosuid - tmpfs some rw", None, "the box's memory"),
        ("ro,nosuid - vfat /dev/sda1 rw", 8000, "write-protected"),
        ("rw,nosuid - ext4 /dev/sda1 ro,errors=remount-ro", 8000, "write-protected"),
        ("ro - iso9660 /dev/sr0 ro", 700, "write-protected"),
        ("rw - overlay overlay rw", None, "not a disk for files (overlay)"),
        ("rw shared:7 - vfat /dev/sda1 rw", 16, "too small: it has 16 MB, but backups need 32 MB"),
    ],
)
def test_what_cannot_keep_backups_is_not_offered_and_it_is_said_why(
    box: Box, mounted: str, megabytes: int | None, why: str
) -> None:
    place = box.root / "mnt/other"
    place.mkdir(parents=True)
    with (box.root / "proc/self/mountinfo").open("a") as file:
        file.write(f"90 24 9:1 / {place} {mounted}\n")
    if megabytes:
        size = box.root / "sys/dev/block/9:1/size"
        size.parent.mkdir(parents=True)
        size.write_text(f"{megabytes * 1_000_000 // 512}\n")
    shown = box.do("nightly show")
    assert shown["places"] == [str(box.stick)]
    assert [each["place"] for each in shown["unfit"]] == [str(place)]
    assert why in english(shown["unfit"][0]["why"])
    with pytest.raises(Refused, match=re.escape(why)) as refused:
        box.give(place)
    assert refused.value.field == "folder"


@pytest.mark.parametrize("mounted", ["rw - nfs4 nas:/backup rw", "rw - fuse.sshfs nas: rw", "rw - cifs //nas/b rw"])
def test_a_network_folder_is_offered_and_nobody_waits_for_it(
    box: Box, mounted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = box.root / "mnt/nas"
    with (box.root / "proc/self/mountinfo").open("a") as file:
        file.write(f"90 24 0:51 / {place} {mounted}\n91 24 0:52 / {box.root}/mnt/auto rw - autofs auto rw\n")
    monkeypatch.setattr(os, "statvfs", lambda folder: pytest.fail(f"{folder} was asked"))
    shown = box.do("nightly show")
    assert (shown["places"], shown["unfit"]) == ([str(box.stick), str(place)], [])


def test_a_stick_must_have_room_for_one_more_like_the_last(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 31_000_000
    monkeypatch.setattr(os, "statvfs", lambda folder: SimpleNamespace(f_bavail=free, f_frsize=1))
    with pytest.raises(Refused, match="too full: 31 MB are free, but backups need 32 MB"):
        box.give()
    free = 32_000_000
    box.give()
    nightly._note(box.desk, last={"at": EVENING, "name": "x", "size": 45_000_000})
    box.do("nightly set", folder="")
    with pytest.raises(Refused, match="backups need 45 MB"):
        box.give()


def test_a_link_on_the_stick_leads_nowhere_else(box: Box, tmp_path: Path) -> None:
    (box.stick / "link").symlink_to(tmp_path)
    with pytest.raises(Refused, match="Choose a USB stick"):
        box.give(box.stick / "link")
    (box.stick / "backups").mkdir()
    box.give(box.stick / "backups")
    (box.stick / "backups").rmdir()
    (box.stick / "backups").symlink_to(tmp_path)
    with pytest.raises(Refused, match="does not exist"):
        box.do("nightly now")


def test_root_gives_any_folder_and_is_warned_of_the_box_s_own_disk(box: Box, tmp_path: Path) -> None:
    folder = tmp_path / "nas"
    folder.mkdir()
    box.do("nightly set", folder=str(folder), password=PASSWORD)
    box.do("nightly now")
    assert len(list(folder.iterdir())) == 1
    assert box.check[0] == "warn"
    assert "the box's own disk" in box.check[1]
    box.mount(folder)
    box.do("nightly set", folder="")
    box.do("nightly set", folder=str(folder))
    assert box.check[0] == "ok", "a network folder that the system has mounted"
    box.mount()
    with pytest.raises(Refused, match="nothing is mounted"):
        box.do("nightly now")


def test_the_first_folder_needs_a_password_that_is_long_enough(box: Box) -> None:
    for password in ("", "short"):
        with pytest.raises(Refused) as refused:
            nightly.change(box.desk.by(CHEF), str(box.stick), password)
        assert refused.value.field == "password"
    assert not box.desk.office.backup_folder


def test_a_folder_that_cannot_be_written_to_is_refused(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:  # whom rights do not stop
        monkeypatch.setattr(nightly, "_try_writing", lambda folder: os.rmdir("/proc"))
    box.stick.chmod(0o500)
    with pytest.raises(Refused, match="The box cannot write there"):
        box.give()


def test_it_can_be_undone_and_ended(box: Box) -> None:
    box.give()
    box.do("nightly set", folder="")
    box.look(24)
    assert box.there() == []
    assert box.check == ("warn", "No automatic backup.")
    with pytest.raises(Refused, match="No folder has been chosen"):
        box.do("nightly now")
    newest = box.desk.records.changes.newest()
    assert newest is not None
    box.do("change undo", id=newest.id)
    box.look(24)
    assert len(box.there()) == 1


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_stick_that_is_gone_is_told_and_tried_again_each_hour(box: Box) -> None:
    changed: list[str] = []
    box.give()
    box.look()
    box.pull()
    box.desk.changed = changed.append
    box.look()
    assert box.check[0] == "warn", "told before the night"
    assert "nothing is mounted at" in box.check[1]
    assert changed == ["health"]
    box.look()
    assert changed == ["health"], "told once"
    box.look(24)
    assert box.there() == [], "nothing goes to the system's own disk instead"
    box.mount(box.stick)
    box.look()
    assert box.check == ("ok", "The last backup is 0 h old.")
    assert len(box.there()) == 1


def test_a_stick_pulled_in_the_middle_is_told_so_and_leaves_nothing_behind(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = backup_file.Packer.add

    def pulled(packer: Any, name: str, file: Any) -> None:
        add(packer, name, file)
        box.pull()

    box.give()
    with monkeypatch.context() as patched:
        patched.setattr(backup_file.Packer, "add", pulled)
        box.look(24)
    assert "The stick was removed while the backup was being written." in box.check[1]
    assert box.there() == []
    assert not list((box.desk.data / "backups").iterdir()), "nor on the box"
    box.mount(box.stick)
    box.look()
    assert box.check[0] == "ok"
    assert len(box.there()) == 1


def test_what_a_pulled_plug_left_on_the_stick_is_cleared_away(box: Box) -> None:
    box.give()
    box.do("nightly now")
    [name] = box.there()
    tag = name.split("-")[1]
    (box.stick / f".durchwahl-{tag}-20261120-020000.durchwahl-backup.part").write_bytes(b"half")
    box.now += DAY
    box.do("nightly now")
    assert len(box.there()) == 2


def test_the_file_is_synced_by_its_new_name_for_on_fat_it_is_empty_until_then(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    box.give()
    monkeypatch.setattr(os, "fsync", noted)
    box.do("nightly now")
    [name] = box.there()
    assert [path for path in synced if path.is_relative_to(box.stick)][-2:] == [box.stick / name, box.stick]


def test_a_network_folder_that_never_answers_keeps_one_and_not_everybody(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.give()
    asked, over = threading.Event(), threading.Event()

    def never(*_: object) -> None:
        asked.set()
        over.wait()

    monkeypatch.setattr(nightly, "_clear", never)
    waits = threading.Thread(target=lambda: box.do("nightly now"))
    waits.start()
    assert asked.wait(20)
    with pytest.raises(Refused, match="has not answered yet"):
        box.do("nightly now")
    with pytest.raises(Refused, match="has not answered yet"):
        box.give(box.root)
    box.look()
    assert "has not answered yet" in box.check[1]
    over.set()
    waits.join()
    assert box.check[0] == "ok"


def test_a_stick_without_room_is_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup_program, "has_room", lambda disk: False)
    box.give()
    box.look(24)
    assert box.check[0] == "fail"
    assert "There is not enough space on the disk." in box.check[1]
    assert box.there() == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_box_without_room_for_what_is_only_needed_meanwhile_tells_so(
    box: Box, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    box.give()

    def full(*_: object) -> Path:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(backup, "private_directory", full)
    box.look(24)
    assert box.check[1].endswith(f"The data folder cannot be used: {os.strerror(number)}.")
    monkeypatch.undo()
    box.look()
    assert box.check[0] == "ok"


def test_the_older_the_last_one_the_worse(box: Box) -> None:
    box.give()
    box.do("nightly now")
    for days, state, old in ((1, "ok", "24 h"), (3, "warn", "3 days"), (8, "fail", "8 days")):
        box.now = EVENING + days * DAY + 60
        assert box.check == (state, f"The last backup is {old} old.")


def test_it_is_remembered_over_a_restart_and_a_damaged_memory_is_none(box: Box) -> None:
    box.give()
    box.do("nightly now")
    box.desk.close()
    box.desk = open_desk(box.desk.data)
    box.desk.host.root, box.desk.host.clock = box.root, lambda: box.now + HOUR
    assert box.check == ("ok", "The last backup is 1 h old.")
    (box.desk.data / nightly.STATE).write_text("[1")
    assert box.check == ("ok", "No nightly backup yet.")


def test_a_damaged_key_is_told(box: Box) -> None:
    box.give()
    damaged = "A" * 24 + "." + "A" * 120
    box.desk.save(dataclasses.replace(box.desk.office, backup_key=damaged))
    with pytest.raises(Refused, match="enter its password again"):
        box.do("nightly now")


def test_only_a_whole_key_is_taken_from_the_settings(box: Box) -> None:
    box.give()
    given = box.desk.office
    for changed in (
        dataclasses.replace(given, backup_key="x"),
        dataclasses.replace(given, backup_folder="stick"),
        dataclasses.replace(given, backup_mount="a\nb"),
    ):
        with pytest.raises(Refused):
            box.desk.save(changed)


# --- what is mounted ------------------------------------------------------------------------------------------------


def test_what_is_mounted_is_read_as_the_kernel_writes_it(box: Box) -> None:
    inner = box.stick / "inner"
    box.mount(box.stick, inner)
    points = places.mount_points(box.root)
    assert places.mount_of(inner / "a/b", points) == inner
    assert places.mount_of(box.stick / "a", points) == box.stick
    assert places.mount_of(box.stick.parent, points) == Path("/")
    assert places.mount_points(box.root / "nowhere") == []
    assert Path("/proc") in places.mount_points()
