"""A recording becomes a message in one step, and whatever a crash left is found again."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.store.mailboxes import Mailboxes, MailboxLimits, NoRoom
from pbx.store.records.records import Records, RecordsError
from pbx.store.sound_files import NoSound, mend
from tests.store.sound import unfinished, write_sound


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


@pytest.fixture
def boxes(tmp_path: Path, records: Records) -> Mailboxes:
    return Mailboxes(tmp_path, records, free_share=lambda _: 0.5)


def files(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for top in ("spool", "mailboxes") for path in (data / top).rglob("*.wav"))


def test_a_finished_recording_is_a_message(tmp_path: Path, boxes: Mailboxes, records: Records) -> None:
    spool = boxes.spool("21", "+4930111", "c1", 100.5)
    write_sound(spool, 3.25)
    message = boxes.keep(spool)
    assert message is not None
    assert (message.extension, message.from_, message.call) == ("21", "+4930111", "c1")
    assert (message.started, message.seconds, message.heard) == (100.5, 3.25, False)
    assert records.messages("21") == (message,)
    assert boxes.path(message).is_file()
    assert files(tmp_path) == [f"mailboxes/{message.file}"]


def test_what_keep_is_told_goes_before_what_spool_was_told(boxes: Mailboxes) -> None:
    spool = boxes.spool("21")
    write_sound(spool, 2.0)
    message = boxes.keep(spool, from_="+4930111", call="c1", started=7.0)
    assert message is not None
    assert (message.from_, message.call, message.started) == ("+4930111", "c1", 7.0)


def test_less_than_a_second_is_no_message(tmp_path: Path, boxes: Mailboxes, records: Records) -> None:
    spool = boxes.spool("21")
    write_sound(spool, 0.9)
    assert boxes.keep(spool) is None
    assert boxes.keep(boxes.spool("21")) is None, "nothing was written at all"
    assert files(tmp_path) == []
    assert records.messages() == ()


def test_a_removed_message_is_gone_with_its_file(tmp_path: Path, boxes: Mailboxes, records: Records) -> None:
    for seconds in (2.0, 3.0):
        spool = boxes.spool("21")
        write_sound(spool, seconds)
        boxes.keep(spool)
    boxes.remove(records.messages()[0])
    assert [message.seconds for message in records.messages()] == [3.0]
    assert len(files(tmp_path)) == 1
    assert boxes.remove_all("21") == 1
    assert files(tmp_path) == []


def test_a_recording_that_was_cut_off_is_recovered_with_its_caller_and_a_task(
    tmp_path: Path, boxes: Mailboxes, records: Records
) -> None:
    boxes.spool("21", "+49 30/1!%ü", "call!1", 100.0).write_bytes(unfinished(4.0))
    boxes.spool("22").write_bytes(unfinished(0.5))
    boxes.spool("23").write_bytes(b"")
    (tmp_path / "spool" / "stray.txt").write_text("x")
    done = Mailboxes(tmp_path, records).reconcile()
    (message,) = done.recovered
    assert records.messages() == (message,)
    assert (message.extension, message.from_, message.call) == ("21", "+49 30/1!%ü", "call!1")
    assert (message.started, message.seconds) == (100.0, 4.0)
    assert mend(boxes.path(message)) == 4.0
    assert [(task.kind, task.call) for task in records.tasks("21")] == [("voicemail", "call!1")]
    assert os.listdir(tmp_path / "spool") == []


def test_a_file_whose_row_was_not_written_any_more_gets_one(
    tmp_path: Path, boxes: Mailboxes, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = boxes.spool("21", "+4930111", "c1", 100.0)
    write_sound(spool, 3.0)

    def crash(*_: object) -> None:
        raise RecordsError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Records, "add_message", crash)
        with pytest.raises(RecordsError):
            boxes.keep(spool)
    assert records.messages() == ()
    assert [message.from_ for message in boxes.reconcile().recovered] == ["+4930111"]
    assert boxes.reconcile().recovered == ()
    assert len(records.messages()) == 1


def test_a_recording_that_could_not_be_moved_stays_in_the_spool(
    tmp_path: Path, boxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = boxes.spool("21")
    write_sound(spool, 3.0)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            boxes.keep(spool)
    assert spool.is_file()
    assert len(boxes.reconcile().recovered) == 1


def test_a_row_whose_file_is_gone_is_dropped(boxes: Mailboxes, records: Records) -> None:
    spool = boxes.spool("21")
    write_sound(spool, 2.0)
    message = boxes.keep(spool)
    assert message is not None
    boxes.path(message).unlink()
    assert boxes.reconcile().dropped == (message,)
    assert records.messages() == ()


def test_a_deletion_that_was_cut_off_does_not_bring_the_message_back(
    boxes: Mailboxes, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = boxes.spool("21")
    write_sound(spool, 2.0)
    message = boxes.keep(spool)
    assert message is not None
    with monkeypatch.context() as patch:
        patch.setattr(Records, "remove_message", lambda *_: (_ for _ in ()).throw(RecordsError("killed")))
        with pytest.raises(RecordsError):
            boxes.remove(message)
    assert boxes.reconcile().recovered == ()
    assert records.messages() == ()


def test_what_somebody_else_put_among_the_mailboxes_is_left_alone(tmp_path: Path, boxes: Mailboxes) -> None:
    other = tmp_path / "mailboxes" / "21" / "notes.txt"
    other.parent.mkdir()
    other.write_text("mine")
    assert boxes.reconcile().recovered == ()
    assert other.read_text() == "mine"


def test_caps_are_named_in_a_sentence(tmp_path: Path, records: Records) -> None:
    def boxes(limits: MailboxLimits, free: float = 0.5) -> Mailboxes:
        return Mailboxes(tmp_path, records, limits, lambda _: free)

    write_sound(spool := boxes(MailboxLimits()).spool("21"), 5.0)
    boxes(MailboxLimits()).keep(spool)
    with pytest.raises(NoRoom, match="Less than 10% of the disk"):
        boxes(MailboxLimits(), 0.09).spool("21")
    with pytest.raises(NoRoom, match="mailbox of 21 is full: it has 1 messages"):
        boxes(MailboxLimits(messages=1)).spool("21")
    with pytest.raises(NoRoom, match="mailbox of 21 is full: its messages last"):
        boxes(MailboxLimits(mailbox_seconds=5.0)).spool("21")
    with pytest.raises(NoRoom, match="All mailboxes together"):
        boxes(MailboxLimits(box_seconds=5.0)).spool("22")
    assert boxes(MailboxLimits(messages=1, mailbox_seconds=5.0)).spool("22")


def test_messages_being_recorded_count_too(boxes: Mailboxes, tmp_path: Path, records: Records) -> None:
    capped = Mailboxes(tmp_path, records, MailboxLimits(messages=2), lambda _: 0.5)
    for _ in range(2):
        write_sound(capped.spool("21"), 1.0)
    with pytest.raises(NoRoom):
        capped.spool("21")


@pytest.mark.parametrize("extension", ["", "../etc", "21/..", "2", "٢١", "21\n"])
def test_nothing_but_an_extension_gets_a_mailbox(boxes: Mailboxes, extension: str) -> None:
    with pytest.raises(ValueError, match="no extension"):
        boxes.spool(extension)


@pytest.mark.parametrize("said", [0, 0xFFFFFFFF, 100, 4 * 16000])
def test_a_header_that_was_not_finished_is_mended_by_what_is_there(tmp_path: Path, said: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(unfinished(2.0, said) + b"\x01")
    assert mend(path) == 2.0
    assert path.stat().st_size == 44 + 32000
    assert mend(path) == 2.0


def test_chunks_behind_the_sound_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    content = unfinished(2.0, 32000) + b"LIST\x04\x00\x00\x00abcd"
    path.write_bytes(content)
    assert mend(path) == 2.0
    assert path.read_bytes() == content


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=100) | st.binary(max_size=80).map(lambda tail: unfinished(0)[:30] + tail))
def test_any_bytes_are_mended_or_no_sound(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    try:
        seconds = mend(path)
    except NoSound:
        return
    assert seconds >= 0
