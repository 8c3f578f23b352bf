"""The storage behind a thread: rows, tasks and messages as calls leave them, in a real data folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from pbx.daemon.archive import Archive
from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import NoRoom
from pbx.exchange.calls.leg import Party
from pbx.exchange.story import story
from pbx.sip.trace import Trace
from pbx.store.folder import Folder, open_folder
from pbx.store.mailboxes import Mailboxes, MailboxLimits
from pbx.store.models import Office, Person, RetiredExtension
from pbx.store.rows import CallDirection, CallRecord, Outcome
from pbx.store.secrets.pins import hash_pin
from tests.store.sound import write_sound

CALLER = "+491701234567"


class ArchiveRig:
    """An archive, and what it told."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.lamps: list[str] = []
        self.ended: list[CallRecord] = []
        self.now = 1_700_000_000.0
        self.trace = Trace(lambda: self.now)
        self.archive = Archive(folder, self.trace, lambda call: "Told.", self.lamps.append, self.ended.append)

    def run(self, act: Callable[[Archive], Awaitable[object]]) -> object:
        """Do one thing with it, on a loop of its own."""

        async def do() -> object:
            return await act(self.archive)

        return asyncio.run(do())

    def call(
        self,
        outcome: Outcome,
        direction: CallDirection = "in",
        *,
        id: str = "c1",
        other: str = CALLER,
        talked: bool = False,
    ) -> Call:
        """A call that ended so."""
        caller = Party(other, outside=True) if direction == "in" else Party("21", "Anna")
        to = "+4930123450" if direction == "in" else other
        call = Call(id, direction, Office(), caller, to, lambda: self.now, lambda call, step: None, extension="21")
        call.note("called", number=to)
        if talked:
            call.mark_answered()
        call.outcome = outcome
        return call

    @property
    def open_tasks(self) -> list[tuple[str, str, str]]:
        return [(task.extension, task.kind, task.from_) for task in self.folder.records.tasks(open_only=True)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ArchiveRig]:
    folder = open_folder(tmp_path / "data", story)
    people = (Person("21", "Anna", pin=hash_pin("4711")), Person("22", "Bert"))
    folder.settings.save(Office(people={person.extension: person for person in people}))
    rig = ArchiveRig(folder)
    yield rig
    rig.run(lambda archive: archive.close())
    folder.close()


def test_a_call_leaves_its_row_and_is_told_afterwards(rig: ArchiveRig) -> None:
    rig.run(lambda archive: archive.keep_call(rig.call("answered", talked=True)))
    [record] = rig.folder.records.calls()
    assert rig.ended == [record]
    assert (record.outcome, record.story, record.extension) == ("answered", "Told.", "21")
    assert rig.open_tasks == []


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("missed", "missed"),
        ("refused", "missed"),
        ("failed", "missed"),
        ("voicemail", "voicemail"),
        ("gave-up", "gave-up"),
    ],
)
def test_a_call_nobody_spoke_on_is_one_task(rig: ArchiveRig, outcome: Outcome, kind: str) -> None:
    rig.run(lambda archive: archive.keep_call(rig.call(outcome)))
    assert rig.open_tasks == [("21", kind, CALLER)]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_the_task_closes_when_the_caller_gets_through_or_is_called_back(
    rig: ArchiveRig, direction: CallDirection
) -> None:
    rig.run(lambda archive: archive.keep_call(rig.call("missed")))
    rig.run(lambda archive: archive.keep_call(rig.call("missed", direction, id="c2", other="+4940999")))
    assert ("21", "missed", CALLER) in rig.open_tasks
    rig.run(lambda archive: archive.keep_call(rig.call("answered", direction, id="c3", talked=True)))
    assert ("21", "missed", CALLER) not in rig.open_tasks


def test_a_call_out_is_nobodys_task_and_a_withheld_number_closes_none(rig: ArchiveRig) -> None:
    rig.run(lambda archive: archive.keep_call(rig.call("missed", "out")))
    assert rig.open_tasks == []
    rig.run(lambda archive: archive.keep_call(rig.call("missed", id="c2", other="")))
    rig.run(lambda archive: archive.keep_call(rig.call("answered", id="c3", other="", talked=True)))
    assert rig.open_tasks == [("21", "missed", "")]


def test_a_message_is_kept_heard_and_removed_and_the_lamp_told_each_time(rig: ArchiveRig) -> None:
    async def script(archive: Archive) -> None:
        spool = await archive.spool("21", rig.call("missed"))
        write_sound(spool, 3.0)
        assert await archive.keep_message(spool, "21")
        [message] = await archive.messages(["21", "30"])
        assert (message.from_, message.call, message.heard) == (CALLER, "c1", False)
        assert await archive.counts("21") == (1, 0)
        clip = await archive.open_message(message)
        assert clip is not None
        assert clip.seconds == pytest.approx(3.0)
        await archive.mark_heard(message)
        assert await archive.counts("21") == (0, 1)
        await archive.remove_message(message)
        assert await archive.messages(["21"]) == []
        await archive.remove_message(message)  # from two phones at the same time
        assert await archive.open_message(message) is None

    rig.run(script)
    assert set(rig.lamps) == {"21"}
    assert len(rig.lamps) >= 3


