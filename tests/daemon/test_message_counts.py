"""What each lamp is told of messages, without asking the disk."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from pbx.daemon.message_counts import MessageCounts
from pbx.store.models import Group, Office, Person


def test_a_lamp_tells_of_ones_own_mailbox_and_those_of_ones_groups() -> None:
    asked: list[str] = []
    kept = {"21": (1, 2), "30": (3, 0)}
    office = Office(people={"21": Person("21", "Anna")}, groups={"30": Group("30", "Sales", ("21",))})

    async def ask(mailbox: str) -> tuple[int, int]:
        asked.append(mailbox)
        return kept.get(mailbox, (0, 0))

    async def script() -> None:
        nonlocal office
        waiting = MessageCounts(lambda: office, ask)
        assert waiting.of("21") == (0, 0)
        await waiting.count_uncounted()
        assert waiting.of("21") == (4, 2)
        kept["21"] = (0, 3)
        await waiting.count(["21"])
        assert waiting.of("21") == (3, 3)
        office = replace(office, people=office.people | {"22": Person("22", "Bert")})
        await waiting.count_uncounted()
        assert waiting.of("22") == (0, 0)

    asyncio.run(script())
    assert asked == ["21", "30", "21", "22"]
