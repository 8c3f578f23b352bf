"""The messages page: heard in it, drawn as waves, marked, saved and deleted, by those who may."""

from __future__ import annotations

from tests.leftovers import CALLER, message, missed
from tests.webui.forms import form_to
from tests.webui.office import Web


def test_a_message_is_played_in_the_page_and_in_parts(web: Web) -> None:
    kept = message(web.desk, "21")
    page = web.user("21").get("/messages")
    audio = page.html.find("audio")
    assert audio.has_attr("controls")
    whole = web.user("21").get(audio["src"])
    assert (whole.content_type, whole.headers["Accept-Ranges"]) == ("audio/wav", "bytes")
    part = web.user("21").get(audio["src"], headers={"Range": "bytes=100-199"}, status=206)
    assert part.body == whole.body[100:200]
    assert web.desk.records.message(kept.id) == kept, "hearing by GET changes nothing"


def test_the_wave_is_drawn_by_the_server(web: Web) -> None:
    message(web.desk, "21")
    drawing = web.user("21").get("/messages").html.find("svg", class_="waveform")
    assert drawing["role"] == "img"
    assert "0:02" in drawing.find("title").text
    assert drawing.find(class_="coming")["d"].count("M") == 200
    assert "style" not in str(drawing)


def test_a_message_is_marked_and_deleted_and_the_lamp_follows(web: Web) -> None:
    kept = message(web.desk, "30")
    anna, bert = web.user("21"), web.user("22")
    web.live.asked.clear()
    page = form_to(anna.get("/messages"), f"/messages/{kept.id}/heard").submit("heard").follow()
    found = web.desk.records.message(kept.id)
    assert found is not None
    assert found.heard
    assert page.html.find(class_="new") is None
    form_to(page, f"/messages/{kept.id}/heard").submit("heard")
    again = web.desk.records.message(kept.id)
    assert again == kept
    page = form_to(bert.get("/messages"), f"/messages/{kept.id}/remove").submit().follow()
    assert "No messages" in page
    assert web.live.asked == [("mailbox_changed", "30")] * 3


def test_a_message_is_saved_under_a_safe_name(web: Web) -> None:
    kept = message(web.desk, "21", from_='"; rm -rf /')
    answer = web.user("21").get(f"/messages/{kept.id}/download")
    assert answer.body[:4] == b"RIFF"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''1970")
    assert answer.headers["Content-Disposition"].endswith("%20unknown.wav")


def test_others_messages_are_neither_shown_nor_given_by_number(web: Web) -> None:
    theirs = message(web.desk, "23")
    for browser in (web.user("21"), web.admin):
        page = browser.get("/messages")
        assert f"message-{theirs.id}" not in page.text
        assert browser.get("/messages?box=23", status=404)
        for path in ("sound", "download"):
            assert b"RIFF" not in browser.get(f"/messages/{theirs.id}/{path}", status=404).body
        csrf = page.forms[0]["csrf"].value
        for deed in ("heard", "remove"):
            browser.post(f"/messages/{theirs.id}/{deed}", {"csrf": csrf}, status=404)
    assert web.desk.records.message(theirs.id) == theirs
    assert web.visitor.get(f"/messages/{theirs.id}/sound").status_code == 303


def test_a_group_s_box_has_a_tab_of_its_own(web: Web) -> None:
    message(web.desk, "21", "c1")
    message(web.desk, "30", "c2")
    anna = web.user("21")
    assert len(anna.get("/messages").html.find_all("li", class_="message")) == 2
    tabs = anna.get("/messages?box=30")
    assert len(tabs.html.find_all("li", class_="message")) == 1
    assert "Sales" in tabs.html.find("a", attrs={"aria-current": "page", "href": "/messages?box=30"}).text


def test_many_messages_are_shown_in_parts(web: Web) -> None:
    for number in range(3):
        message(web.desk, "21", f"c{number}", 1.0)
    anna = web.user("21")
    assert len(anna.get("/messages?before=2").html.find_all("li", class_="message")) == 1
    for odd in ("-1", "x", "99999999999999999999", "²", "999999999999999", "4"):
        assert len(anna.get("/messages", params={"before": odd}).html.find_all("li", class_="message")) == 3


def test_a_task_leads_to_its_message(web: Web) -> None:
    missed(web.desk, "21", call="c1")
    kept = message(web.desk, "21", "c1")
    link = web.user("21").get("/tasks").html.find("a", href=f"/messages?before={kept.id + 1}#message-{kept.id}")
    assert link is not None
    assert CALLER not in link.text
