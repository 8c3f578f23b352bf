"""The list of changes in words, undoing them, and what undoing must not do."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.rights import Actor
from pbx.administration.desk.versions import check_seen
from pbx.administration.office import people
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.models import Office
from pbx.store.secrets.passwords import hash_password
from pbx.store.settings.settings import SettingsError, with_items, without_items
from pbx.store.settings.settings_file import TABLES, description
from pbx.store.shapes import UNKNOWN_FIELDS
from tests.store.sound import write_sound

ANNA = Actor("anna", "admin")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = open_desk(tmp_path / "data")
    for name, extension in (("Anna Berger", "21"), ("Bert", "22"), ("Carla", "23")):
        perform(found, "user add", {"name": name, "extension": extension})
    perform(found, "group add", {"name": "Sales", "members": ["21", "22"], "extension": "30"})
    perform(found, "trunk add", {"name": "provider", "peer": "127.0.0.1:5090"})
    perform(found, "number add", {"number": "+4930123450", "trunk": "provider", "to": ["21"]})
    yield found
    found.close()


def newest(desk: Desk) -> dict[str, Any]:
    """The first line of the list."""
    line: dict[str, Any] = perform(desk, "change list", {"limit": 1})[0]
    return line


def undo(desk: Desk, id: int | None = None) -> Any:
    return perform(desk, "change undo", {"id": newest(desk)["id"] if id is None else id})


def refused(desk: Desk, id: int) -> str:
    before = desk.office
    with pytest.raises(Refused) as error:
        undo(desk, id)
    assert desk.office == before
    return str(error.value)


def leave_message(desk: Desk, extension: str, call: str = "call-1") -> int:
    spool = desk.mailboxes.spool(extension, "+4989123456", call, 1000.0)
    write_sound(spool, 2.0)
    message = desk.mailboxes.keep(spool)
    assert message is not None
    desk.records.add_task(extension, "voicemail", "+4989123456", call, 1000.0)
    return message.id


# --- in words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        ("user set", {"person": "23", "extension": "24"}, "Carla (23): Extension 23 → 24"),
        ("user set", {"person": "21", "name": "Anna Kurz"}, "Anna Berger (21): Name Anna Berger → Anna Kurz"),
        ("user set", {"person": "21", "voicemail": False}, "Anna Berger (21): Voicemail off"),
        ("user set", {"person": "21", "pin": "7391"}, "Anna Berger (21): Voicemail PIN changed"),
        ("user set", {"person": "21", "number": "030 777"}, "(21): Number shown on outgoing calls +4930777 added"),
        ("user set", {"person": "21", "ring": 40.0}, "Anna Berger (21): Ringing time 25 s → 40 s"),
        ("user set", {"person": "21", "language": "en"}, "(21): Language of announcements Deutsch → English"),
        ("phone add", {"extension": "21"}, "Phone of Anna Berger added"),
        ("number set", {"number": "+4930123450", "to": ["21", "30"]}, "Rings 21 and 30 instead of 21"),
        ("group set", {"group": "30", "strategy": "in-order"}, "Group Sales (30): Ringing order all at once → one"),
        ("user add", {"name": "Dora", "extension": "25"}, "Dora added with extension 25"),
        ("user remove", {"person": "23"}, "Carla (23) removed"),
        ("number remove", {"number": "+4930123450"}, "Number +4930123450 removed"),
        ("contact add", {"name": "Meier", "number": "+4989123456;21"}, "Contact Meier added: +4989123456;21"),
        ("office set", {"country": "AT"}, "Office: Country DE → AT"),
        ("retention set", {"keep_history_days": 0}, "Office: Calls kept 365 days → for ever"),
        ("retention set", {"keep_messages_days": 1}, "Office: Messages kept for ever → 1 day"),
    ],
)
def test_a_change_is_told_in_words(desk: Desk, verb: str, arguments: dict[str, Any], words: str) -> None:
    perform(desk, verb, arguments)
    line = newest(desk)
    assert words in line["words"][0]
    assert line["who"]["say"] == "The command line"
    assert abs(line["at"] - time.time()) < 60
    assert line["undoable"]


def test_what_moves_along_is_told_with_it(desk: Desk) -> None:
    perform(desk, "user set", {"person": "21", "extension": "29"})
    words = newest(desk)["words"]
    assert words[0] == "Anna Berger (21): Extension 21 → 29"
    assert "Number +4930123450: Rings 29 instead of 21" in words
    assert words[-1] == "messages and tasks moved from 21 to 29"


def test_secrets_are_never_told(desk: Desk) -> None:
    password = perform(desk, "phone add", {"extension": "21"})["password"]
    perform(desk, "trunk add", {"name": "sip", "register": "me@example.com", "password": "trunk-secret"})
    perform(desk, "trunk set", {"trunk": "sip", "password": "other-secret"})
    perform(desk, "user set", {"person": "21", "pin": "7391"})
    shown = repr(perform(desk, "change list", {}))
    hashed = desk.office.people["21"].pin
    assert not any(secret in shown for secret in (password, "trunk-secret", "other-secret", "7391", hashed))
    assert "password changed" in shown


def test_words_stay_when_the_person_is_long_gone(desk: Desk) -> None:
    perform(desk, "user set", {"person": "23", "ring": 40.0})
    perform(desk, "user remove", {"person": "23"})
    assert "Carla (23): Ringing time 25 s → 40 s" in repr(perform(desk, "change list", {}))


def test_every_field_of_the_settings_has_words() -> None:
    """Whoever adds a field tells with it what a change of it is called."""
    keys = {(table, key) for table, (_, key) in TABLES.items()}
    fields = [(table, each.name) for table, (kind, _) in TABLES.items() for each in dataclasses.fields(kind)]
    fields += [("office", each.name) for each in dataclasses.fields(Office) if each.name not in TABLES]
    assert not [
        place for place in fields if place not in keys and place[1] != UNKNOWN_FIELDS and not description(*place)
    ]


def test_the_list_comes_in_pieces(desk: Desk) -> None:
    first = perform(desk, "change list", {"limit": 2})
    rest = perform(desk, "change list", {"before": first[-1]["id"]})
    assert [line["id"] for line in first + rest] == [line["id"] for line in perform(desk, "change list", {})]


# --- undoing -------------------------------------------------------------------------------------------------------


def test_an_undone_change_can_be_done_again(desk: Desk) -> None:
    before = desk.office
    perform(desk, "user set", {"person": "21", "ring": 40.0})
    changed = desk.office
    first = newest(desk)["id"]
    undo(desk)
    assert desk.office == before
    [redo, line] = perform(desk, "change list", {"limit": 2})
    assert (redo["undoes"], line["undone"], line["undoable"]) == (first, True, False)
    undo(desk)
    assert desk.office == changed
    [_, _, line] = perform(desk, "change list", {"limit": 3})
    assert (line["undone"], line["undoable"]) == (False, True)


def test_a_moved_extension_moves_back_with_messages_and_tasks(desk: Desk) -> None:
    leave_message(desk, "21")
    before = desk.office
    perform(desk, "user set", {"person": "21", "extension": "29"})
    leave_message(desk, "29", "call-2")
    undo(desk)
    assert desk.office == before
    assert [message.extension for message in desk.records.messages()] == ["21", "21"]
    assert [task.extension for task in desk.records.tasks()] == ["21", "21"]


def test_a_leaver_who_comes_back_gets_what_they_left_to_somebody(desk: Desk) -> None:
    leave_message(desk, "23")
    office = desk.office
    desk.save_left(without_items(office, office.people["23"]), "23", tasks_to="21", messages_to="21")
    assert [message.extension for message in desk.records.messages()] == ["21"]
    undo(desk)
    assert desk.office == office
    assert [message.extension for message in desk.records.messages()] == ["23"]
    assert [task.extension for task in desk.records.tasks()] == ["23"]
    undo(desk)
    assert [message.extension for message in desk.records.messages()] == ["21"]
    assert [task.extension for task in desk.records.tasks()] == ["21"]


def test_a_whole_farewell_is_undone_at_once(desk: Desk) -> None:
    leave_message(desk, "21")
    office = desk.office
    where = {"extension_to": "22", "place_to": "22", "messages_to": "22", "tasks_to": "23"}
    perform(desk, "user leave", {"person": "21", **where})
    assert "21" not in desk.office.people
    assert newest(desk)["undoable"]
    undo(desk)
    assert desk.office == office
    assert [message.extension for message in desk.records.messages()] == ["21"]
    assert [task.extension for task in desk.records.tasks()] == ["21"]


def test_messages_that_were_deleted_are_said_not_to_come_back(desk: Desk) -> None:
    leave_message(desk, "23")
    perform(desk, "user remove", {"person": "23", "with_messages": True})
    assert "do not come back" in newest(desk)["caution"]["say"]
    assert "do not come back" in undo(desk)["caution"]["say"]
    assert desk.office.people["23"].name == "Carla"
    assert desk.records.messages("23") == ()


def test_what_was_changed_again_names_who_did_and_when(desk: Desk) -> None:
    perform(desk, "user set", {"person": "21", "ring": 40.0})
    first = newest(desk)["id"]
    people.change(desk.by(ANNA, "user set"), "21", ring=50.0)
    sentence = refused(desk, first)
    assert "anna changed it again" in sentence
    assert time.strftime("%H:") in sentence
    assert "Ringing time 40 s → 50 s" in sentence
    line = perform(desk, "change list", {"limit": 2})[1]
    assert not line["undoable"]
    assert line["why_not"]["with"]["who"] == "anna"


def test_what_a_later_change_needs_is_not_taken_away(desk: Desk) -> None:
    perform(desk, "user add", {"name": "Dora", "extension": "25"})
    dora = newest(desk)["id"]
    perform(desk, "group set", {"group": "30", "members": ["21", "25"]})
    sentence = refused(desk, dora)
    assert "prevents this: Group Sales (30): Members 21 and 25" in sentence
    assert "Undo that first" in sentence
    undo(desk)
    undo(desk, dora)
    assert "25" not in desk.office.people


def test_a_later_change_is_found_under_the_new_extension(desk: Desk) -> None:
    perform(desk, "user set", {"person": "23", "ring": 40.0})
    first = newest(desk)["id"]
    perform(desk, "user set", {"person": "23", "extension": "26"})
    assert "Extension 23 → 26" in refused(desk, first)


def test_an_extension_that_somebody_else_has_now_is_not_taken_from_them(desk: Desk) -> None:
    perform(desk, "user set", {"person": "23", "extension": "26"})
    moved = newest(desk)["id"]
    perform(desk, "user add", {"name": "Dora", "extension": "23"})
    assert "Dora added" in refused(desk, moved)


def test_messages_never_belong_to_nobody(desk: Desk) -> None:
    perform(desk, "user add", {"name": "Dora", "extension": "25"})
    leave_message(desk, "25")
    assert "now has messages in the mailbox (1)" in refused(desk, newest(desk)["id"])


def test_tasks_of_whom_undoing_takes_away_become_the_office_s(desk: Desk) -> None:
    perform(desk, "user add", {"name": "Dora", "extension": "25"})
    desk.records.add_task("25", "missed", "+4989", "c", 1.0)
    undo(desk)
    assert [task.extension for task in desk.records.tasks()] == [""]


def test_what_is_undone_or_unknown_is_not_undone(desk: Desk) -> None:
    perform(desk, "user set", {"person": "21", "ring": 40.0})
    first = newest(desk)["id"]
    undo(desk)
    assert "already" in refused(desk, first)
    assert "no change 999" in refused(desk, 999)


def test_old_passwords_and_the_last_admin_stay_where_they_are(desk: Desk) -> None:
    perform(desk, "account add", {"name": "boss", "password": "correct horse", "role": "admin"})
    assert "admin" in refused(desk, newest(desk)["id"])
    boss = desk.office.accounts["boss"]
    other = dataclasses.replace(boss, password=hash_password("another horse"))
    desk.save(with_items(desk.office, other))
    assert "password" in refused(desk, newest(desk)["id"])


def test_sounds_that_an_undo_needs_outlive_a_restart(desk: Desk, spoken: object) -> None:
    perform(desk, "number set", {"number": "+4930123450", "greeting_text": "Hello"})
    first = desk.office.numbers["+4930123450"].greeting
    perform(desk, "number set", {"number": "+4930123450", "greeting_text": "Good morning"})
    perform(desk, "number set", {"number": "+4930123450", "greeting_text": ""})
    (desk.folder.greetings / "number-1-unknown.wav").write_bytes(b"nobody's")
    desk.close()
    again = open_desk(desk.data)
    last = newest(again)["id"]
    undo(again, last)
    undo(again, last - 1)
    assert again.office.numbers["+4930123450"].greeting == first
    assert (again.folder.greetings / first).is_file()
    assert not (again.folder.greetings / "number-1-unknown.wav").exists()
    again.close()


# --- two admins ----------------------------------------------------------------------------------------------------


def test_who_comes_too_late_is_told_who_was_first(desk: Desk) -> None:
    seen = "what it was before"
    people.change(desk.by(ANNA, "user set"), "21", ring=40.0)
    with pytest.raises(Refused, match=r"anna changed this at [0-9]{2}:[0-9]{2}"):
        check_seen(desk, desk.office.people["21"], seen)


# --- power cuts ----------------------------------------------------------------------------------------------------


def test_a_save_that_fails_is_not_in_the_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_message(desk, "21")
    before, listed = desk.office, perform(desk, "change list", {})

    def fail(office: Office) -> Office:
        raise SettingsError(Sentence("The disk is full."))

    failing: Any = _Failing(desk.folder.settings, fail)
    monkeypatch.setattr(desk, "folder", dataclasses.replace(desk.folder, settings=failing))
    with pytest.raises(Refused):
        perform(desk, "user set", {"person": "21", "extension": "29"})
    assert (desk.office, perform(desk, "change list", {})) == (before, listed)
    assert desk.records.messages()[0].extension == "21"


def test_a_power_cut_between_list_and_settings_leaves_neither(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_message(desk, "21")
    before, listed = desk.office, perform(desk, "change list", {})

    def cut(office: Office) -> Office:
        raise KeyboardInterrupt

    failing: Any = _Failing(desk.folder.settings, cut)
    monkeypatch.setattr(desk, "folder", dataclasses.replace(desk.folder, settings=failing))
    with pytest.raises(KeyboardInterrupt):
        perform(desk, "user set", {"person": "21", "extension": "29"})
    assert desk.records.messages()[0].extension == "29"
    desk.close()
    again = open_desk(desk.data)
    assert (again.office, perform(again, "change list", {})) == (before, listed)
    assert again.records.messages()[0].extension == "21"
    again.close()


class _Failing:
    """Settings that cannot be saved."""

    def __init__(self, real: Any, save: Any) -> None:
        self.check, self.save, self.take, self._real = real.check, save, real.take, real

    @property
    def office(self) -> Office:
        office: Office = self._real.office
        return office


# --- whatever is done ----------------------------------------------------------------------------------------------

EXTENSIONS = st.sampled_from(["21", "22", "23", "24", "25", "30"])
COMMAND = st.one_of(
    st.tuples(st.just("user add"), st.fixed_dictionaries({"name": st.sampled_from("ABC"), "extension": EXTENSIONS})),
    st.tuples(
        st.just("user set"),
        st.fixed_dictionaries(
            {"person": EXTENSIONS},
            optional={
                "extension": EXTENSIONS,
                "ring": st.sampled_from([10.0, 20.0]),
                "voicemail": st.booleans(),
                "name": st.sampled_from("ABC"),
                "number": st.sampled_from(["", "+49301", "+49302"]),
            },
        ),
    ),
    st.tuples(st.just("user remove"), st.fixed_dictionaries({"person": EXTENSIONS})),
    st.tuples(st.just("phone add"), st.fixed_dictionaries({"extension": EXTENSIONS})),
    st.tuples(
        st.just("group add"),
        st.fixed_dictionaries(
            {"name": st.just("G"), "members": st.lists(EXTENSIONS, min_size=1, max_size=3), "extension": EXTENSIONS}
        ),
    ),
    st.tuples(
        st.just("group set"),
        st.fixed_dictionaries(
            {"group": EXTENSIONS}, optional={"members": st.lists(EXTENSIONS, max_size=3), "extension": EXTENSIONS}
        ),
    ),
    st.tuples(st.just("group remove"), st.fixed_dictionaries({"group": EXTENSIONS})),
    st.tuples(
        st.just("number set"),
        st.fixed_dictionaries({"number": st.just("+4930123450"), "to": st.lists(EXTENSIONS, max_size=2)}),
    ),
    st.tuples(st.just("number remove"), st.just({"number": "+4930123450"})),
    st.tuples(st.just("office set"), st.fixed_dictionaries({"country": st.sampled_from(["DE", "AT", "CH"])})),
    st.tuples(st.just("change undo"), st.fixed_dictionaries({"id": st.integers(1, 30)})),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(COMMAND, max_size=12))
def test_whatever_was_done_undoing_all_of_it_leaves_the_office_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, commands: list[tuple[str, dict[str, Any]]]
) -> None:
    desk = open_desk(tmp_path_factory.mktemp("any") / "data")
    try:
        for name, extension in (("A", "21"), ("B", "22")):
            perform(desk, "user add", {"name": name, "extension": extension})
        perform(desk, "trunk add", {"name": "t", "peer": "127.0.0.1"})
        perform(desk, "number add", {"number": "+4930123450", "trunk": "t", "to": ["21"]})
        before, first = desk.office, newest(desk)["id"]
        for verb, arguments in commands:
            try:
                perform(desk, verb, arguments)
            except Refused:
                continue
        for line in perform(desk, "change list", {}):
            if line["id"] > first:
                undo(desk, line["id"])
        assert desk.office == before
    finally:
        desk.close()
