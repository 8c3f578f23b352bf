"""The way a call takes, as it is drawn: by the settings, and by who is there at this moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.protocol import Refused
from pbx.exchange.calls.outgoing import share
from tests.live import Lines

NUMBER = "+4930123450"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Anna 21, Bert 22 without a mailbox, Sales 30 in order, a number that rings 30; the exchange runs."""
    desk = open_desk(tmp_path / "office")
    perform(desk, "user add", {"name": "Anna", "extension": "21", "ring": 20.0})
    perform(desk, "user add", {"name": "Bert", "extension": "22", "ring": 40.0, "voicemail": False})
    perform(desk, "group add", {"name": "Sales", "extension": "30", "members": ["21", "22"], "strategy": "in-order"})
    perform(desk, "trunk add", {"name": "provider", "peer": "192.0.2.1"})
    perform(desk, "number add", {"number": NUMBER, "trunk": "provider", "to": ["30"]})
    for extension in ("21", "22"):
        perform(desk, "phone add", {"extension": extension})
    desk.live = live = Lines(lines={})
    live.trunks = {"provider": ("registered", "")}
    yield desk
    desk.close()


def lines(desk: Desk) -> Any:
    """The exchange, made up."""
    return desk.live


def register(desk: Desk, *extensions: str) -> None:
    """Phones of these people are there."""
    for phone in desk.office.phones.values():
        if phone.extension in extensions:
            lines(desk).registered[phone.username] = ["sip:x"]


def drawn(desk: Desk, **arguments: Any) -> dict[str, Any]:
    return dict(perform(desk, "number path", {"number": NUMBER, **arguments}))


def text(said: Any) -> str:
    """What is said, in English."""
    if isinstance(said, dict):
        return str(said["say"].format(**{name: text(field) for name, field in said["with"].items()}))
    return ", ".join(map(text, said)) if isinstance(said, list) else str(said)


def node(way: dict[str, Any], kind: str) -> dict[str, Any]:
    return dict(next(node for node in way["nodes"] if node["kind"] == kind))


def leads(way: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Kinds of the nodes that each edge joins, and its label."""
    kinds = {node["id"]: node["kind"] for node in way["nodes"]}
    return {(kinds[edge["from"]], kinds[edge["to"]], text(edge["label"])) for edge in way["edges"]}


def words(way: dict[str, Any]) -> str:
    return " ".join(map(text, way["words"]))


def test_a_number_with_a_greeting_is_drawn_whole(desk: Desk) -> None:
    register(desk, "21", "22")
    way = drawn(desk)
    assert leads(way) == {
        ("call", "greeting", "is answered at once"),
        ("greeting", "extension", "dials an extension"),
        ("greeting", "ring", "dials nothing for 4 seconds"),
        ("extension", "ring", "after 3 wrong extensions"),
        ("extension", "voicemail", "nobody answers"),
        ("ring", "voicemail", "nobody answers"),
    }
    assert len({node["id"] for node in way["nodes"]}) == len(way["nodes"])
    assert not way["warnings"]
    assert way["live"]


def test_what_happens_now_depends_on_who_is_there(desk: Desk) -> None:
    register(desk, "21")
    lines(desk).state["lines"]["21"] = "talking"
    way = drawn(desk)
    states = {text(line["words"]): line["state"] for line in node(way, "ring")["lines"]}
    assert states["Anna (21) is on the phone; a second call may still ring"] == "talking"
    assert states["Bert (22) has no phone registered"] == "offline"
    assert node(way, "ring")["state"] == "free"
    assert "the phones ring for 25 seconds" in words(way)


def test_nobody_there_is_a_warning_and_leads_straight_to_the_mailbox(desk: Desk) -> None:
    way = drawn(desk)
    assert ("ring", "voicemail", "at once") in leads(way)
    assert node(way, "ring")["seconds"] is None
    assert any("no phone to ring" in text(warning) for warning in way["warnings"])


def test_a_chosen_time_does_not_pretend_to_know_who_will_be_there(desk: Desk) -> None:
    way = drawn(desk, at=4102444800.0)
    assert not way["live"]
    assert {line["state"] for line in node(way, "ring")["lines"]} == {"group", ""}
    assert node(way, "ring")["seconds"] == 25.0
    assert node(way, "call")["state"] == ""


def test_members_who_ring_in_order_ring_as_long_together_as_they_do_in_a_call(desk: Desk) -> None:
    perform(desk, "group set", {"group": "30", "ring": 5.0})
    register(desk, "21", "22")
    rounds = [share(desk.office.groups["30"], 2)] * 2
    assert node(drawn(desk), "ring")["seconds"] == sum(rounds) == 10.0


def test_several_ring_at_once_as_long_as_the_longest_and_the_first_one_s_mailbox_takes_it(desk: Desk) -> None:
    perform(desk, "number set", {"number": NUMBER, "to": ["22", "21"]})
    register(desk, "21")
    way = drawn(desk)
    assert text(node(way, "ring")["title"]) == "Bert, Anna at once"
    assert node(way, "ring")["seconds"] == 40.0
    assert ("ring", "announcement", "nobody answers") in leads(way)
    assert "Bert gets a task to call back" in words(way)


def test_without_extensions_and_greeting_it_rings_at_once_and_the_page_can_say_what_is_missing(desk: Desk) -> None:
    perform(desk, "number set", {"number": NUMBER, "extensions": "off"})
    way = drawn(desk)
    assert ("call", "ring", "at once") in leads(way)
    assert any("Callers cannot dial an extension" in text(warning) for warning in way["warnings"])


def test_only_the_distribution_may_be_dialled_when_it_is_set_so(desk: Desk) -> None:
    perform(desk, "user add", {"name": "Carl", "extension": "23"})
    everybody = {text(line["words"]) for line in node(drawn(desk), "extension")["lines"]}
    assert any("Carl" in line for line in everybody)
    perform(desk, "number set", {"number": NUMBER, "extensions": "distribution"})
    some = {text(line["words"]) for line in node(drawn(desk), "extension")["lines"]}
    assert not any("Carl" in line for line in some)
    assert any("Anna" in line for line in some)


def test_who_only_calls_out_or_has_no_phone_is_named_so(desk: Desk) -> None:
    perform(desk, "user set", {"person": "22", "outbound_only": True})
    perform(desk, "user add", {"name": "Carl", "extension": "23"})
    perform(desk, "number set", {"number": NUMBER, "to": ["22", "23"]})
    states = {text(line["words"]): line["state"] for line in node(drawn(desk), "ring")["lines"]}
    assert states == {"Bert (22) takes no calls": "never", "Carl (23) has no phone yet": "offline"}


def test_a_greeting_whose_file_is_gone_is_a_warning(desk: Desk, spoken: list[tuple[str, str]], tmp_path: Path) -> None:
    perform(desk, "number set", {"number": NUMBER, "greeting_text": "Hello"})
    assert text(node(drawn(desk), "greeting")["words"]) == "Your own greeting."
    for file in desk.folder.greetings.iterdir():
        file.unlink()
    assert any("recording is missing" in text(warning) for warning in drawn(desk)["warnings"])


def test_a_trunk_that_is_down_is_a_warning_in_words(desk: Desk) -> None:
    lines(desk).trunks["provider"] = ("failed", "403 Forbidden")
    way = drawn(desk)
    assert node(way, "call")["state"] == "offline"
    assert any("rejects the user name" in text(warning) for warning in way["warnings"])


def test_a_number_that_is_none_of_ours_has_no_path(desk: Desk) -> None:
    with pytest.raises(Refused):
        perform(desk, "number path", {"number": "+498912345"})
