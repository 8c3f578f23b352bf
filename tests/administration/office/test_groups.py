"""Groups have people and only people."""

from pathlib import Path

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.control.protocol import Refused
from pbx.exchange.scripts.voicemail import takes_messages
from pbx.store.models import Group
from tests.commands import Run


def test_a_group_is_made_changed_and_removed(office: Run) -> None:
    made = office("group", "add", "Support", "--members", " 21 , 22, 21", "--strategy", "in-order", "--ring", "40")
    assert made.pop("version")
    assert made == {
        "name": "Support",
        "extension": "100",
        "members": ["21", "22"],
        "strategy": "in-order",
        "ring": 40.0,
        "voicemail": True,
    }
    changed = office("group", "set", "100", "--members", "22", "--strategy", "longest-idle", "--name", "Help")
    assert (changed["members"], changed["strategy"], changed["name"]) == (["22"], "longest-idle", "Help")
    office("group", "remove", "100")
    assert [group["extension"] for group in office("group", "list")] == ["30"]


@pytest.mark.parametrize("members", ["99", "21,99", "30", ",", ""])
def test_a_group_has_people_and_only_people(office: Run, refused: Run, members: str) -> None:
    assert refused("group", "add", "Support", "--members", members)
    assert refused("group", "set", "30", "--members", members)


def test_a_group_is_shown_with_its_members_in_ringing_order(office: Run) -> None:
    shown = office("group", "show", "30")
    assert [each["name"] for each in shown["people"]] == ["Bert", "Anna"]
    assert shown["numbers"] == ["+4930123450"]
    assert (shown["messages"], shown["new"]) == (0, 0)


def test_a_group_without_voicemail_takes_no_messages(office: Run) -> None:
    assert office("group", "set", "30", "--no-voicemail")["voicemail"] is False
    assert not takes_messages(Group("30", "Sales", ("21",), voicemail=False))
    assert takes_messages(Group("30", "Sales", ("21",)))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"extension": "21"}, "extension"),
        ({"members": []}, "members"),
        ({"members": ["99"]}, "members"),
        ({"name": ""}, "name"),
        ({"ring": 0}, "ring"),
        ({"group": "21"}, "group"),
        ({"strategy": "any"}, "strategy"),
    ],
)
def test_what_is_wrong_is_said_of_its_argument(
    office: Run, data: Path, arguments: dict[str, object], field: str
) -> None:
    desk = open_desk(data)
    with pytest.raises(Refused) as refused:
        perform(desk, "group set", {"group": "30"} | arguments)
    assert refused.value.field == field
    desk.close()


def test_two_admins_who_change_the_same_group_are_told(office: Run, data: Path) -> None:
    desk = open_desk(data)
    seen = perform(desk, "group show", {"group": "30"})["version"]
    perform(desk, "group set", {"group": "30", "name": "Verkauf", "seen": seen})
    for verb in ("group set", "group remove"):
        with pytest.raises(Refused) as refused:
            perform(desk, verb, {"group": "30", "seen": seen})
        assert refused.value.code == 3
    desk.close()
