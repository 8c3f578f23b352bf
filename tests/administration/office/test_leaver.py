"""Somebody leaves: all they leave behind goes where it should, or nothing does, whenever the plug is pulled."""

import dataclasses
import gettext
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.control.protocol import Refused
from pbx.exchange.dialling.dialplan import ToPerson, plan
from pbx.store.models import Account, RetiredExtension
from pbx.store.records.database import Database
from pbx.store.secrets.passwords import hash_password
from pbx.store.settings.settings import with_items
from tests.administration.sample import leave_message
from tests.commands import Run
from webui.words import Words

PASSWORD = hash_password("a long password")


@pytest.fixture
def desk(office: Run, data: Path) -> Iterator[Desk]:
    """Anna 21, Bert 22, Carl 23; Sales 30 has Bert and Anna; the number rings 21 and 30; Anna leaves."""
    office("user", "add", "Carl", "--extension", "23")
    office("user", "set", "21", "--number", "+4930123450")
    office("number", "set", "+4930123450", "--to", "21,30")
    office("phone", "add", "21", "--name", "Desk")
    leave_message(data, "21")
    opened = open_desk(data)
    opened.save(
        with_items(
            opened.office,
            Account("anna", PASSWORD, "user", "21"),
            Account("boss", PASSWORD, "admin", "22"),
            Account("chief", PASSWORD, "admin", "", mailboxes=("21",)),
        )
    )
    yield opened
    opened.close()


def leave(desk: Desk, **wishes: Any) -> list[str]:
    """Let Anna leave; what that means, in words."""
    result = perform(desk, "user leave", {"person": "21"} | wishes)
    return [Words("en", gettext.NullTranslations()).sentence(each) for each in result["words"]]


def login(desk: Desk, name: str) -> str:
    """A session's token."""
    return str(perform(desk, "session open", {"name": name, "password": "a long password"}, "")["token"])


def refusal(desk: Desk, session: str | None = None, **wishes: Any) -> Refused:
    """The refusal; nothing must have changed."""
    before = desk.office, desk.records.tasks(), desk.records.messages()
    with pytest.raises(Refused) as refused:
        perform(desk, "user leave", {"person": "21"} | wishes, session)
    assert (desk.office, desk.records.tasks(), desk.records.messages()) == before
    return refused.value


def test_everything_of_a_leaver_goes_where_it_was_told_to(desk: Desk) -> None:
    wishes = {"extension_to": "23", "number_to": "23", "place_to": "23", "messages_to": "23", "tasks_to": "30"}
    before = desk.office
    preview = leave(desk, dry=True, **wishes)
    assert desk.office is before
    assert leave(desk, **wishes) == preview
    office = desk.office
    assert list(office.people) == ["22", "23"]
    assert office.phones == {}
    assert list(office.accounts) == ["boss", "chief"]
    assert office.accounts["chief"].mailboxes == ()
    assert office.people["23"].number == "+4930123450"
    assert office.groups["30"].members == ("22", "23")
    assert office.numbers["+4930123450"].to == ("23", "30")
    assert office.former == {"21": RetiredExtension("21", "Anna", to="23")}
    assert plan("21", office.people["22"], office) == ToPerson("23")
    assert [(each.extension, each.call) for each in desk.records.tasks()] == [("30", "call-21")]
    (message,) = desk.records.messages()
    assert message.extension == "23"
    assert desk.mailboxes.path(message).is_file()


def test_a_leaver_without_heirs_leaves_nothing_behind(desk: Desk, data: Path) -> None:
    preview = leave(desk, messages_to="delete")
    assert "21 is available to others at once." in preview
    assert desk.office.numbers["+4930123450"].to == ("30",)
    assert desk.office.former == {}
    assert desk.records.messages() == ()
    assert list(data.glob("mailboxes/*/*")) == []
    assert [each.extension for each in desk.records.tasks()] == [""]
    assert perform(desk, "user add", {"name": "Dora", "extension": "21"})["extension"] == "21"


def test_the_leaver_s_session_ends(desk: Desk) -> None:
    anna = login(desk, "anna")
    leave(desk, messages_to="delete")
    desk.save(with_items(desk.office, Account("anna", PASSWORD, "user", "23")))
    assert perform(desk, "session who", {}, anna) is None


