"""Groups have people and only people."""

import pytest

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
