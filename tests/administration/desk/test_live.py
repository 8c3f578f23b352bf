"""The same commands while the exchange runs: they go through its socket, and it hears of every change."""

import asyncio
import functools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import DoctorCheck, elsewhere
from pbx.cli.command import main
from pbx.control.protocol import SOCKET, Refused
from pbx.control.server import ControlServer
from pbx.store.disk.lock import Busy, Lock
from pbx.store.models import Office
from tests.administration.sample import leave_message
from tests.commands import Run
from tests.live import Lines
from tests.sound_files import sound_file


class Exchange(Lines):
    """An exchange that calls for Anna, and knows the threads in which it is asked to."""

    def __init__(self) -> None:
        super().__init__(sip=["127.0.0.1:5070"], calls=3, uptime=12.5)
        self.trunks = {"provider": ("failed", "403 Forbidden")}
        self.shining = {"21": ("ringing", 1000.0)}
        self.checks = [DoctorCheck("wire", "warn", "It is slow.", "Wait.")]
        self.threads: set[int] = set()

    def call(self, extension: str, number: str, suffix: str) -> str:
        self.threads.add(threading.get_ident())
        if extension == "22":
            raise Refused("No phone is connected for Bert.", 1)
        return super().call(extension, number, suffix)


@pytest.fixture
def running(office: Run, data: Path) -> Iterator[Exchange]:
    """The exchange runs on the office's data folder, in a loop of its own thread."""
    live, started, loop = Exchange(), threading.Event(), asyncio.new_event_loop()
    stopped = asyncio.Event()

    async def run() -> None:
        desk = open_desk(data)
        server = ControlServer(data / SOCKET, functools.partial(perform, desk))
        desk.live = elsewhere(live, server.on_loop)
        await server.start()
        live.threads.add(threading.get_ident())
        started.set()
        await stopped.wait()
        await server.stop()
        desk.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert started.wait(20.0)
    yield live
    loop.call_soon_threadsafe(stopped.set)
    thread.join(20.0)
    assert not thread.is_alive()
    loop.close()


def test_a_change_is_made_by_the_running_exchange_which_hears_of_it(office: Run, running: Exchange) -> None:
    office("user", "add", "Carl", "--extension", "40")
    assert running.heard("changed")[-1].people["40"].name == "Carl"
    office("user", "set", "40", "--extension", "41")
    assert list(running.heard("changed")[-1].people) == ["21", "22", "41"]
    assert running.heard("mailbox_changed") == ["41"]


def test_a_refused_change_is_not_told_to_anybody(refused: Run, running: Exchange) -> None:
    refused("user", "add", "Carl", "--extension", "21")
    refused("user", "add", "Carl", "--ring", "1000")
    refused("number", "set", "+4930123450", "--greeting", "/etc/hostname")
    assert running.heard("changed") == []


def test_phones_show_whether_they_are_registered(office: Run, running: Exchange) -> None:
    phone = office("phone", "add", "21")
    assert phone["domain"] == "192.0.2.10"
    running.registered[phone["username"]] = ["sip:x@127.0.0.1:5099"]
    (listed,) = office("phone", "list")
    assert (listed["registered"], listed["contacts"]) == (True, ["sip:x@127.0.0.1:5099"])
    assert office("status")["registered"] == 1


def test_trunks_and_status_show_the_running_exchange(office: Run, running: Exchange) -> None:
    assert [(trunk["state"], trunk["detail"]) for trunk in office("trunk", "list")] == [("failed", "403 Forbidden")]
    status = office("status")
    assert (status["running"], status["calls"], status["uptime"]) == (True, 3, 12.5)
    assert status["trunks"] == {"provider": "failed"}


def test_click_to_call_takes_numbers_with_extensions_and_contacts(office: Run, refused: Run, running: Exchange) -> None:
    office("phone", "add", "21")
    office("phone", "add", "22")
    office("contact", "add", "Meier", "089 123456;77")
    assert office("call", "21", "030 9876543;21")["id"] == "call-1"
    office("call", "21", "Meier")
    assert running.asked[-2:] == [("call", "21", "+49309876543", "21"), ("call", "21", "+4989123456", "77")]
    assert "No phone is connected for Bert" in refused("call", "22", "Meier", code=1)
    assert len(running.threads) == 1, "the exchange is only touched in its own thread"


def test_click_to_call_reads_what_was_typed_as_the_dial_plan_does(office: Run, running: Exchange) -> None:
    office("phone", "add", "21")
    inside, here = ["2-2", "2 2"], ["1-1-2", "110", "115", "116 117"]
    outside = ["+49 (0)89 123-456", "089/123456", "tel:+49-89-123-456", "089 123456;ext=7"]
    for text in (*inside, *here, *outside):
        office("call", "21", text)
    called = [number for what, _, number, _ in running.asked[-10:] if what == "call"]
    assert called == ["22", "22", "112", "110", "115", "116117", *["+4989123456"] * 4]


