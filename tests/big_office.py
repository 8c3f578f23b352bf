"""A big office as a data folder: made in seconds, the same every time, and as a year of calls leaves it.

`python -m tests.big_office FOLDER` makes one to look at or to measure: `durchwahl run --data FOLDER`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbx.exchange.story import story
from pbx.store.models import Account, Contact, Group, Number, Office, Person, Phone, Trunk
from pbx.store.records.records import _CALL_COLUMNS, Records, _flat
from pbx.store.rows import CallRecord, CallTrace, LegQuality, Step, TaskKind, TracedDialog, TracedMessage
from pbx.store.settings.differences import Difference
from pbx.store.settings.settings import Settings, with_items

NUMBER = "+4930123450"
EVERYBODY = "990"
"""A group with all people in it."""
LONG = "call-7"
"""A call with hundreds of SIP messages: it rang everybody."""
RARE = "Xaver Quandt"
"""Who called three times among all the others."""
FIRST = ("Anna", "Bert", "Clara", "Dora", "Emil", "Frida", "Georg", "Hanna", "Ida", "Jörg", "Käthe", "Ludwig")
LAST = ("Adler", "Braun", "Vogel", "Öztürk", "Müller", "Huber", "Šimek", "Klein", "Lang", "Neumann", "Weiß", "Zander")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int = 200
    groups: int = 20
    contacts: int = 5000
    calls: int = 60_000
    tasks: int = 1000
    numbers: int = 100
    changes: int = 300


def furnish(data: Path, size: Size = Size(), now: float | None = None) -> Office:
    """Make the folder's settings and records; the calls ended one after the other, the last of them at `now`.

    No daemon may have it open.
    """
    data.mkdir(parents=True, exist_ok=True)
    office = settled(size)
    Settings(data / "settings.json").save(office)
    with closing(Records(data / "records.sqlite")) as records, records.together():
        _leave(records, list(calls(size, time.time() if now is None else now)), size)
    return office


def _leave(records: Records, found: list[CallRecord], size: Size) -> None:
    """The calls, who took part in them, and a task of each of the last ones: in bulk, as `add_call` takes its time."""
    rows = records._database._connection
    names = settled(size).names
    rows.executemany(
        f"INSERT INTO calls ({', '.join(_CALL_COLUMNS)}) VALUES ({', '.join('?' * len(_CALL_COLUMNS))})",
        map(_row, found),
    )
    rows.executemany(
        "INSERT INTO parts (extension, call, name) VALUES (?, ?, ?)",
        ((one := each.extension or each.from_, number, names[one]) for number, each in enumerate(found, 1)),
    )
    unspoken = [each for each in found if each.outcome != "answered" and each.direction == "in"]
    for number, each in enumerate(unspoken[len(unspoken) - size.tasks :]):
        kind: TaskKind = "gave-up" if each.outcome == "gave-up" else "missed"
        records.add_task(each.extension if number % 4 else "", kind, each.from_, each.id, each.ended)
    records.traces.add(LONG, found[-1].ended, _trace(found[0].started, size))
    for number in range(size.changes):
        changed = Difference("people", "1000", "1000", "Anna Adler 0", {"ring_seconds": number}, {"ring_seconds": 25.0})
        records.changes.add(found[0].started + number, "user1000", "admin", "user set", [changed])


def _trace(began: float, size: Size) -> CallTrace:
    """Two messages to and from each person's phone."""
    dialogs = tuple(TracedDialog(f"c{each}", str(1000 + each), False) for each in range(size.people))
    text = "INVITE sip:x@192.0.2.7 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\n" + "X-Padding: y\n" * 80
    return CallTrace(
        dialogs,
        tuple(
            TracedMessage(began + each / 100, each % 2 == 0, "udp", f"192.0.2.{each // 2 % 250}:5060", each // 2, text)
            for each in range(2 * size.people)
        ),
    )


def _row(record: CallRecord) -> list[Any]:
    values = _flat(record)
    values["steps"] = json.dumps([_flat(step) for step in record.steps])
    values["legs"] = json.dumps([_flat(leg) for leg in record.legs])
    return list(values.values())


def settled(size: Size) -> Office:
    """Its settings."""
    extensions = [str(1000 + each) for each in range(size.people)]
    items: list[Any] = [Person(extension, _name(place)) for place, extension in enumerate(extensions)]
    items += [Phone(f"phone{extension}", extension, "secret-" + extension) for extension in extensions]
    items += [
        Group(str(900 + each), f"Team {each}", tuple(extensions[each * 5 : each * 5 + 5]))
        for each in range(size.groups)
    ]
    items += [Contact(_contact(each), f"+4930{20_000_000 + each}", "21" if each % 7 == 0 else "")
              for each in range(size.contacts)]  # fmt: skip
    items += [Group(EVERYBODY, "Everybody", tuple(extensions)), Trunk("amt", peer="192.0.2.20:5060")]
    items += [Account(f"person{each}", extension=each) for each in extensions[size.people // 2 :]]
    items += [Number(NUMBER, "amt", tuple(extensions[:40]))]
    items += [Number(f"{NUMBER}{each:03}", "amt", (extensions[each % size.people],)) for each in range(1, size.numbers)]
    return with_items(Office(name="Große Kanzlei", area_code="30"), *items)


def calls(size: Size, now: float) -> Iterator[CallRecord]:
    """Its calls, the oldest first, a quarter of them in vain; every one from or to a contact."""
    dice = random.Random(9)
    apart = 300 * 86400 / max(size.calls, 1)
    for number in range(size.calls):
        ended = now - (size.calls - 1 - number) * apart
        extension = str(1000 + dice.randrange(size.people))
        party = f"+4930{20_000_000 + dice.randrange(max(size.contacts, 1))}"
        rare = number in (size.calls // 50, size.calls // 2, size.calls - 40)
        yield _call(number, ended, extension, party, RARE if rare else "", dice.random())


def _call(number: int, ended: float, extension: str, party: str, name: str, luck: float) -> CallRecord:
    """One call of 90 seconds."""
    began = ended - 90
    steps = [
        Step(began, "called", {"number": NUMBER, "trunk": "amt"}),
        Step(began + 1, "greeted"),
        Step(began + 5, "dialled", {"digits": extension}),
        Step(began + 6, "rang", {"extension": extension}),
    ]
    outgoing, good = luck < 0.3, luck < 0.75
    if outgoing:
        steps = [Step(began, "dialled-out", {"number": party, "trunk": "amt"})]
    if good:
        steps += [Step(began + 12, "answered", {"extension": extension}), Step(ended, "hung-up", {"by": extension})]
    else:
        steps += [Step(began + 31, "no-answer", {"extension": extension, "seconds": 25.0}),
                  Step(ended, "gave-up", {"where": "ringing"})]  # fmt: skip
    return CallRecord(
        id=f"call-{number}", direction="out" if outgoing else "in", from_=extension if outgoing else party,
        from_name="" if outgoing else name, to=party if outgoing else NUMBER, extension="" if outgoing else extension,
        outcome="answered" if good else "missed" if luck < 0.9 else "gave-up", trunk="amt",
        started=began, answered=began + 12 if good else None, ended=ended,
        story=story(steps, "de", {extension: _name(int(extension) - 1000)}), steps=tuple(steps),
        legs=(LegQuality(party, "PCMA", 4000, 3990, 10, 0.004), LegQuality(extension, "G722", 3990, 4000)),
    )  # fmt: skip


def _name(place: int) -> str:
    return f"{FIRST[place % len(FIRST)]} {LAST[place // len(FIRST) % len(LAST)]} {place}"


def _contact(place: int) -> str:
    return f"{LAST[place % len(LAST)]} GmbH {place:04}, {FIRST[place // 7 % len(FIRST)]}"


if __name__ == "__main__":
    furnish(Path(sys.argv[1]))
