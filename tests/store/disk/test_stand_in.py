"""A folder in memory for one that cannot be written to."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import KEEPING, perform
from pbx.administration.desk.desk import open_desk
from pbx.control.protocol import Refused
from pbx.store.disk import stand_in
from pbx.store.disk.lock import Busy, Lock


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an office whose disk has died."""
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr(stand_in, "PLACES", (tmp_path / "nowhere", tmp_path / "memory"))
    data = tmp_path / "data"
    desk = open_desk(data)
    perform(desk, "user add", {"name": "Alice", "extension": "21", "voicemail": True})
    (desk.folder.greetings / "person-21-ab.wav").write_bytes(b"RIFF")
    desk.close()
    die(monkeypatch, errno.EROFS)
    return data


def die(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


@pytest.mark.parametrize("number", stand_in.UNWRITABLE)
def test_a_disk_that_takes_nothing_is_known_by_what_the_kernel_says(
    data: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    die(monkeypatch, number)
    assert stand_in.unwritable(data) == os.strerror(number)


def test_a_full_disk_and_a_folder_without_an_office_are_no_such_case(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_in.unwritable(data.parent) == ""
    die(monkeypatch, errno.ENOSPC)
    assert stand_in.unwritable(data) == ""


def test_the_stand_in_has_the_office_and_says_what_it_is(data: Path) -> None:
    folder = stand_in.make(data, "Read-only file system")
    assert folder.stat().st_mode & 0o077 == 0
    desk = open_desk(folder)
    assert desk.folder.unkept == "Read-only file system"
    assert desk.office.people["21"].name == "Alice"
    assert [path.name for path in desk.folder.greetings.iterdir()] == [], "only what a setting names is kept"
    assert desk.mailboxes.full("21") == "No messages are recorded: Read-only file system."
    desk.close()


def test_greetings_take_no_more_memory_than_they_may(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_in, "MOST", 6)
    (data / "greetings" / "person-22-cd.wav").write_bytes(b"RIFF")
    folder = stand_in.make(data, "why")
    assert [path.name for path in (folder / "greetings").iterdir()] == ["person-21-ab.wav"]


def test_what_was_in_an_older_stand_in_is_gone(data: Path) -> None:
    folder = stand_in.make(data, "why")
    (folder / "records.sqlite").write_text("of before")
    (folder / "takes").mkdir()
    assert not (stand_in.make(data, "why") / "records.sqlite").exists()
    assert not (folder / "takes").exists()


def test_another_s_folder_of_that_name_is_not_used(data: Path) -> None:
    stand_in.place(data).symlink_to(data)
    with pytest.raises(PermissionError):
        stand_in.make(data, "why")


def test_two_exchanges_never_work_on_one_stand_in(data: Path) -> None:
    lock = Lock(stand_in.make(data, "why"))
    with pytest.raises(Busy):
        stand_in.make(data, "why")
    lock.close()


def test_the_command_line_asks_where_the_exchange_works(data: Path) -> None:
    assert stand_in.in_use(data) == data
    folder = stand_in.make(data, "why")
    assert stand_in.in_use(data) == data, "nobody works there"
    lock = Lock(folder)
    assert stand_in.in_use(data) == folder
    lock.close()
    stand_in.remove(folder)
    assert not folder.exists()


@pytest.mark.parametrize("verb", KEEPING)
def test_what_means_the_disk_is_refused(data: Path, verb: str) -> None:
    desk = open_desk(stand_in.make(data, "why"))
    with pytest.raises(Refused, match="Nothing can be changed because the disk cannot be written to: why"):
        perform(desk, verb, {})
    desk.close()


def test_settings_are_not_changed_there(data: Path) -> None:
    desk = open_desk(stand_in.make(data, "why"))
    with pytest.raises(Refused, match="Nothing can be changed"):
        perform(desk, "user add", {"name": "Bob"})
    assert list(desk.office.people) == ["21"]
    desk.close()