def test_less_than_a_second_and_nothing_at_all_are_no_message(rig: ArchiveRig) -> None:
    async def script(archive: Archive) -> None:
        spool = await archive.spool("21", rig.call("missed"))
        assert not await archive.keep_message(spool, "21")
        write_sound(spool, 0.5)
        assert not await archive.keep_message(spool, "21")

    rig.run(script)
    assert rig.lamps == []


def test_a_full_mailbox_is_said_in_the_exchanges_words(rig: ArchiveRig) -> None:
    full = Mailboxes(rig.folder.data, rig.folder.records, MailboxLimits(messages=0))
    archive = Archive(
        replace(rig.folder, mailboxes=full), rig.trace, lambda call: "", rig.lamps.append, rig.ended.append
    )

    async def script(_: Archive) -> None:
        with pytest.raises(NoRoom, match="is full"):
            await archive.spool("21", rig.call("missed"))
        await archive.close()

    rig.run(script)


def test_only_the_right_pin_of_somebody_who_has_one_is_right(rig: ArchiveRig) -> None:
    async def script(archive: Archive) -> None:
        assert await archive.pin_is("21", "4711")
        assert not await archive.pin_is("21", "4712")
        assert not await archive.pin_is("99", "")

    rig.run(script)


@pytest.mark.parametrize("back", [False, True])
def test_colleagues_who_spoke_need_not_call_back_whoever_called_then(rig: ArchiveRig, back: bool) -> None:
    def call(caller: str, called: str, id: str, *, talked: bool) -> Call:
        call = rig.call("missed", "internal", id=id, other=called, talked=talked)
        call.caller, call.extension = Party(caller), called
        call.outcome = "answered" if talked else "missed"
        return call

    rig.run(lambda archive: archive.keep_call(call("21", "22", "c1", talked=False)))
    rig.run(lambda archive: archive.keep_call(call("23", "22", "c2", talked=False)))
    assert sorted(rig.open_tasks) == [("22", "missed", "21"), ("22", "missed", "23")]
    again = ("22", "21") if back else ("21", "22")
    rig.run(lambda archive: archive.keep_call(call(*again, "c3", talked=True)))
    assert rig.open_tasks == [("22", "missed", "23")]


def test_calls_that_end_together_are_written_together(rig: ArchiveRig) -> None:
    """Each waits until its own row is safe, none for more than the moment that all of them take."""

    async def end(archive: Archive) -> None:
        await asyncio.gather(*(archive.keep_call(rig.call("missed", id=f"c{number}")) for number in range(20)))

    commits: list[str] = []
    rig.folder.records._database._connection.set_trace_callback(commits.append)
    rig.run(end)
    assert {record.id for record in rig.ended} == {record.id for record in rig.folder.records.calls(99)}
    assert len(rig.ended) == 20
    assert commits.count("COMMIT") == 1


def test_a_call_that_cannot_be_written_does_not_cost_the_others_their_rows(rig: ArchiveRig) -> None:
    broken = rig.call("missed", id="broken")
    unfit: Any = b"no JSON"
    broken.note("called", number=unfit)

    async def end(archive: Archive) -> list[object]:
        calls = [rig.call("missed", id="c1"), broken, rig.call("missed", id="c2")]
        return await asyncio.gather(*map(archive.keep_call, calls), return_exceptions=True)

    first, second, third = cast("list[object]", rig.run(end))
    assert (first, type(second), third) == (None, TypeError, None)
    assert {record.id for record in rig.folder.records.calls()} == {"c1", "c2"}


def test_what_a_call_leaves_for_somebody_who_left_meanwhile_goes_to_their_heirs(rig: ArchiveRig) -> None:
    call = rig.call("voicemail")
    spool = cast(Path, rig.run(lambda archive: archive.spool("21", call)))
    write_sound(spool, 2.0)
    office = Office(people={"22": Person("22", "Bert")}, former={"21": RetiredExtension("21", "Anna", to="22")})
    rig.folder.settings.save(office)
    assert rig.run(lambda archive: archive.keep_message(spool, "21"))
    rig.run(lambda archive: archive.keep_call(call))
    assert [message.extension for message in rig.folder.records.messages()] == ["22"]
    assert [task[0] for task in rig.open_tasks] == ["22"]
    assert rig.lamps == ["22"]


def test_without_an_heir_the_task_becomes_the_office_s(rig: ArchiveRig) -> None:
    rig.folder.settings.save(Office())
    rig.run(lambda archive: archive.keep_call(rig.call("missed")))
    assert [task[0] for task in rig.open_tasks] == [""]
