"""Everything about one number: shown, handed out, and gone from every file of the data folder."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.protocol import Refused
from pbx.store.rows import CallTrace, Step, TracedDialog, TracedMessage
from tests.administration.sample import leave_message
from tests.commands import Run
from tests.leftovers import call_record
from tests.live import Lines, lasting
from tests.store.sound import write_sound

CALLER, NAME = "+491701234567", "Mathilda Verschwindefisch"
OTHER = "+4989555666"
NOON = 1_700_000_000.0


class Office:
    """An office that has had calls with Mathilda and with somebody else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk: Desk = open_desk(folder)
        self.lines = Lines()
        self.desk.live = self.lines
        self.do("user add", name="Anna", extension="21")
        self.do("trunk add", name="provider", peer="192.0.2.9")
        self.do("number add", number="+4930123450", trunk="provider", to=["21"])
        self.do("contact add", name=NAME, number=CALLER)
        self.do("contact set", contact=NAME, name=f"Frau {NAME}")
        for number, name in ((CALLER, NAME), (OTHER, "Somebody")):
            self.keep(f"voicemail{number}", number, name, outcome="voicemail")
            self.keep(f"out{number}", "21", "Anna", direction="out", to=number, outcome="answered")
            self.leave_message(number, f"voicemail{number}")
            self.desk.records.add_task("21", "voicemail", number, f"voicemail{number}", NOON)
        self.keep("withheld", "", "", outcome="missed", trace="P-Asserted-Identity: <sip:01701234567@provider>")

    def do(self, verb: str, **given: Any) -> Any:
        return perform(self.desk, verb, given)

    def keep(self, id: str, from_: str, name: str, *, trace: str = "", **fields: Any) -> None:
        steps = (Step(NOON, "called", {"number": "+4930123450"}),)
        record = call_record(
            id, from_=from_, from_name=name, started=NOON, story=f"{name} called.", steps=steps, **fields
        )
        self.desk.records.add_call(record, self.desk.office.names)
        text = f"INVITE sip:21@192.0.2.1 SIP/2.0\n{trace or f'From: <sip:{from_}@provider>'}\n"
        message = TracedMessage(NOON, False, "udp", "192.0.2.9:5060", 0, text)
        self.desk.records.traces.add(id, NOON, CallTrace((TracedDialog("c", from_, True),), (message,)))

    def leave_message(self, number: str, call: str) -> None:
        spool = self.desk.mailboxes.spool("21", number, call, NOON)
        write_sound(spool, 2.0)
        assert self.desk.mailboxes.keep(spool)

    def fetched(self, number: str) -> zipfile.ZipFile:
        made = self.do("privacy export", number=number)
        content = b""
        while True:
            piece = self.do("privacy read", file=made["file"], offset=len(content))
            content += base64.b64decode(piece["data"])
            if not piece["more"]:
                break
        assert len(content) == made["size"]
        return zipfile.ZipFile(io.BytesIO(content))

    def where(self, *words: str) -> list[str]:
        """The files of the data folder in whose names or contents one of these stands."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [
            str(path.relative_to(self.folder))
            for path in files
            if any(word.encode() in path.read_bytes() or word in path.name for word in words)
        ]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "office")
    yield office
    office.desk.close()


@pytest.fixture
def commanded(done: Run) -> Run:
    """Anna 21, by command."""
    done("user", "add", "Anna", "--extension", "21")
    return done


def test_what_is_known_is_shown_however_the_number_is_typed(office: Office) -> None:
    for typed in (CALLER, "0170 1234567", "0049 170/1234567"):
        shown = office.do("privacy show", number=typed)
        found = {name: shown[name] for name in ("number", "calls", "messages", "tasks", "traces", "digits", "seconds")}
        assert found == {
            "number": CALLER, "calls": 2, "messages": 1, "tasks": 1, "traces": 3, "digits": 4, "seconds": 2,
        }  # fmt: skip
        assert shown["contacts"] == [f"Frau {NAME}"]
        assert len(shown["latest"]) == 2


@pytest.mark.parametrize("typed", ["", "21", "12", "hello", "+4930123450", "030 123450", "'; DROP TABLE calls"])
def test_what_is_no_number_outside_is_refused_at_its_field(office: Office, typed: str) -> None:
    for verb in ("privacy show", "privacy export"):
        with pytest.raises(Refused) as refused:
            office.do(verb, number=typed)
        assert refused.value.field == "number"


def test_the_archive_has_it_all_for_people_and_for_programs(office: Office) -> None:
    archive = office.fetched("0170 1234567")
    names = archive.namelist()
    assert [name.partition("/")[0] for name in sorted(names)] == [
        *("everything.json", "lies-mich.txt", "messages", "sip", "sip"),
    ]
    content = json.loads(archive.read("everything.json"))
    assert {call["call"]["id"] for call in content["calls"]} == {f"voicemail{CALLER}", f"out{CALLER}"}
    assert (len(content["messages"]), len(content["tasks"])) == (1, 1)
    assert content["contacts"][0]["name"] == f"Frau {NAME}"
    readable = archive.read("lies-mich.txt").decode()
    assert "Was über +49 170 1234567 gespeichert ist" in readable
    assert NAME in readable
    [sound] = [name for name in names if name.startswith("messages/")]
    assert archive.read(sound)[:4] == b"RIFF"
    everything = b"".join(archive.read(name) for name in names)
    assert OTHER.encode() not in everything
    assert list((office.folder / "exports").iterdir()) == []


def test_only_archives_can_be_read_and_only_once(office: Office) -> None:
    made = office.do("privacy export", number=CALLER)
    for file in ("../settings", "../../etc/passwd", "x", made["file"][:-1], "0" * 32, f"{made['file']}\n"):
        with pytest.raises(Refused, match="no longer exists"):
            office.do("privacy read", file=file)
    with pytest.raises(Refused):
        office.do("privacy read", file=made["file"], offset=-1)
    office.do("privacy read", file=made["file"])
    with pytest.raises(Refused, match="no longer exists"):
        office.do("privacy read", file=made["file"])


def test_erasing_leaves_nothing_in_any_file(office: Office) -> None:
    secrets = (CALLER, CALLER[1:], "1701234567", NAME)
    assert office.where(*secrets)
    before = office.do("privacy show", number=CALLER)
    erased = office.do("privacy erase", number="0170 1234567", digits="4567")
    assert erased["calls"] == before["calls"] == 2
    assert office.where(*secrets) == []
    assert ("forget_wire", "1701234567") in office.lines.asked
    assert ("mailbox_changed", "21") in office.lines.asked
    left = office.do("privacy show", number=OTHER)
    assert (left["calls"], left["messages"], left["tasks"], left["traces"]) == (2, 1, 1, 2)
    assert {call.id for call in office.desk.records.calls()} == {f"voicemail{OTHER}", f"out{OTHER}", "withheld"}
    assert office.do("privacy erase", number=CALLER, digits="4567")["calls"] == 0


@pytest.mark.parametrize("digits", ["", "4568", "567", "1234567", "45 67 8"])
def test_nothing_is_erased_without_the_last_digits(office: Office, digits: str) -> None:
    with pytest.raises(Refused) as refused:
        office.do("privacy erase", number=CALLER, digits=digits)
    assert refused.value.field == "digits"
    assert office.do("privacy show", number=CALLER)["calls"] == 2


def test_nothing_is_erased_while_somebody_talks_with_that_number(office: Office) -> None:
    office.lines.calls = [lasting(from_=CALLER)]
    with pytest.raises(Refused, match="talking to"):
        office.do("privacy erase", number=CALLER, digits="4567")


def test_a_number_that_only_the_network_writes_so_is_found_too(office: Office) -> None:
    office.keep("odd", "0815", "Odd", outcome="missed")
    assert office.do("privacy show", number="0815")["calls"] == 1
    office.do("privacy erase", number="0815", digits="0815")
    assert office.desk.records.call("odd") is None
    assert office.do("privacy show", number=CALLER)["calls"] == 2


# --- by command -----------------------------------------------------------------------------------------------------


def test_by_command_it_is_shown_copied_and_erased(commanded: Run, data: Path, tmp_path: Path, refused: Run) -> None:
    leave_message(data, "21")
    number = "089 123456"
    assert commanded("privacy", "show", number)["messages"] == 1
    target = tmp_path / "all.zip"
    assert commanded("privacy", "export", number, str(target))["file"] == str(target)
    assert "everything.json" in zipfile.ZipFile(target).namelist()
    assert list((data / "exports").iterdir()) == []
    assert commanded("history", "meier")["calls"][0]["outcome"] == "voicemail"
    assert "last 4 digits" in refused("privacy", "erase", number, "--digits", "1234")
    assert commanded("privacy", "erase", number, "--digits", "3456")["calls"] == 1
    assert commanded("history")["calls"] == []


def test_by_command_the_days_are_set(commanded: Run, refused: Run) -> None:
    set_ = commanded("retention", "set", "--history", "0", "--messages", "30", "--done-tasks", "7")
    assert [set_[f"keep_{what}_days"] for what in ("history", "messages", "done_tasks")] == [0, 30, 7]
    assert "0 to keep everything" in refused("retention", "set", "--history", "4000")
    assert "not running" in refused("trace", code=1)
