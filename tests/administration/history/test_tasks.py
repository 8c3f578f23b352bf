"""Tasks: who sees them, who cares for them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.store.rows import Step
from tests.administration.colleagues import Colleagues
from tests.leftovers import CALLER, NUMBER, call_record


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Colleagues]:
    colleagues = Colleagues(tmp_path)
    yield colleagues
    colleagues.desk.close()


def listed(office: Colleagues, who: str, **given: Any) -> list[dict[str, Any]]:
    return list(office.ask(who, "task list", **given)["tasks"])


def test_everybody_sees_their_own_tasks_their_groups_and_the_office_s(office: Colleagues) -> None:
    for extension in ("21", "22", "23", "30", ""):
        office.missed(extension)
    seen = {who: [task["extension"] for task in listed(office, who)] for who in ("21", "23", "chef")}
    assert seen == {"21": ["", "30", "21"], "23": ["", "23"], "chef": [""]}
    assert len(listed(office, "chef", everybody=True)) == 5
    assert office.refuses("21", "task list", everybody=True).code == 4


def test_a_task_tells_who_called_and_what_was_left(office: Colleagues) -> None:
    office.do("contact add", name="Meier", number=CALLER)
    office.missed("21", call="c1", name="MEIER GMBH")
    message = office.message("21", "c1")
    office.missed("21", "+4989555", name="Somebody")
    office.missed("21", "23")
    office.missed("21", "", call="c4")
    tasks = listed(office, "21")[::-1]
    assert [task["from_name"] for task in tasks] == ["Meier", "Somebody", "Carla", ""]
    assert [task["message"] for task in tasks] == [message.id, None, None, None]
    assert {task["owner"] for task in tasks} == {"Anna"}
    assert tasks[0]["story"] == "Nobody."
    assert listed(office, "chef", everybody=True)[-1]["message"] is None


def test_the_story_of_a_task_s_call_is_told_in_the_reader_s_language(office: Colleagues) -> None:
    record = call_record("c1", steps=(Step(1000.0, "called", {"number": NUMBER}), Step(1010.0, "no-answer")))
    office.desk.records.add_call(record)
    office.desk.records.add_task("30", "missed", CALLER, "c1", record.ended)
    assert [task["story"] for task in listed(office, "21")] == ["Niemand nahm ab."]
    office.do("account set", account="21", language="en")
    assert [task["story"] for task in listed(office, "21")] == ["Nobody answered."]


def test_what_is_done_is_done_by_somebody_and_can_be_opened_again(office: Colleagues) -> None:
    task = office.missed("30")
    done = office.ask("22", "task done", task=task.id)
    assert (done["done"], done["who"], done["deed"]) == (True, "Bert", "done")
    assert done["at"] > 1.7e9
    assert listed(office, "21") == []
    assert [each["id"] for each in listed(office, "21", done=True)] == [task.id]
    assert office.ask("21", "task reopen", task=task.id)["done"] is False
    assert len(listed(office, "22")) == 1
    assert office.topics == ["tasks", "tasks"]


def test_a_task_is_handed_over_to_a_colleague_a_group_or_the_office(office: Colleagues) -> None:
    task = office.missed("21")
    assert office.ask("21", "task give", task=task.id, to="23")["owner"] == "Carla"
    assert listed(office, "21") == []
    assert office.ask("23", "task give", task=task.id, to="30")["extension"] == "30"
    assert office.ask("22", "task give", task=task.id, to="")["extension"] == ""
    assert [each["who"] for each in listed(office, "24")] == ["Bert"]
    assert office.refuses("24", "task give", task=task.id, to="99").field == "to"


def test_two_tasks_of_one_call_become_one_when_one_is_given_to_the_other_s_owner(office: Colleagues) -> None:
    annas, sales = office.missed("21", call="c1"), office.missed("30", call="c1")
    office.ask("22", "task done", task=sales.id)
    office.ask("21", "task give", task=annas.id, to="30")
    assert [(task["id"], task["done"]) for task in listed(office, "22")] == [(annas.id, False)]
    assert listed(office, "22", done=True) == []


@pytest.mark.parametrize("verb", ["task done", "task reopen", "task give", "task call"])
def test_nobody_touches_another_s_task(office: Colleagues, verb: str) -> None:
    theirs = office.missed("23")
    given = {"to": "21"} if verb == "task give" else {}
    foreign = office.refuses("21", verb, task=theirs.id, **given)
    missing = office.refuses("21", verb, task=9999, **given)
    assert str(foreign).replace(str(theirs.id), "N") == str(missing).replace("9999", "N")
    assert office.desk.records.task(theirs.id) == theirs
    for odd in (0, -1, 10**30):
        assert office.refuses("21", verb, task=odd, **given).code == 2


def test_calling_back_rings_ones_own_phone_first(office: Colleagues) -> None:
    office.do("phone add", extension="22")
    outside, inside = office.missed("30"), office.missed("22", "23")
    office.lines.asked.clear()
    office.ask("22", "task call", task=outside.id)
    office.ask("22", "task call", task=inside.id)
    assert office.lines.asked == [("call", "22", CALLER, ""), ("call", "22", "23", "")]
    withheld = office.missed("22", "")
    assert "withheld the number" in str(office.refuses("22", "task call", task=withheld.id))


def test_a_user_s_own_phone_rings_for_them_and_no_other(office: Colleagues) -> None:
    for extension in ("21", "22"):
        office.do("phone add", extension=extension)
    office.lines.asked.clear()
    assert office.refuses("21", "call", number=CALLER, extension="22").code == 4
    assert office.lines.asked == []
    office.ask("21", "call", number=CALLER)
    office.ask("chef", "call", number=CALLER, extension="22")
    assert [each[1] for each in office.lines.asked] == ["21", "22"]
    assert "no extension" in str(office.refuses("chef", "call", number=CALLER))


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("22", ("22", "")),
        ("bert", ("22", "")),
        ("SALES", ("30", "")),
        ("Meier", ("+498912345", "7")),
        (" meier ", ("+498912345", "7")),
        ("089 12346;21", ("+498912346", "21")),
    ],
)
def test_whoever_is_called_may_be_typed_as_people_say_it(
    office: Colleagues, typed: str, called: tuple[str, str]
) -> None:
    office.do("contact add", name="Meier", number="089 12345;7")
    office.do("phone add", extension="21")
    office.lines.asked.clear()
    office.ask("21", "call", number=typed)
    assert office.lines.asked == [("call", "21", *called)]


def test_whom_nobody_knows_is_not_called(office: Colleagues) -> None:
    office.do("contact add", name="anna", number="089 12345")
    office.do("phone add", extension="22")
    for typed, sentence in (("Anna", "more than"), ("Nobody", "Nobody is called"), ("22", "own extension"), ("12", "")):
        refusal = office.refuses("22", "call", number=typed)
        assert (refusal.field, sentence in str(refusal)) == ("number", True)


def test_the_notes_of_a_task_go_with_it(office: Colleagues) -> None:
    task = office.missed("21")
    office.ask("21", "task done", task=task.id)
    office.desk.records._database.rows("DELETE FROM tasks")
    assert office.desk.records.task_log.latest([task.id]) == {}
