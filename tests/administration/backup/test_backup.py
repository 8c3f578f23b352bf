"""Backups: consistent while work goes on, opened only as a whole, and put in the place of what is there."""

import base64
import contextlib
import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pbx.administration.commands import perform
from pbx.administration.desk import backup_work
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.rights import Actor
from pbx.control.client import ControlError, NotRunning, ask
from pbx.control.protocol import SOCKET, Refused
from pbx.programs import backup
from pbx.programs.certificate import own_certificate
from pbx.sip.transport.tls import authority_paths, paths
from pbx.store.backup import age, restoring
from pbx.store.backup.backup_file import BACKUPS, TOP, Packer
from pbx.store.settings.settings import with_items
from tests.administration.beside import quick_backups
from tests.sip.transport import test_certificate as certificates
from tests.store.sound import write_sound

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"
ROOT = Path(__file__).parents[3]
STARTED = backup_work.started


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def in_a_thread(quick_backups: None) -> None:
    """For all tests but those that ask for the process."""


@pytest.fixture
def process(in_a_thread: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program as it is."""
    monkeypatch.setattr(backup_work, "started", STARTED)


@pytest.fixture
def desk(data: Path) -> Iterator[Desk]:
    found = open_desk(data)
    perform(found, "user add", {"name": "Anna", "extension": "21"})
    perform(found, "phone add", {"extension": "21"})
    (data / "secret").write_bytes(b"s" * 32)
    (found.folder.greetings / "person-21-ab.wav").write_bytes(b"RIFF")
    found.save(
        with_items(found.office, dataclasses.replace(found.office.people["21"], announcement="person-21-ab.wav"))
    )
    leave_message(found, "c1")
    yield found
    found.close()


def leave_message(desk: Desk, call: str, seconds: float = 2.0) -> None:
    spool = desk.mailboxes.spool("21", "+4989123456", call, 1000.0)
    write_sound(spool, seconds)
    assert desk.mailboxes.keep(spool) is not None


def made(desk: Desk) -> str:
    name: str = perform(desk, "backup make", {"password": PASSWORD})["name"]
    return name


def again(desk: Desk) -> Desk:
    """As after a restart."""
    desk.close()
    return open_desk(desk.data)


def files(data: Path) -> dict[str, bytes]:
    """What a backup brings back, but for the records."""
    kept = ("settings.json", "secret", "greetings/*", "mailboxes/*/*")
    return {str(path.relative_to(data)): path.read_bytes() for each in kept for path in data.glob(each)}


# --- making and restoring ------------------------------------------------------------------------------------------


def test_everything_comes_back_and_what_was_there_is_kept(desk: Desk) -> None:
    office, before, messages = desk.office, files(desk.data), desk.records.messages()
    name = made(desk)
    perform(desk, "user set", {"person": "21", "name": "Berta"})
    desk.mailboxes.remove_all("21")
    (desk.data / "secret").write_bytes(b"another")
    desk.records.sessions.close_all("nobody")
    opened = perform(desk, "backup open", {"name": name, "password": PASSWORD})
    assert (opened["people"], opened["phones"], opened["messages"]) == (1, 1, 1)
    assert abs(opened["about"]["made"] - time.time()) < 60
    assert desk.office.people["21"].name == "Berta", "looking changes nothing"
    answer = perform(desk, "backup restore", {"opened": opened["opened"]})
    assert answer["restarting"] is False
    desk = again(desk)
    assert (desk.office, desk.records.messages(), desk.folder.restored) == (office, messages, "done")
    assert files(desk.data) == before
    kept = perform(desk, "backup list", {})["before"]
    assert (kept["people"], abs(kept["at"] - time.time()) < 60) == (1, True)
    perform(desk, "backup back", {})
    desk = again(desk)
    assert desk.office.people["21"].name == "Berta"
    assert (desk.data / "secret").read_bytes() == b"another"
    desk.close()


def test_any_age_and_tar_open_it(desk: Desk, tmp_path: Path, process: None) -> None:
    path = desk.data / BACKUPS / made(desk)
    with path.open("rb") as file:
        content = age.Reader(file, PASSWORD).read(10**9)
    (tmp_path / "all.tar").write_bytes(content)
    listed = subprocess.run(["tar", "tf", tmp_path / "all.tar"], capture_output=True, text=True, check=True).stdout
    assert listed.split()[:3] == ["settings.json", "records.sqlite", "secret"]
    assert listed.split()[-1] == "manifest.json"


def test_nothing_of_it_can_be_read_without_the_password(desk: Desk) -> None:
    path = desk.data / BACKUPS / made(desk)
    phone = next(iter(desk.office.phones.values()))
    assert phone.password.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="not the backup's password") as error:
        perform(desk, "backup open", {"name": path.name, "password": "Regen in Husum"})
    assert error.value.field == "password"
    assert not (desk.data / restoring.STAGE).exists()


def test_a_short_password_is_refused_at_its_field(desk: Desk) -> None:
    with pytest.raises(Refused) as error:
        perform(desk, "backup make", {"password": "kurz"})
    assert error.value.field == "password"


def test_what_is_written_while_it_is_made_does_not_tear_it(desk: Desk) -> None:
    """Extensions move to and fro and messages come all the time: settings and records in a backup are of one moment."""
    stop = threading.Event()

    def busy() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            old, new = ("21", "29") if "21" in desk.office.people else ("29", "21")
            perform(desk, "user set", {"person": old, "extension": new})
            desk.records.add_task("", "missed", "+4989", f"busy-{count}", 1.0)

    worker = threading.Thread(target=busy)
    worker.start()
    names = [made(desk) for _ in range(4)]
    stop.set()
    worker.join()
    for name in names:
        opened = perform(desk, "backup open", {"name": name, "password": PASSWORD})
        stage = desk.data / restoring.STAGE
        [extension] = {
            each["extension"] for each in json.loads((stage / "settings.json").read_bytes())["people"].values()
        }
        with contextlib.closing(sqlite3.connect(stage / "records.sqlite")) as records:
            assert records.execute("SELECT DISTINCT extension FROM messages").fetchall() == [(extension,)]
        assert opened["messages"] == 1


def test_commands_do_not_wait_for_a_backup(desk: Desk, process: None) -> None:
    for count in range(5):
        leave_message(desk, f"long-{count}", 600.0)
    perform(desk, "backup make", {"password": PASSWORD, "wait": False})
    saved = 0
    while perform(desk, "backup list", {})["work"]["running"]:
        perform(desk, "user set", {"person": "21", "ring": 20.0 + saved % 2})
        saved += 1
    assert saved > 3
    assert perform(desk, "backup list", {})["work"]["error"] is None


def test_only_one_is_made_at_a_time(desk: Desk) -> None:
    perform(desk, "backup make", {"password": PASSWORD, "wait": False})
    with pytest.raises(Refused, match="wait until"):
        perform(desk, "backup make", {"password": PASSWORD, "wait": False})
    desk.backup_work.wait()
    assert not list((desk.data / BACKUPS).glob(".*"))


def test_the_newest_five_stay(desk: Desk) -> None:
    folder = desk.data / BACKUPS
    folder.mkdir(mode=0o700)
    for count in range(7):
        old = folder / f"durchwahl-2020010{count}-000000.durchwahl-backup"
        old.write_bytes(b"")
        os.utime(old, (count, count))
    name = made(desk)
    left = [each["name"] for each in perform(desk, "backup list", {})["backups"]]
    assert (len(left), left[0], left[-1]) == (5, name, "durchwahl-20200103-000000.durchwahl-backup")


def test_a_full_disk_is_said_and_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "has_room", lambda disk: False)
    leave_message(desk, "long", 600.0)
    with pytest.raises(Refused, match="not enough space"):
        made(desk)
    assert list((desk.data / BACKUPS).iterdir()) == []


def test_a_program_that_dies_is_said_and_leaves_nothing(
    desk: Desk, process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbx.administration.desk.backup_work.PROGRAM", "pbx.nothing")
    with pytest.raises(Refused, match="interrupted"):
        made(desk)
    assert list((desk.data / BACKUPS).iterdir()) == []


MEASURED = """
import re, sys
from pathlib import Path
from pbx.programs.backup import main
code = main()
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""
"""The most it ever took, kB. What the kernel tells its parent (ru_maxrss) begins with what that parent takes itself."""


def test_memory_stays_small_however_much_there_is(desk: Desk, process: None) -> None:
    """120 MB of messages; the password's scrypt takes 64 MB, Python and SQLite some 40."""
    big = desk.folder.greetings / "number-2-cd.wav"
    with big.open("wb") as file:
        file.truncate(120_000_000)
    name = made(desk)
    big.unlink()
    asked = {"file": str(desk.data / BACKUPS / name), "folder": str(desk.data / "out"), "password": PASSWORD}
    child = subprocess.run(
        [sys.executable, "-c", MEASURED, "open"],
        input=json.dumps(asked) + "\n",
        text=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert child.returncode == 0
    assert (desk.data / "out" / "greetings" / big.name).stat().st_size == 120_000_000
    assert int(child.stdout.splitlines()[-1]) < 150_000
    shutil.rmtree(desk.data / "out")


STAYS = {
    "bindings.sqlite",
    "lock",
    "spool",
    "backups",
    "control.sock",
    "takes",
    "access-code.json",
    "nightly.json",
    "reserve",
    "update",
    "tls.json",
}
"""What of a data folder is this box's and this moment's, and comes into no backup."""


def assert_nothing_forgotten(data: Path) -> None:
    """Whoever puts something new into the data folder says here whether a backup must bring it back."""
    there = {path.name.removesuffix("-wal").removesuffix("-shm") for path in data.iterdir()}
    assert {name for name in there if not name.endswith(".new")} <= {*TOP, *STAYS}


def test_no_file_of_a_data_folder_is_forgotten(desk: Desk) -> None:
    assert_nothing_forgotten(desk.data)


# --- another box, another version ----------------------------------------------------------------------------------


def forged(desk: Desk, change: Callable[[dict[str, bytes]], None], about: dict[str, Any] | None = None) -> str:
    """A backup in which something was changed before it was encrypted."""
    name = made(desk)
    perform(desk, "backup open", {"name": name, "password": PASSWORD})
    stage = desk.data / restoring.STAGE
    inside = {str(path.relative_to(stage)): path.read_bytes() for path in stage.rglob("*") if path.is_file()}
    shutil.rmtree(stage)
    change(inside)
    path = desk.data / BACKUPS / "forged.durchwahl-backup"
    with path.open("wb") as file:
        writer = age.Writer(file, age.Key.of(PASSWORD))
        packer = Packer(writer, about or {"version": "0", "made": 1.0})
        for each, content in inside.items():
            (desk.data / "spool" / "x").write_bytes(content)
            with (desk.data / "spool" / "x").open("rb") as member:
                packer.add(each, member)
        packer.close()
        writer.close()
    return path.name


def refused(desk: Desk, name: str) -> str:
    with pytest.raises(Refused) as error:
        perform(desk, "backup open", {"name": name, "password": PASSWORD})
    assert not (desk.data / restoring.STAGE).exists()
    assert not restoring.is_begun(desk.data)
    return str(error.value)


def sql(statements: str) -> Callable[[dict[str, bytes]], None]:
    def change(inside: dict[str, bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.sqlite"
            path.write_bytes(inside["records.sqlite"])
            with contextlib.closing(sqlite3.connect(path)) as records:
                records.executescript(f"PRAGMA journal_mode = DELETE; {statements}")
            inside["records.sqlite"] = path.read_bytes()

    return change


def test_what_is_different_on_another_box_is_said(desk: Desk) -> None:
    box = {"name": "durchwahl-alt", "address": "192.0.2.77", "domain": ""}
    name = forged(desk, lambda inside: None, {"version": "0", "made": 1.0, "box": box})
    notes = repr(perform(desk, "backup open", {"name": name, "password": PASSWORD})["notes"])
    assert "192.0.2.77" in notes
    assert "durchwahl-alt" in notes
    assert "one-time code" in notes


def test_a_certificate_that_goes_along_is_told_if_the_box_cannot_make_it_anew(desk: Desk) -> None:
    box = {"name": "old", "address": "192.0.2.77", "domain": ""}
    about = {"version": "0", "made": 1.0, "box": box}

    def warned(names: list[str]) -> bool:
        def brought(inside: dict[str, bytes]) -> None:
            for path in paths(folder):
                inside[path.name] = path.read_bytes()

        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            if names:
                certificates.brought(folder, names, rsa.generate_private_key(65537, 2048))
            else:
                own_certificate(folder, ["durchwahl.local"], datetime.now(UTC))
            name = forged(desk, brought, about)
        notes = perform(desk, "backup open", {"name": name, "password": PASSWORD})["notes"]
        return "certificate" in repr(notes)

    assert warned(["pbx.example"])
    assert not warned(["durchwahl"])
    assert not warned([])


def test_a_new_box_goes_on_with_the_authority_that_phones_trust(desk: Desk) -> None:
    own_certificate(desk.data, ["durchwahl.local"], datetime.now(UTC))
    trusted = {path.name: path.read_bytes() for path in authority_paths(desk.data)}
    name = made(desk)
    for path in (*authority_paths(desk.data), *paths(desk.data)):
        path.unlink()
    own_certificate(desk.data, ["new.local"], datetime.now(UTC))
    perform(desk, "backup restore", {"name": name, "password": PASSWORD})
    data = again(desk).data
    assert {path.name: path.read_bytes() for path in authority_paths(data)} == trusted
    assert [path.stat().st_mode & 0o777 for path in authority_paths(data)][1] == 0o600


def test_a_backup_is_carried_to_another_box_piece_by_piece(desk: Desk, tmp_path: Path) -> None:
    name, monkey = made(desk), b""
    answer: dict[str, Any] = {"size": 1}
    while len(monkey) < answer["size"]:
        answer = perform(desk, "backup read", {"name": name, "at": len(monkey)})
        monkey += base64.b64decode(answer["data"])
    other = open_desk(tmp_path / "other")
    upload, at = "", 0
    for start in range(0, len(monkey), 60_000):
        piece = monkey[start : start + 60_000]
        sent = {"data": base64.b64encode(piece).decode(), "upload": upload, "at": at}
        answer = perform(other, "backup put", sent | {"last": start + 60_000 >= len(monkey)})
        upload, at = answer["upload"], at + len(piece)
    assert answer["name"].startswith("uploaded-")
    perform(other, "backup restore", {"name": answer["name"], "password": PASSWORD})
    other = again(other)
    assert other.office == desk.office, "the phones' passwords too: they go on working"
    assert [message.call for message in other.records.messages()] == ["c1"]
    other.close()


def test_an_upload_that_was_interrupted_or_is_something_else_is_refused(desk: Desk) -> None:
    head = base64.b64encode(b"age-encryption.org/v1\n" + bytes(100)).decode()
    upload = perform(desk, "backup put", {"data": head})["upload"]
    for wrong in (
        {"upload": upload, "at": 7},
        {"upload": "0" * 16, "at": 0},
        {"upload": "../../settings.json", "at": 0},
    ):
        with pytest.raises(Refused, match="start again"):
            perform(desk, "backup put", {"data": head} | wrong)
    for other, why in (
        (base64.b64encode(b"PK\x03\x04").decode(), "not a Durchwahl backup"),
        ("no base64!", "start again"),
    ):
        with pytest.raises(Refused, match=why):
            perform(desk, "backup put", {"data": other})
    desk.close()
    open_desk(desk.data).close()
    assert list((desk.data / BACKUPS).iterdir()) == []


def test_newer_settings_are_refused_with_a_sentence(desk: Desk) -> None:
    def newer(inside: dict[str, bytes]) -> None:
        settings = inside["settings.json"]
        inside["settings.json"] = re.sub(rb'"(version|understood_from)": \d+', rb'"\1": 99', settings)

    assert "newer version" in refused(desk, forged(desk, newer))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda inside: inside.update({"settings.json": b'{"people": 7}'}), "people"),
        (lambda inside: inside.update({"records.sqlite": b"no database" * 100}), "database cannot be used"),
        (sql("UPDATE messages SET file = '../secret'"), "damaged"),
        (sql("UPDATE messages SET file = '21/../../secret'"), "damaged"),
        (sql("DROP TABLE messages; CREATE TABLE messages (id)"), "records"),
        (sql("PRAGMA user_version = 99"), "newer version"),
        (lambda inside: inside.update({"bindings.sqlite": b""}), "does not belong"),
        (lambda inside: inside.pop("settings.json") and None, "contents"),
    ],
    ids=["wrong settings", "no database", "a path", "another path", "other tables", "newer records", "more", "less"],
)
def test_what_the_exchange_could_not_use_is_not_restored(
    desk: Desk, change: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    assert sentence in refused(desk, forged(desk, change))


def test_programs_hidden_in_the_records_are_not_restored(desk: Desk) -> None:
    evil = "CREATE TRIGGER evil AFTER INSERT ON calls BEGIN DELETE FROM messages; END; CREATE VIEW v AS SELECT 1"
    name = forged(desk, sql(evil))
    perform(desk, "backup restore", {"name": name, "password": PASSWORD})
    desk = again(desk)
    with contextlib.closing(sqlite3.connect(desk.data / "records.sqlite")) as records:
        hidden = records.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall()
    assert ("evil",) not in hidden
    assert ("v",) not in hidden
    desk.close()


def test_a_changed_or_cut_file_is_not_restored(desk: Desk) -> None:
    path = desk.data / BACKUPS / made(desk)
    content = path.read_bytes()
    for wrong in (content[:-40], content[:70_000], content[:500] + b"!" + content[501:]):
        path.write_bytes(wrong)
        assert "damaged" in refused(desk, path.name)


def test_sessions_do_not_come_back(desk: Desk) -> None:
    perform(desk, "account add", {"name": "boss", "password": "correct horse battery", "role": "admin"})
    perform(desk, "session open", {"name": "boss", "password": "correct horse battery"})
    name = made(desk)
    perform(desk, "backup restore", {"name": name, "password": PASSWORD})
    desk = again(desk)
    with contextlib.closing(sqlite3.connect(desk.data / "records.sqlite")) as records:
        assert records.execute("SELECT COUNT(*) FROM sessions").fetchone() == (0,)
    desk.close()


def test_only_names_of_backups_are_files(desk: Desk) -> None:
    for name in (
        "../settings.json",
        "settings.json",
        "",
        "/etc/passwd",
        ".upload-0123456789abcdef",
        "x.durchwahl-backup",
    ):
        for verb in ("backup read", "backup remove"):
            with pytest.raises(Refused, match="no backup with this name"):
                perform(desk, verb, {"name": name})
    link = desk.data / BACKUPS
    link.mkdir()
    (link / "link.durchwahl-backup").symlink_to(desk.data / "secret")
    with pytest.raises(Refused, match="no backup with this name"):
        perform(desk, "backup read", {"name": "link.durchwahl-backup"})
    assert perform(desk, "backup list", {})["backups"] == []


def test_an_opened_backup_must_be_restored_soon_and_by_its_token(desk: Desk) -> None:
    name = made(desk)
    perform(desk, "backup open", {"name": name, "password": PASSWORD})
    with pytest.raises(Refused, match="open the backup again"):
        perform(desk, "backup restore", {"opened": "0" * 16})
    assert desk.backup_work.result is not None
    desk.backup_work.result["until"] = time.monotonic() - 1
    with pytest.raises(Refused, match="open the backup again"):
        perform(desk, "backup restore", {"opened": desk.backup_work.result["opened"]})
    assert not restoring.is_begun(desk.data)


def test_what_was_kept_can_be_deleted(desk: Desk) -> None:
    name = made(desk)
    perform(desk, "backup restore", {"name": name, "password": PASSWORD})
    desk = again(desk)
    perform(desk, "backup remove", {"name": "before-restore"})
    assert perform(desk, "backup list", {})["before"] is None
    assert not list(desk.data.glob("*before*"))
    perform(desk, "backup remove", {"name": name})
    assert perform(desk, "backup list", {})["backups"] == []
    with pytest.raises(Refused, match="no data from before"):
        perform(desk, "backup back", {})
    desk.close()


def test_what_cannot_be_opened_after_all_gives_way_to_what_was_there(desk: Desk) -> None:
    office = desk.office
    name = made(desk)
    perform(desk, "backup restore", {"name": name, "password": PASSWORD})
    (desk.data / restoring.STAGE / "settings.json").write_text("broken by a bad card")
    desk = again(desk)
    assert (desk.office, desk.folder.restored) == (office, "refused")
    assert not restoring.is_begun(desk.data)
    desk.close()


def test_only_admins_may(desk: Desk) -> None:
    perform(desk, "account add", {"name": "anna", "password": "correct horse battery", "extension": "21"})
    token = perform(desk, "session open", {"name": "anna", "password": "correct horse battery"})["token"]
    for verb in (
        "backup make",
        "backup list",
        "backup read",
        "backup put",
        "backup open",
        "backup restore",
        "change undo",
    ):
        with pytest.raises(Refused) as error:
            perform(desk, verb, {}, token)
        assert error.value.code == 4
    assert Actor("x", "admin").is_admin


# --- the running exchange ------------------------------------------------------------------------------------------


def asked(data: Path, verb: str, patience: float = 60.0, **arguments: Any) -> Any:
    """Ask the exchange as soon as it is there."""
    until = time.monotonic() + patience
    while True:
        try:
            return ask(data / SOCKET, verb, arguments)
        except (NotRunning, ControlError):
            assert time.monotonic() < until, "the exchange does not answer"
            time.sleep(0.05)


def test_a_running_exchange_starts_again_with_what_was_restored(data: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.83", 0))
        sip = "{}:{}".format(*free.getsockname())
    words = [sys.executable, "-m", "pbx", "--data", str(data), "run", "--sip", sip, "--rtp", "21000-21099"]
    daemon = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        asked(data, "user add", name="Anna", extension="21")
        name = asked(data, "backup make", password=PASSWORD)["name"]
        asked(data, "user set", person="21", name="Berta")
        assert_nothing_forgotten(data)
        port = asked(data, "status")["sip"]
        assert asked(data, "backup restore", name=name, password=PASSWORD)["restarting"]
        until = time.monotonic() + 60.0
        while asked(data, "user list")[0]["name"] != "Anna":
            assert time.monotonic() < until
            time.sleep(0.05)
        assert asked(data, "status")["sip"] == port, "phones find it where it was"
        assert daemon.poll() is None, "it is the same process"
        assert asked(data, "backup list")["before"]["people"] == 1
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
