"""A kill in a recording: the call has a row that says what is known, its message is heard, its owner has a task."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.store.records.database import RecordsError
from pbx.store.records.records import Records
from pbx.store.rows import CallRecord, Step
from tests.leftovers import CALLER, NUMBER, call_record
from tests.store.sound import unfinished
from tests.threats.box import NUMBER as RINGS_ANNA
from tests.threats.box import Box, besiege
from tests.threats.ends import End, Talk, Voice, media_of

ROOT = Path(__file__).parents[3]
SO_FAR = (Step(1000.0, "called", {"number": NUMBER}), Step(1005.0, "announced", {"extension": "21"}))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Anna (21), Bert (22) and their group (30)."""
    opened = open_desk(tmp_path / "data")
    perform(opened, "office set", {"language": "en"})
    for name, extension in (("Anna", "21"), ("Bert", "22")):
        perform(opened, "user add", {"name": name, "extension": extension})
    perform(opened, "group add", {"name": "Sales", "extension": "30", "members": ["21", "22"]})
    yield opened
    opened.close()


def recording(desk: Desk, call: str, seconds: float, *, noted: bool = True, kept: bool = False, **facts: Any) -> None:
    """A call of which so much was recorded; `noted` as this version does, `kept`: the message is finished already."""
    record = call_record(call, **{"steps": SO_FAR, "ended": 1005.0} | facts)
    spool = desk.mailboxes.spool(record.extension, record.from_, call, 1005.0)
    spool.write_bytes(unfinished(seconds))
    if noted:
        desk.records.unfinished.note(record, desk.folder.settings.office.names)
    if kept:
        assert desk.mailboxes.keep(spool)


def again(desk: Desk) -> Desk:
    """The plug was pulled and put in again."""
    desk.close()
    return open_desk(desk.data)


def history(desk: Desk) -> list[tuple[str, ...]]:
    """What each call in the history says, and its tasks."""
    return [(call.id, call.from_, call.to, call.extension, call.outcome, call.story) for call in desk.records.calls()]


def tasks(desk: Desk) -> list[tuple[str, str, str]]:
    return [(task.extension, task.kind, task.call) for task in desk.records.tasks()]


WHOLE = "Left a message (4 s), the box restarted during the call."


@pytest.mark.parametrize("kept", [False, True], ids=["in the recording", "after it"])
def test_a_call_that_was_cut_off_has_its_row_its_message_and_its_task(desk: Desk, kept: bool) -> None:
    recording(desk, "c1", 4.0, kept=kept)
    desk = again(desk)
    assert history(desk) == [("c1", CALLER, NUMBER, "21", "voicemail", WHOLE)]
    (call,) = desk.records.calls()
    assert (call.started, call.ended, call.trunk, call.answered) == (1000.0, 1009.0, "", None)
    assert [step.what for step in call.steps] == ["called", "announced", "message", "interrupted"]
    assert tasks(desk) == [("21", "voicemail", "c1")]
    assert [message.call for message in desk.records.messages("21")] == ["c1"]
    found = perform(desk, "history call", {"id": "c1"})
    assert found["voicemail"][0]["seconds"] == 4.0
    again(desk).close()


def test_too_short_a_recording_leaves_a_missed_call(desk: Desk) -> None:
    recording(desk, "c1", 0.4)
    desk = again(desk)
    assert history(desk) == [("c1", CALLER, NUMBER, "21", "missed", "The box restarted during the call.")]
    assert (tasks(desk), desk.records.messages()) == ([("21", "missed", "c1")], ())
    desk.close()


def test_several_calls_at_once_each_have_theirs(desk: Desk) -> None:
    recording(desk, "c1", 4.0)
    recording(desk, "c2", 4.0, extension="30", from_="")
    recording(desk, "c3", 4.0, from_="22", direction="internal", to="21")
    desk = again(desk)
    assert {row[:5] for row in history(desk)} == {
        ("c1", CALLER, NUMBER, "21", "voicemail"),
        ("c2", "", NUMBER, "30", "voicemail"),
        ("c3", "22", "21", "21", "voicemail"),
    }
    assert set(tasks(desk)) == {("21", "voicemail", "c1"), ("30", "voicemail", "c2"), ("21", "voicemail", "c3")}
    desk.close()


@pytest.mark.parametrize(("from_", "direction"), [(CALLER, "in"), ("", "in"), ("22", "internal")])
def test_of_a_recording_that_nobody_noted_the_file_s_name_is_what_is_known(
    desk: Desk, from_: str, direction: str
) -> None:
    """One of an older version, or one during which the disk was full."""
    recording(desk, "c1", 4.0, noted=False, from_=from_)
    desk = again(desk)
    assert history(desk) == [("c1", from_, "21", "21", "voicemail", WHOLE)]
    assert desk.records.calls()[0].direction == direction
    assert tasks(desk) == [("21", "voicemail", "c1")]
    desk.close()


