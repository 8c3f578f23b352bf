"""History, tasks and messages as commands show them."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.cli.command import main
from pbx.media.wav import read
from tests.administration.sample import leave_message
from tests.commands import Run


def test_a_call_needs_a_running_exchange(office: Run, refused: Run) -> None:
    assert "not running" in refused("call", "21", "089123456;21", code=1)
    assert "Nobody" in refused("call", "99", "089123456")
    assert refused("call", "21", "12")
    assert "not running" in refused("follow", code=1)


def test_calls_tasks_and_messages_have_the_promised_fields(office: Run, data: Path) -> None:
    id = leave_message(data, "21")
    (call,) = office("calls", "--last", "5")
    promised = {
        "id",
        "direction",
        "from",
        "to",
        "extension",
        "outcome",
        "started",
        "answered",
        "ended",
        "story",
        "steps",
    }
    assert call.keys() >= promised | {"legs"}
    assert (call["from"], call["outcome"], call["answered"]) == ("+4989123456", "voicemail", None)
    assert call["steps"] == [{"at": 1000.0, "what": "called", "detail": {"number": "+4930123450"}}]
    (task,) = office("tasks", "21")
    assert task.keys() >= {"id", "extension", "kind", "from", "call", "done"}
    assert (task["kind"], task["from"], task["call"], task["done"]) == ("voicemail", "+4989123456", call["id"], False)
    (message,) = office("voicemail", "list", "21")
    assert message.keys() >= {"id", "extension", "from", "started", "seconds", "heard"}
    assert (message["id"], message["seconds"], message["heard"]) == (id, 2.5, False)


def test_tasks_can_be_done_and_left_out(office: Run, data: Path, refused: Run) -> None:
    leave_message(data, "21")
    (task,) = office("tasks")
    assert [each["done"] for each in office("tasks", "--done", str(task["id"]))] == [True]
    assert office("tasks", "--open") == []
    with closing(open_desk(data)) as desk:
        (listed,) = perform(desk, "task list", {"done": True, "everybody": True})["tasks"]
    assert (listed["deed"], listed["at"] is not None) == ("done", True)
    assert "no task" in refused("tasks", "--done", "99")


def test_a_message_is_exported_whole_and_removed_for_good(
    office: Run, data: Path, tmp_path: Path, refused: Run
) -> None:
    id = str(leave_message(data, "21"))
    target = tmp_path / "out.wav"
    assert office("voicemail", "export", id, str(target))["file"] == str(target)
    assert read(target).seconds == 2.5
    assert "cannot be written" in refused("voicemail", "export", id, str(tmp_path / "no" / "out.wav"))
    assert "cannot be written" in refused("voicemail", "export", id, str(tmp_path))
    assert "no message" in refused("voicemail", "export", "99", str(target))
    assert refused("voicemail", "export", "x", str(target))
    office("voicemail", "remove", id)
    assert office("voicemail", "list", "21") == []
    assert "no message" in refused("voicemail", "remove", id)
    assert sorted(os.listdir(tmp_path)) == ["office", "out.wav"]


def test_names_from_outside_cannot_command_the_terminal(
    office: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_message(data, "21")
    for words in (
        ["calls"],
        ["tasks"],
        ["voicemail", "list", "21"],
        ["status"],
        ["user", "list"],
        ["user", "set", "21"],
    ):
        assert main(["--data", str(data), *words]) == 0
        assert "\x1b" not in capsys.readouterr().out
    assert main(["--data", str(data), "user", "set", "\x1b[2J"]) == 2
    assert "\x1b" not in capsys.readouterr().err
