"""What changed is told topic by topic: bundled when much happens, and by a real exchange when anything does."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pbx.daemon.topics import MOMENT, TOPICS, Topics
from tests.threats.box import Box, besiege
from tests.threats.ends import conversation, phone


class Paper:
    """What was told, and the alarm that is set."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.alarms: list[Callable[[], None]] = []
        self.topics = Topics(lambda event: self.published.append(event["topic"]), self._call_later)

    def _call_later(self, seconds: float, act: Callable[[], None]) -> None:
        assert seconds == MOMENT
        self.alarms.append(act)


def test_a_thousand_changes_in_a_moment_are_one_event_a_topic() -> None:
    paper = Paper()
    for number in range(1000):
        paper.topics.changed("calls" if number % 3 else "lines")
    assert paper.published == []
    [alarm] = paper.alarms
    alarm()
    assert paper.published == ["lines", "calls"]
    paper.topics.changed("calls")
    assert len(paper.alarms) == 2, "what comes later is told later"


def test_a_topic_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no topic"):
        Paper().topics.changed("weather")


async def changes_of(box: Box, topics: set[str]) -> None:
    """Until all of these have been told."""
    assert topics <= set(TOPICS)
    await box.until(lambda: topics <= {event.get("topic") for event in box.events}, 20.0)


async def all_changes_of(box: Box, topics: set[str]) -> None:
    """Until all of these have been told, and what was bundled with them; from now on is counted anew."""
    await changes_of(box, topics)
    await asyncio.sleep(2 * MOMENT)
    box.events.clear()


async def seen_by_all(box: Box) -> None:
    """What "now" and the doctor say while Anna talks with Bert."""
    now = await box.do("now")
    assert [(person["name"], person["state"]) for person in now["people"]] == [
        ("Anna", "talking"),
        ("Bert", "talking"),
        ("Carl", "offline"),
    ]
    assert all(abs(time.time() - person["since"]) < 30 for person in now["people"][:2])
    [call] = now["calls"]
    assert (call["direction"], call["state"], sorted(call["parties"])) == ("internal", "talking", ["21", "22"])
    assert len(call["story"]) == 3
    assert (now["lamps"]["ready"], now["lamps"]["call"]) == ("slow", "steady")
    checks = {check["name"]: check for check in await box.do("doctor")}
    assert {"trunk", "wire", "tls", "registered", "network", "clock"} <= checks.keys()
    assert checks["wire"]["state"] == "ok"


def test_an_exchange_tells_that_phones_register_ring_and_talk(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.until(lambda: "health" in {event.get("topic") for event in box.events})
        anna, bert = await phone(box, "21"), await phone(box, "22")
        await all_changes_of(box, {"settings", "phones", "lines"})
        ringing, _ = await conversation(box, anna, bert)
        await changes_of(box, {"calls", "lines"})
        await seen_by_all(box)
        assert not {"settings", "phones", "trunks"} & {event.get("topic") for event in box.events}
        box.events.clear()
        await ringing.hang_up()
        await all_changes_of(box, {"calls", "lines", "tasks"})
        await anna.register()
        await asyncio.sleep(2 * MOMENT)
        assert not any(event.get("topic") in ("phones", "lines") for event in box.events), "a refresh is no news"
        await anna.register(expires=0)
        await changes_of(box, {"phones", "lines"})

    besiege(tmp_path / "office", script)


def test_an_exchange_tells_of_trunks_messages_and_what_commands_say(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await all_changes_of(box, {"trunks"})
        await box.do("trunk add", name="gone", register="me@127.0.0.9:9", password="x")
        await all_changes_of(box, {"trunks", "settings"})
        await asyncio.to_thread(box.daemon.desk.changed, "tasks")
        box.daemon.exchange.mailbox_changed("21")
        await changes_of(box, {"tasks", "messages"})

    besiege(tmp_path / "office", script)