def test_an_announcement_by_phone_that_was_cut_off_is_a_call_and_no_task(desk: Desk) -> None:
    facts: dict[str, Any] = {"from_": "21", "to": "21", "extension": "", "direction": "internal", "outcome": "answered"}
    desk.records.unfinished.note(call_record("c1", **facts), {})
    desk = again(desk)
    assert history(desk) == [("c1", "21", "21", "", "answered", "The box restarted during the call.")]
    assert tasks(desk) == []
    desk.close()


def test_a_call_that_ended_well_is_not_told_twice(desk: Desk) -> None:
    recording(desk, "c1", 4.0, kept=True)
    desk.records.add_call(call_record("c1", outcome="voicemail", story="All of it."))
    desk = again(again(desk))
    assert [row[-1] for row in history(desk)] == ["All of it."]
    desk.close()


def test_a_message_that_could_not_be_kept_is_told_of_in_the_row_of_its_call_later(desk: Desk) -> None:
    recording(desk, "c1", 4.0, noted=False)
    desk.records.add_call(call_record("c1", steps=SO_FAR))
    desk = again(desk)
    assert history(desk) == [("c1", CALLER, NUMBER, "21", "voicemail", "Left a message (4 s).")]
    desk.close()


@pytest.mark.parametrize("spoilt", ["add_call", "add_message", "add_task"])
def test_what_a_full_disk_does_not_take_is_there_once_it_does(
    desk: Desk, spoilt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the exchange starts all the same."""
    recording(desk, "c1", 4.0)

    def full(*_: object) -> None:
        raise RecordsError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Records, spoilt, full)
        desk = again(again(desk))
    desk = again(desk)
    assert history(desk) == [("c1", CALLER, NUMBER, "21", "voicemail", WHOLE)]
    assert tasks(desk) == [("21", "voicemail", "c1")]
    assert len(desk.records.messages()) == 1
    desk.close()


def test_who_left_meanwhile_leaves_the_task_to_the_heir(desk: Desk) -> None:
    desk.records.unfinished.note(call_record("c1", steps=SO_FAR), {})
    perform(desk, "user leave", {"person": "21", "extension_to": "22"})
    desk = again(desk)
    assert tasks(desk) == [("22", "missed", "c1")]
    desk.close()


def killed(data: str, moment: int) -> None:
    """Record, and be killed at one of the moments in which the disk was just written to."""
    desk = open_desk(Path(data))
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    call: CallRecord = call_record("c1", steps=SO_FAR, ended=1005.0)
    spool = desk.mailboxes.spool("21", CALLER, "c1", 1005.0)
    desk.records.unfinished.note(call, {})
    step()
    spool.write_bytes(unfinished(4.0))
    step()
    assert desk.mailboxes.keep(spool)
    step()
    desk.records.add_call(call_record("c1", outcome="voicemail", story=WHOLE, ended=1009.0))
    step()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("moment", [2, 3, 4])
def test_whenever_it_is_killed_the_message_s_call_is_in_the_list_once(desk: Desk, moment: int) -> None:
    desk.close()
    words = f"from {__name__} import killed; killed({str(desk.data)!r}, {moment})"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    desk = again(open_desk(desk.data))
    assert history(desk) == [("c1", CALLER, NUMBER, "21", "voicemail", WHOLE)]
    assert [message.call for message in desk.records.messages()] == ["c1"]
    desk.close()


def test_a_whole_exchange_is_cut_off_while_somebody_speaks(tmp_path: Path) -> None:
    """What the disk holds in that moment is what a kill leaves; another box goes on with it."""
    left = tmp_path / "left"

    async def speaks(box: Box) -> None:
        await box.do("user set", person="21", voicemail=True)
        caller, voice = End(box, *box.provider, user=CALLER), Voice(box.provider[0])
        invite = caller.request("INVITE", RINGS_ANNA, sdp=voice.sdp, from_=f'"Max" <sip:{CALLER}@p>;tag=x')
        caller.send(invite)
        answer = await caller.final()
        assert answer is not None
        talk = Talk(caller, voice, invite.call_id, invite.headers.get("From") or "", answer.headers.get("To") or "",
                    str(answer.contacts[0].uri), 1, media_of(answer.body))  # fmt: skip
        talk.ack()
        await box.pass_time(12.0)
        spool = box.folder / "spool"
        for _ in range(400):
            voice.say(talk.remote)
            await box.pass_time(0.02, 0.02)
            if any(path.stat().st_size > 8000 * 3 for path in spool.glob("*.wav")):
                break
        shutil.copytree(box.folder, left, ignore=shutil.ignore_patterns("*.socket", "lock", "*.sock", "control*"))
        assert await box.history() == []
        await box.end_calls()

    async def goes_on(box: Box) -> None:
        (call,) = (await box.do("history"))["calls"]
        assert (call["from"], call["from_name"], call["to"], call["extension"]) == (CALLER, "Max", RINGS_ANNA, "21")
        assert (call["outcome"], call["trunk"]) == ("voicemail", "amt")
        assert "message" in call["story"] or "Nachricht" in call["story"]
        one = await box.do("history call", id=call["id"])
        assert len(one["voicemail"]) == 1
        assert [(task["call"], task["kind"]) for task in await box.do("tasks")] == [(call["id"], "voicemail")]

    besiege(tmp_path / "box", speaks)
    besiege(left, goes_on)
