"""What the box can say: read once, changed with its file, and never more than there is room for."""

import os
import wave
from pathlib import Path

import pytest

from pbx.daemon import sounds
from pbx.daemon.sounds import Sounds


def written(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\0" * int(8000 * seconds))


def test_a_recording_is_read_once_and_again_when_its_file_is_another(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", 1.0)
    ours = Sounds(tmp_path)
    first = ours.recorded("a.wav")
    assert first is not None
    assert ours.recorded("a.wav") is first
    written(tmp_path / "a.wav", 2.0)
    os.utime(tmp_path / "a.wav", (1, 1))
    again = ours.recorded("a.wav")
    assert again is not None
    assert again.seconds == 2.0


def test_a_recording_that_is_gone_is_none_and_takes_no_room(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", 1.0)
    ours = Sounds(tmp_path)
    ours.recorded("a.wav")
    (tmp_path / "a.wav").write_bytes(b"no sound")
    assert ours.recorded("a.wav") is None
    (tmp_path / "a.wav").unlink()
    assert ours.recorded("a.wav") is None
    assert not ours._own


def test_what_was_not_played_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "KEPT", 3.0)
    for name in "abcd":
        written(tmp_path / f"{name}.wav", 1.0)
    ours = Sounds(tmp_path)
    kept = {name: ours.recorded(f"{name}.wav") for name in "abc"}
    assert ours.recorded("a.wav") is kept["a"]
    ours.recorded("d.wav")
    assert ours.recorded("a.wav") is kept["a"]
    assert ours.recorded("b.wav") is not kept["b"]


def test_one_that_is_longer_than_all_that_is_kept_is_played_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "KEPT", 1.0)
    written(tmp_path / "a.wav", 2.0)
    ours = Sounds(tmp_path)
    assert ours.recorded("a.wav") is ours.recorded("a.wav") is not None
