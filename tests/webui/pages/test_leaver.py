"""The leaver's wizard: what will happen is told in words first, and only then it happens."""

from __future__ import annotations

from tests.webui.forms import csrf, form_to
from tests.webui.office import Web

PATH = "/people/21/leave"


def test_what_will_happen_is_told_before_it_happens(web: Web) -> None:
    web.do("phone add", extension="21", name="Desk")
    form = form_to(web.admin.get(PATH), PATH)
    before = web.desk.office
    form["extension_to"], form["place_to"] = "22", "23"
    looked = form.submit("step", value="look")
    assert web.desk.office is before
    for words in (
        "Calls to 21 go to Bert Braun (22).",
        "Clara Vogel (23) takes over calls to the group Sales (30).",
        "These phones are disconnected: Desk.",
    ):
        assert words in looked.text
    answer = form_to(looked, PATH).submit("step", value="leave")
    assert "Anna Adler has left the office." in answer.follow().text
    assert web.desk.office.groups["30"].members == ("23", "22")
    assert web.desk.office.former["21"].to == "22"


def test_something_can_be_changed_after_the_look(web: Web) -> None:
    form = form_to(web.admin.get(PATH), PATH)
    form["extension_to"] = "22"
    looked = form.submit("step", value="look")
    again = form_to(looked, PATH).submit("step", value="choose")
    chosen = form_to(again, PATH)
    assert chosen["extension_to"].value == "22"
    chosen["extension_to"], chosen["keep_days"] = "", "30"
    looked = chosen.submit("step", value="look")
    assert "21 stays reserved for 30 days." in looked.text


def test_only_what_there_is_is_asked_for(web: Web) -> None:
    fields = form_to(web.admin.get("/people/23/leave"), "/people/23/leave").fields
    assert {"extension_to", "keep_days"} <= set(fields)
    assert not {"number_to", "place_to", "messages_to", "tasks_to"} & set(fields)
    web.do("user set", person="23", number="+4930123459")
    web.desk.records.add_task("23", "missed", "+4989123", "c1", 1.0)
    web.desk.records.add_message("23", "", "c1", 100.0, 4.5, "23/a.wav")
    fields = form_to(web.admin.get("/people/23/leave"), "/people/23/leave").fields
    assert {"number_to", "messages_to", "tasks_to"} <= set(fields)


def test_what_cannot_be_stands_at_its_field_and_the_choices_are_kept(web: Web) -> None:
    web.do("group set", group="30", members=["21"])
    form = form_to(web.admin.get(PATH), PATH)
    form["extension_to"] = "23"
    refused = form.submit("step", value="look", status=422)
    assert 'id="f-place_to-error"' in refused.text
    assert "the group Sales (30)" in refused.text
    assert form_to(refused, PATH)["extension_to"].value == "23"


def test_messages_must_be_decided_and_only_who_may_hear_them_gives_them_away(web: Web) -> None:
    web.desk.records.add_message("21", "", "c1", 100.0, 4.5, "21/a.wav")
    form = form_to(web.admin.get(PATH), PATH)
    assert 'id="f-messages_to-error"' in form.submit("step", value="look", status=422).text
    form["messages_to"] = "22"
    shown = form.submit("step", value="look", status=422).html.select_one("#f-messages_to-error").get_text()
    assert "You are not allowed to hear Anna Adler's messages" in shown
    form["messages_to"] = "delete"
    looked = form.submit("step", value="look")
    assert "Voicemail messages that are permanently deleted: 1." in looked.text
    form_to(looked, PATH).submit("step", value="leave")
    assert web.desk.records.messages() == ()


def test_whoever_was_changed_meanwhile_does_not_leave_unseen(web: Web) -> None:
    looked = form_to(web.admin.get(PATH), PATH).submit("step", value="look")
    web.do("user set", person="21", name="Anna Berg")
    conflict = form_to(looked, PATH).submit("step", value="leave", status=409)
    assert "21" in web.desk.office.people
    assert form_to(conflict, PATH).submit("step", value="look").status_code == 200


def test_users_send_nobody_away(web: Web) -> None:
    page = web.user("22").get("/people", status=403)
    web.user("22").post(PATH, {"csrf": csrf(page), "step": "leave"}, status=403)
    assert "21" in web.desk.office.people
