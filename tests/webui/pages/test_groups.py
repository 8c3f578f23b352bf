"""The pages of groups: members in ringing order, moved without a script, and never none of them."""

from __future__ import annotations

import re

import pytest

from tests.webui.forms import csrf, form_to
from tests.webui.office import Web
from webui.pages.groups import changed


def test_groups_are_listed_with_members_and_how_they_ring(web: Web) -> None:
    page = web.admin.get("/groups")
    assert "Anna Adler, Bert Braun" in page.text
    assert "all at once" in page.text
    assert "the first person to answer takes the call" in page.text


def test_a_group_is_added_with_the_free_extension(web: Web) -> None:
    form = form_to(web.admin.get("/groups"), "/groups")
    assert form["extension"].value == "100"
    form["name"], form["strategy"] = "Support", "in-order"
    form.set("members", True, index=2)
    form.set("members", True, index=3)
    answer = form.submit()
    assert answer.location.endswith("/groups/100")
    group = web.desk.office.groups["100"]
    assert (group.name, group.strategy, group.members) == ("Support", "in-order", ("22", "23"))


def test_a_group_without_members_is_refused_and_what_was_typed_is_kept(web: Web) -> None:
    form = form_to(web.admin.get("/groups"), "/groups")
    form["name"] = "Support"
    refused = form.submit(status=422)
    assert 'id="f-members-error"' in refused.text
    assert form_to(refused, "/groups")["name"].value == "Support"


def test_the_button_that_saves_says_so_even_when_somebody_can_be_added(web: Web) -> None:
    assert web.admin.get("/groups/30").html.select_one("[data-save] button").text == "Save changes"


def test_a_clash_is_named_and_the_free_extension_taken(web: Web) -> None:
    form = form_to(web.admin.get("/groups/30"), "/groups/30")
    form["extension"] = "21"
    clash = form.submit(status=422)
    assert "Extension 21 belongs to Anna Adler." in clash.text
    assert form_to(clash, "/groups/30").submit("take").location.endswith("/groups/100")
    assert web.desk.office.groups["100"].name == "Sales"


def test_everything_of_a_group_is_saved_and_two_admins_are_told(web: Web) -> None:
    page = web.admin.get("/groups/30")
    form = form_to(page, "/groups/30")
    form["name"], form["strategy"], form["ring"] = "Verkauf", "longest-idle", "40"
    form.get("voicemail", index=1).checked = False
    form.submit(status=303)
    group = web.desk.office.groups["30"]
    assert (group.name, group.strategy, group.ring_seconds, group.voicemail) == ("Verkauf", "longest-idle", 40, False)
    assert "gone longest without a call" in web.admin.get("/groups/30").text
    conflict = form.submit(status=409)
    assert form_to(conflict, "/groups/30")["name"].value == "Verkauf"


def test_members_ring_earlier_and_later_without_a_script(web: Web) -> None:
    web.do("group set", group="30", members=["21", "22", "23"])
    page = web.admin.get("/groups/30")
    assert re.findall(r'class="extension">(\d+)<', page.text) == ["21", "22", "23"]
    assert 'value="up 21"' not in page.text
    assert 'value="down 23"' not in page.text
    after = form_to(page, "/groups/30/members").submit("act", value="up 23").follow()
    assert web.desk.office.groups["30"].members == ("21", "23", "22")
    form_to(after, "/groups/30/members").submit("act", value="down 21")
    assert web.desk.office.groups["30"].members == ("23", "21", "22")


def test_members_come_in_and_go_out_but_never_the_last(web: Web) -> None:
    page = web.admin.get("/groups/30")
    form_to(page, "/groups/30/members").submit("act", value="add")
    assert web.desk.office.groups["30"].members == ("21", "22", "23")
    for gone in ("21", "22"):
        form_to(web.admin.get("/groups/30"), "/groups/30/members").submit("act", value=f"remove {gone}")
    page = web.admin.get("/groups/30")
    assert 'value="remove' not in page.text
    refused = web.admin.post("/groups/30/members", {"csrf": csrf(page), "act": "remove 23"}, status=422)
    assert "at least one member" in refused.text


@pytest.mark.parametrize(
    ("act", "member", "after"),
    [
        ("up", "b", "bac"),
        ("up", "a", "abc"),
        ("down", "c", "abc"),
        ("down", "a", "bac"),
        ("remove", "b", "ac"),
        ("add", "d", "abcd"),
        ("add", "a", "abc"),
        ("up", "x", "abc"),
        ("nonsense", "a", "abc"),
        ("", "", "abc"),
    ],
)
def test_what_a_press_makes_of_the_order(act: str, member: str, after: str) -> None:
    assert "".join(changed("abc", act, member)) == after


def test_a_group_in_use_is_not_removed_and_messages_are_asked_for(web: Web) -> None:
    web.do("trunk add", name="provider", peer="127.0.0.1")
    web.do("number add", number="+4930123450", trunk="provider", to=["30"])
    refused = form_to(web.admin.get("/groups/30"), "/groups/30/remove").submit(status=422)
    assert "+4930123450" in refused.text
    web.do("number remove", number="+4930123450")
    web.desk.records.add_message("30", "", "c1", 100.0, 4.5, "30/a.wav")
    page = web.admin.get("/groups/30")
    assert "1 voicemail message (1 new)." in page.text
    assert "would be deleted" in form_to(page, "/groups/30/remove").submit(status=422).text
    form = form_to(page, "/groups/30/remove")
    form["with_messages"] = True
    assert "Sales has been removed." in form.submit().follow().text
    assert web.desk.office.groups == {}


def test_only_admins_open_these_pages(web: Web) -> None:
    web.user("22").get("/groups", status=403)
    web.user("22").get("/groups/30", status=403)
    web.admin.get("/groups/99", status=404)