def test_a_person_without_a_phone_cannot_click_to_call(refused: Run, running: Exchange) -> None:
    assert "no phone" in refused("call", "21", "089123456")


def test_messages_are_exported_by_the_person_and_removed_by_the_exchange(
    office: Run, data: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    id = str(leave_message(data, "21"))
    running: Exchange = request.getfixturevalue("running")
    office("voicemail", "export", id, str(tmp_path / "out.wav"))
    assert (tmp_path / "out.wav").stat().st_size > 1000
    office("voicemail", "remove", id)
    assert running.heard("mailbox_changed") == ["21"]


def test_a_greeting_s_sound_goes_through_the_socket(office: Run, running: Exchange, tmp_path: Path, data: Path) -> None:
    longest = tmp_path / "hello.wav"
    longest.write_bytes(sound_file("wav A-law", 119.9))
    office("number", "set", "+4930123450", "--greeting", str(longest))
    assert (
        data / "greetings" / running.heard("changed")[-1].numbers["+4930123450"].greeting
    ).stat().st_size > 3_000_000


def test_the_doctor_adds_what_only_the_running_exchange_knows(
    running: Exchange, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--data", str(data), "--json", "doctor"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    found = {key: checks["wire"][key] for key in ("name", "state", "sentence", "advice", "page", "hint")}
    assert found == {
        "name": "wire", "state": "warn", "sentence": "It is slow.", "advice": "Wait.", "page": "", "hint": "",
    }  # fmt: skip
    assert "port" not in checks


def test_the_folder_has_one_writer(data: Path, running: Exchange) -> None:
    with pytest.raises(Busy, match="in use by another Durchwahl"):
        open_desk(data, patience=0.0)


def test_a_folder_that_stays_busy_without_a_socket_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = Lock(tmp_path)
    with pytest.raises(Busy):
        open_desk(tmp_path, patience=0.05)
    lock.close()
    open_desk(tmp_path, patience=0.0).close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("verb", "arguments", "sentence"),
    [
        ("user bogus", {}, "no command"),
        ("user add", {}, "needs name"),
        ("user add", {"name": 5}, "must be text"),
        ("user add", {"name": "Anna", "colour": "red"}, "has no argument “colour”"),
        ("user add", {"name": "Anna", "desk": 1}, "has no argument “desk”"),
        ("user add", {"name": "Anna", "voicemail": 1}, "true or false"),
        ("user add", {"name": "Anna", "language": "fr"}, "one of these: de, en"),
        ("user add", {"name": "Anna", "ring": float("nan")}, "finite number"),
        ("user add", {"name": "Anna", "announcement_sound": "!!"}, "cannot read this sound file"),
        ("user add", {"name": "Anna", "announcement_sound": "AAAA"}, "cannot read this sound file"),
        ("user add", {"name": "Anna", "announcement_sound": "AAAA", "announcement_text": "x"}, "not both"),
        ("group add", {"name": "G", "members": "21"}, "must be a list"),
        ("group add", {"name": "G", "members": [21]}, "must be text"),
        ("calls", {"last": True}, "whole number"),
        ("calls", {"last": 0}, "between 1 and"),
        ("calls", {"last": 10**30}, "between 1 and"),
        ("voicemail export", {"message": 10**30}, "no message"),
        ("voicemail export", {"message": -1}, "no message"),
    ],
)
def test_what_comes_over_the_socket_is_checked_like_anything_else(
    desk: Desk, verb: str, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        perform(desk, verb, arguments)
    assert desk.office == Office()
    assert list(desk.folder.greetings.iterdir()) == []


def test_many_threads_may_give_commands_at_once(desk: Desk) -> None:
    def add(name: str) -> None:
        for number in range(5):
            perform(desk, "user add", {"name": f"{name} {number}"})

    threads = [threading.Thread(target=add, args=(name,)) for name in ("A", "B", "C")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.office.people) == 15


def test_a_disk_that_is_full_is_said_and_nothing_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    perform(desk, "user add", {"name": "Anna", "extension": "21"})
    leave = desk.records.add_task("21", "missed", "+4989123456", "c1", 0.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = desk.office
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(Refused, match="could not be saved: No space left"):
        perform(desk, "user set", {"person": "21", "extension": "31"})
    assert desk.office == before
    assert desk.records.tasks() == (leave,), "the records were moved back"
