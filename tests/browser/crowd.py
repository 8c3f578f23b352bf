"""A full office, made before its exchange starts: many people, phones, groups, numbers, contacts, calls and tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from tests.browser.office import ADMIN, CALLER, COLLEAGUE, NUMBER
from tests.leftovers import call_record, message

MANY = 30
"""More than a screen holds, of everything."""
CALL = "call-1"
"""Id of a call in the history."""
OUTCOMES = ("missed", "answered", "gave-up", "voicemail")


def crowd(data: Path, provider: str) -> None:
    """Fill the data folder of an exchange that does not run; its trunk's peer is `provider` (HOST:PORT)."""
    desk = open_desk(data)
    try:

        def do(verb: str, **given: Any) -> Any:
            return perform(desk, verb, given)

        _settings(do, provider)
        _leftovers(desk)
    finally:
        desk.close()


def _settings(do: Callable[..., Any], provider: str) -> None:
    do("office set", country="DE", area_code="30", number=NUMBER)
    do("trunk add", name="amt", peer=provider)
    people = ["21", "22", "23", *(str(400 + place) for place in range(MANY))]
    for place, extension in enumerate(people):
        do("user add", name=f"Karl-Friedrich Meier-Vorfelder {place}", extension=extension)
        do("phone add", extension="21", name=f"Tisch {place}")
        do("contact add", name=f"Kundin {place}" if place else "Dr. Meier", number=f"+49891234{place:02}")
    for place in range(MANY):
        do("group add", name=f"Verkauf {place}", extension=str(300 + place) if place else "30", members=["21", "22"])
        do("number add", number=f"{NUMBER}{place:02}", trunk="amt", to=["21", "30"])
    do("number add", number=NUMBER, trunk="amt", to=people)
    do("account add", name=ADMIN[0], password=ADMIN[1], role="admin", extension="21")
    do("account add", name=COLLEAGUE[0], password=COLLEAGUE[1], role="user", extension="22")
    for extension in people[3:]:
        do("account invite", extension=extension)
    do("user leave", person=people[-1], keep_days=30)


def _leftovers(desk: Desk) -> None:
    for place in range(2 * MANY):
        began, outcome = 1_790_000_000.0 + 600 * place, OUTCOMES[place % len(OUTCOMES)]
        talked = {"answered": began + 5.0} if outcome == "answered" else {}
        record = call_record(
            f"call-{place}", from_=f"{CALLER}{place:02}", outcome=outcome, started=began, ended=began + 60, **talked
        )
        desk.records.add_call(record, {"21": "Karl-Friedrich"})
        if outcome != "answered":
            desk.records.add_task("21" if place % 3 else "", "missed", record.from_, record.id, record.ended)
        if outcome == "voicemail":
            message(desk, "21", record.id, from_=record.from_)