@pytest.mark.parametrize(
    ("days", "words"), [(1, "21 stays reserved for one day."), (2, "21 stays reserved for 2 days.")]
)
def test_one_day_is_said_in_the_singular(desk: Desk, days: int, words: str) -> None:
    assert words in leave(desk, messages_to="delete", keep_days=days)


def test_an_extension_is_kept_for_a_time_or_led_to_somebody_and_can_be_released(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(desk, messages_to="delete", keep_days=30)
    assert "was Anna's" in str(_refused(desk, "user add", name="Dora", extension="21"))
    (kept,) = perform(desk, "extension list", {})
    assert (kept["name"], kept["to"]) == ("Anna", "")
    monkeypatch.setattr("time.time", lambda: kept["until"] + 1)
    assert perform(desk, "extension list", {}) == []
    assert perform(desk, "user add", {"name": "Dora", "extension": "21"})["extension"] == "21"
    assert desk.office.former == {}
    perform(desk, "user leave", {"person": "23", "extension_to": "21"})
    assert perform(desk, "extension release", {"extension": "23"})["to_name"] == "Dora"
    assert perform(desk, "user add", {"name": "Emil", "extension": "23"})["extension"] == "23"


def test_somebody_who_took_a_leaver_s_calls_hands_them_on_when_leaving(desk: Desk) -> None:
    perform(desk, "user leave", {"person": "23", "extension_to": "21"})
    assert "the calls to 23, Carl's former extension" in str(
        _refused(desk, "user remove", person="21", with_messages=True)
    )
    leave(desk, messages_to="delete", extension_to="22")
    assert [former.to for former in desk.office.former.values()] == ["22", "22"]


def test_a_person_who_moves_takes_along_the_calls_that_were_left_to_them(desk: Desk) -> None:
    leave(desk, messages_to="delete", extension_to="23")
    perform(desk, "user set", {"person": "23", "extension": "45"})
    assert desk.office.former["21"].to == "45"


def test_no_group_and_no_number_is_left_with_nobody(desk: Desk) -> None:
    perform(desk, "group set", {"group": "30", "members": ["21"]})
    perform(desk, "number set", {"number": "+4930123450", "to": ["21"]})
    refused = refusal(desk, messages_to="delete")
    assert refused.field == "place_to"
    assert "the group Sales (30) and the number +4930123450" in str(refused)
    assert refusal(desk, messages_to="delete", number_to="23").field == "place_to"
    leave(desk, messages_to="delete", place_to="22", number_to="23")
    assert desk.office.groups["30"].members == ("22",)
    assert desk.office.numbers["+4930123450"].to == ("23",)


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"extension_to": "21"}, "extension_to"),
        ({"extension_to": "99"}, "extension_to"),
        ({"extension_to": "22", "keep_days": 3}, "keep_days"),
        ({"keep_days": -1}, "keep_days"),
        ({"number_to": "30"}, "number_to"),
        ({"number_to": "22"}, "number_to"),
        ({"place_to": "30"}, "place_to"),
        ({"tasks_to": "21"}, "tasks_to"),
        ({"messages_to": None}, "messages_to"),
        ({"messages_to": ""}, "messages_to"),
        ({"messages_to": "21"}, "messages_to"),
        ({"person": "99"}, "person"),
        ({"person": "30"}, "person"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk: Desk, wishes: dict[str, Any], field: str) -> None:
    perform(desk, "user set", {"person": "22", "number": "+4930123459"})
    assert refusal(desk, **{"messages_to": "delete"} | wishes).field == field


def test_only_who_may_hear_the_messages_may_give_them_away(desk: Desk) -> None:
    boss, chief = login(desk, "boss"), login(desk, "chief")
    perform(desk, "group set", {"group": "30", "members": ["22"]})
    assert refusal(desk, boss, messages_to="22").field == "messages_to"
    assert refusal(desk, boss, messages_to="30").field == "messages_to"
    perform(desk, "user leave", {"person": "21", "messages_to": "30"}, chief)
    assert [message.extension for message in desk.records.messages()] == ["30"]


def test_users_and_visitors_send_nobody_away(desk: Desk) -> None:
    anna = login(desk, "anna")
    assert refusal(desk, anna, messages_to="delete").code == 4
    assert refusal(desk, "", messages_to="delete").code == 4


