"""Greetings and announcements: who may hear and change them, and takes that are not used yet."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pbx.administration.desk.drafts import ARRIVING, KEPT, MOST, Drafts
from pbx.administration.sounds import sound_work
from pbx.store.secrets.pins import pin_matches
from tests.administration.colleagues import Colleagues
from tests.commands import spoken
from tests.sound_files import sound_file

__all__ = ["spoken"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Colleagues]:
    colleagues = Colleagues(tmp_path)
    colleagues.do("trunk add", name="provider", peer="127.0.0.1:5090")
    colleagues.do("number add", number="+4930123450", trunk="provider", to=["21"])
    yield colleagues
    colleagues.desk.close()


def packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_what_callers_hear_is_listed_and_heard(office: Colleagues) -> None:
    office.ask("21", "announcement set", announcement_sound=packed(sound_file("mp3")))
    listed = {(each["kind"], each["key"]): each for each in office.ask("chef", "greeting list")}
    assert [key for _, key in listed] == ["+4930123450", "21", "22", "23", "24"]
    assert (listed["person", "21"]["own"], listed["person", "22"]["own"]) == (True, False)
    assert "Durchwahl" in listed["number", "+4930123450"]["text"]
    own = base64.b64decode(office.ask("21", "greeting sound", kind="person", key="21")["sound"])
    default = base64.b64decode(office.ask("22", "greeting sound", kind="person", key="22")["sound"])
    assert own[:4] == default[:4] == b"RIFF"
    assert own != default


def test_a_user_hears_and_changes_their_own_only(office: Colleagues) -> None:
    assert office.refuses("21", "greeting sound", kind="person", key="22").code == 4
    assert office.refuses("21", "greeting sound", kind="number", key="+4930123450").code == 4
    assert office.refuses("21", "greeting list").code == 4
    assert office.ask("chef", "greeting sound", kind="person", key="22")["key"] == "22"
    assert "no extension" in str(office.refuses("chef", "announcement set", announcement_text=""))


def test_ones_own_announcement_is_typed_and_goes_back_to_the_default(
    office: Colleagues, spoken: list[tuple[str, str]]
) -> None:
    assert office.ask("21", "announcement set", announcement_text="I am away.")["announcement"].startswith("person-21-")
    assert spoken == [("I am away.", "de")]
    assert office.ask("21", "announcement set", announcement_text="")["announcement"] == ""


def test_ones_own_pin_follows_the_rules(office: Colleagues) -> None:
    assert office.ask("21", "pin set", pin="2580")["pin"] is True
    assert pin_matches(office.desk.office.people["21"].pin, "2580")
    for weak in ("1234", "0000", "21", "abcd"):
        assert "PIN" in str(office.refuses("21", "pin set", pin=weak))
    assert office.ask("21", "pin set", pin="")["pin"] is False


def test_an_upload_in_pieces_is_one_sound_and_nobody_else_s(office: Colleagues) -> None:
    whole = sound_file("flac")
    first = office.ask("21", "sound decode", data=packed(whole[:1000]), more=True)
    assert office.refuses("22", "sound decode", data=packed(whole[1000:]), upload=first["upload"]).code == 2
    taken = office.ask("21", "sound decode", data=packed(whole[1000:]), upload=first["upload"])
    assert base64.b64decode(taken["sound"])[:4] == b"RIFF"
    assert "already ended" in str(office.refuses("21", "sound decode", data="", upload=first["upload"]))
    assert office.refuses("22", "greeting taken", id=taken["id"]).code == 2
    assert office.refuses("chef", "greeting taken", id=taken["id"]).code == 2


def test_an_upload_that_never_ends_is_thrown_away(office: Colleagues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx.administration.sounds.sounds.MOST", 2000)
    upload = office.ask("21", "sound decode", data=packed(bytes(1500)), more=True)["upload"]
    assert "too large" in str(office.refuses("21", "sound decode", data=packed(bytes(1500)), more=True, upload=upload))
    assert list((office.desk.data / "takes").iterdir()) == []


def test_uploads_that_never_end_do_not_fill_the_disk(office: Colleagues) -> None:
    uploads = [office.ask("21", "sound decode", data=packed(bytes(1500)), more=True)["upload"] for _ in range(10)]
    other = office.ask("22", "sound decode", data=packed(bytes(1500)), more=True)["upload"]
    assert len(list((office.desk.data / "takes").iterdir())) == ARRIVING + 1
    assert "no longer exists" in str(office.refuses("21", "sound decode", data="", more=True, upload=uploads[0]))
    for owner, upload in (("21", uploads[-1]), ("22", other)):
        office.ask(owner, "sound decode", data=packed(b"more"), more=True, upload=upload)


def test_many_sounds_at_once_leave_threads_for_everybody_else(
    office: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_work, "PATIENCE", 0.05)
    spoken_one = office.ask("21", "greeting record")
    (_, _, path, on_progress) = office.lines.asked.pop()
    path.write_bytes(sound_file("wav A-law", 1.5))
    on_progress("spoken")
    with sound_work.one_at_a_time(), ThreadPoolExecutor(8) as threads:
        began = time.monotonic()
        asked = [threads.submit(office.refuses, "21", "greeting hear", text="Wort " * 200) for _ in range(4)]
        asked += [
            threads.submit(office.refuses, "22", "sound decode", data=packed(sound_file("mp3"))) for _ in range(4)
        ]
        assert {each.result().code for each in asked} == {1}
        assert time.monotonic() - began < 3
        assert office.ask("21", "greeting taken", id=spoken_one["id"])["state"] == "speaking"
    assert office.ask("21", "greeting taken", id=spoken_one["id"])["state"] == "ready"
    assert office.ask("21", "greeting hear", text="Guten Tag.")["state"] == "ready"


def test_what_is_no_sound_leaves_nothing_behind(office: Colleagues) -> None:
    assert "cannot read this sound file" in str(office.refuses("21", "sound decode", data=packed(b"junk")))
    assert "cannot read this sound file" in str(office.refuses("21", "sound decode", data="not base64"))
    assert list((office.desk.data / "takes").iterdir()) == []


def test_a_phone_rings_to_be_spoken_into_for_its_owner_or_an_admin(office: Colleagues) -> None:
    taken = office.ask("21", "greeting record")
    (_, extension, path, on_progress) = office.lines.asked.pop()
    assert (extension, taken["name"]) == ("21", "Anna")
    assert office.ask("21", "greeting taken", id=taken["id"])["state"] == "ringing"
    path.write_bytes(sound_file("wav A-law", 1.5))
    on_progress("spoken")
    ready = office.ask("21", "greeting taken", id=taken["id"])
    assert (ready["state"], ready["seconds"]) == ("ready", 1.5)
    assert "sound" not in office.ask("21", "greeting taken", id=taken["id"], silent=True)
    assert office.refuses("21", "greeting record", extension="22").code == 4
    assert office.ask("chef", "greeting record", extension="22")["name"] == "Bert"
    assert "no extension" in str(office.refuses("chef", "greeting record"))


def test_takes_are_forgotten_after_an_hour_and_when_there_are_many(tmp_path: Path) -> None:
    now = 0.0
    takes = Drafts(tmp_path / "takes", lambda: now)
    first = takes.keep("anna", b"sound")
    assert takes.find(first.id, "anna") is first
    assert takes.find(first.id, "bert") is None
    for _ in range(MOST):
        takes.keep("anna", b"sound")
    takes.keep("bert", b"sound")
    assert takes.find(first.id, "anna") is None
    assert len(list((tmp_path / "takes").iterdir())) == MOST + 1
    now = KEPT + 1
    takes.keep("bert", b"sound")
    assert len(list((tmp_path / "takes").iterdir())) == 1
    Drafts(tmp_path / "takes")
    assert not (tmp_path / "takes").exists()
