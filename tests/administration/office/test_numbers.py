"""Numbers and their greetings."""

import os
from pathlib import Path
from typing import Any

import pytest

from pbx.media.wav import read
from tests.commands import Run
from tests.sound_files import sound_file
from tests.store.sound import write_sound


def test_a_number_is_added_changed_and_removed(office: Run) -> None:
    made = office(
        "number", "add", "030 123451", "--trunk", "provider", "--to", "21,30,21", "--extensions", "distribution"
    )
    assert made == {
        "e164": "+4930123451", "trunk": "provider", "to": ["21", "30"], "extensions": "distribution", "greeting": "",
        "version": made["version"],
    }  # fmt: skip
    changed = office("number", "set", "+49 30 123451", "--to", "22", "--extensions", "off")
    assert (changed["to"], changed["extensions"]) == (["22"], "off")
    office("number", "remove", "004930123451")
    assert [number["e164"] for number in office("number", "list")] == ["+4930123450"]


@pytest.mark.parametrize(
    "words",
    [
        ["12", "--trunk", "provider", "--to", "21"],
        ["110", "--trunk", "provider", "--to", "21"],
        ["+49", "--trunk", "provider", "--to", "21"],
        ["abc", "--trunk", "provider", "--to", "21"],
        ["", "--trunk", "provider", "--to", "21"],
        ["+4930123450", "--trunk", "provider", "--to", "21"],
        ["030 123450", "--trunk", "provider", "--to", "21"],
        ["+4930123451", "--trunk", "nobody", "--to", "21"],
        ["+4930123451", "--trunk", "provider", "--to", "99"],
        ["+4930123451", "--trunk", "provider", "--to", ","],
        ["+4930123451", "--trunk", "provider"],
        ["+4930123451", "--to", "21"],
        ["+4930123451", "--trunk", "provider", "--to", "21", "--extensions", "some"],
    ],
)
def test_a_number_that_cannot_be_is_refused(office: Run, refused: Run, words: list[str]) -> None:
    refused("number", "add", *words)


def test_a_typed_greeting_is_spoken_in_the_office_s_language(office: Run, spoken: list[Any], data: Path) -> None:
    office("office", "set", "--language", "en")
    number = office("number", "set", "+4930123450", "--greeting", "Hello,\n this is Example.")
    assert spoken == [("Hello, this is Example.", "en")]
    assert read(data / "greetings" / number["greeting"]).seconds == 1.0
    again = office("number", "set", "+4930123450", "--greeting", "Hello again")
    assert again["greeting"] != number["greeting"]
    office("number", "list")
    kept = {number["greeting"], again["greeting"]}
    assert set(os.listdir(data / "greetings")) == kept, "the old one stays as long as the change can be undone"
    assert office("number", "set", "+4930123450", "--greeting", "")["greeting"] == ""


def test_a_greeting_from_a_file_is_kept_as_mono_for_phones(office: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "hello.mp3").write_bytes(sound_file("mp3", 1.5))
    number = office("number", "set", "+4930123450", "--greeting", str(tmp_path / "hello.mp3"))
    kept = read(data / "greetings" / number["greeting"])
    assert (kept.rate, round(kept.seconds, 1)) == (16000, 1.5)
    assert (data / "greetings" / number["greeting"]).stat().st_mode & 0o777 == 0o600


def test_a_greeting_that_is_no_audio_is_refused(office: Run, refused: Run, tmp_path: Path, spoken: list[Any]) -> None:
    (tmp_path / "song.wav").write_bytes(b"ID3 this is no WAV")
    (tmp_path / "plain").write_text("some text")
    (tmp_path / "long.wav").write_bytes(sound_file("wav A-law", 121.0))
    write_sound(tmp_path / "empty.wav", 0.0)
    for greeting in ("song.wav", "plain", "long.wav", "empty.wav"):
        assert "cannot be played" in refused("number", "set", "+4930123450", "--greeting", str(tmp_path / greeting))
    for greeting in (str(tmp_path / "none.wav"), "none.MP3", str(tmp_path), "/no/such/file"):
        assert "no sound file" in refused("number", "set", "+4930123450", "--greeting", greeting)
    assert refused("number", "set", "+4930123450", "--greeting", "word " * 1000)
    assert refused("number", "set", "+4930123450", "--greeting", "...")
    assert spoken == []


def test_a_greeting_of_a_number_that_is_refused_leaves_nothing(office: Run, refused: Run, spoken: list[Any]) -> None:
    refused("number", "add", "+4930123451", "--trunk", "none", "--to", "21", "--greeting", "Hello")
    refused("number", "add", "+4930123451", "--trunk", "provider", "--to", "99", "--greeting", "Hello")
    assert spoken == []


def test_a_missing_speech_engine_is_said(office: Run, refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "no program that can speak" in refused("number", "set", "+4930123450", "--greeting", "Hello", code=1)


def test_a_person_s_announcement_is_spoken_in_their_language(office: Run, spoken: list[Any], tmp_path: Path) -> None:
    office("user", "set", "21", "--language", "en", "--announcement", "I am away")
    assert spoken == [("I am away", "en")]
    (tmp_path / "away.wav").write_bytes(sound_file("wav A-law"))
    assert office("user", "set", "21", "--announcement", str(tmp_path / "away.wav"))["announcement"].startswith(
        "person-21-"
    )
    assert office("user", "set", "21", "--announcement", "")["announcement"] == ""