def test_the_only_admin_cannot_leave(desk: Desk) -> None:
    chief = desk.office.accounts["chief"]
    desk.save(with_items(desk.office, dataclasses.replace(chief, password="")))
    assert "the only admin" in str(_refused(desk, "user leave", person="22"))


def test_two_admins_are_told_of_each_other(desk: Desk) -> None:
    seen = perform(desk, "user show", {"person": "21"})["version"]
    perform(desk, "user set", {"person": "21", "name": "Anna B."})
    assert refusal(desk, messages_to="delete", seen=seen).code == 3


def test_a_full_disk_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pbx.store.disk.atomic.os.replace", full)
    refused = refusal(desk, messages_to="23", tasks_to="23")
    assert "No space left" in str(refused)
    assert desk.records.leaving() == ()


class PowerCut(BaseException):
    """Nothing more happens."""


@pytest.mark.parametrize("messages_to", ["23", "delete"])
def test_a_power_cut_at_any_moment_loses_nothing_and_the_same_command_completes_it(
    desk: Desk, data: Path, monkeypatch: pytest.MonkeyPatch, messages_to: str
) -> None:
    """Cut before each write in turn: statements of SQLite, renames, removals."""
    wishes = {"person": "21", "extension_to": "23", "place_to": "22", "tasks_to": "23", "messages_to": messages_to}
    was = _kept(desk, data)
    desk = open_desk(data)
    moments = 0
    while _cut_at(moments, desk, wishes, monkeypatch):
        desk.close()
        desk = open_desk(data)
        is_gone = "21" not in desk.office.people
        messages, tasks = desk.records.messages(), desk.records.tasks()
        assert desk.records.leaving() == ()
        if messages_to == "23" or not is_gone:
            (message,) = messages
            assert desk.mailboxes.path(message).is_file(), f"cut {moments}: the message is lost"
            assert message.extension == ("23" if is_gone else message.extension)
        else:
            assert messages == (), f"cut {moments}: the next 21 would hear Anna's messages"
        assert [each.call for each in tasks] == ["call-21"]
        assert tasks[0].extension in (("23",) if is_gone else ("21", "23"))
        desk = _put_back(desk, data, was)
        moments += 1
    assert moments > 8, "the cuts came too early to show anything"
    assert "21" not in desk.office.people
    assert [each.extension for each in desk.records.messages()] == ["23"] * (messages_to == "23")
    desk.close()


def test_after_a_power_cut_the_same_command_completes_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut:
        cut.setattr("pbx.store.disk.atomic.os.replace", _raise)
        with pytest.raises(PowerCut):
            leave(desk, messages_to="23", tasks_to="23")
    desk.close()
    again = open_desk(desk.data)
    assert "21" in again.office.people
    leave(again, messages_to="23", tasks_to="23")
    assert [each.extension for each in again.records.messages()] == ["23"]
    assert [each.extension for each in again.records.tasks()] == ["23"]
    again.close()


def _raise(*_: object) -> None:
    raise PowerCut


def _cut_at(moment: int, desk: Desk, wishes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Give the command and pull the plug before the write with this number; returns whether it came that far."""
    left = [moment]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def write(*given: Any, **named: Any) -> Any:
            if act is not rows or not str(given[1]).startswith("SELECT"):
                left[0] -= 1
                if left[0] < 0:
                    raise PowerCut
            return act(*given, **named)

        return write

    rows = Database.rows
    with monkeypatch.context() as cut:
        cut.setattr(Database, "rows", counted(rows))
        cut.setattr("pbx.store.disk.atomic.os.replace", counted(os.replace))
        cut.setattr("pbx.store.mailboxes.remove_file", counted(lambda path: path.unlink(missing_ok=True)))
        try:
            perform(desk, "user leave", wishes)
        except PowerCut:
            return True
    return False


def _kept(desk: Desk, data: Path) -> dict[Path, bytes]:
    """All files, for the next try; closing the databases has put their logs into them."""
    desk.close()
    assert list(data.glob("*.sqlite-*")) == []
    return {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "lock"}


def _put_back(desk: Desk, data: Path, was: dict[Path, bytes]) -> Desk:
    desk.close()
    for path in data.glob("*.sqlite-*"):
        path.unlink()
    for path, content in was.items():
        path.write_bytes(content)
    return open_desk(data)


def _refused(desk: Desk, verb: str, **arguments: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        perform(desk, verb, arguments)
    return refused.value
