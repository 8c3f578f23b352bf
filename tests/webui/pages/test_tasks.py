"""The tasks page: done, opened again, handed over, called back."""

from __future__ import annotations

from tests.leftovers import CALLER, missed
from tests.webui.forms import form_to
from tests.webui.office import Web


def test_a_task_is_done_and_opened_again_with_one_press_each(web: Web) -> None:
    task = missed(web.desk, "30")
    anna, bert = web.user("21"), web.user("22")
    page = form_to(anna.get("/tasks"), f"/tasks/{task.id}/done").submit().follow()
    assert "Done." in page.html.find(class_="flash").text
    assert "Nobody is waiting" in page
    done = bert.get("/tasks?show=done")
    assert "Done by Anna Adler" in " ".join(done.html.get_text().split())
    form_to(done, f"/tasks/{task.id}/reopen").submit()
    assert form_to(bert.get("/tasks"), f"/tasks/{task.id}/done")


def test_a_task_is_handed_over(web: Web) -> None:
    task = missed(web.desk, "21")
    given = form_to(web.user("21").get("/tasks").click("Hand over"), f"/tasks/{task.id}/give")
    assert [value for value, _, _ in given["to"].options] == ["", "22", "23", "30"]
    given["to"] = "23"
    assert "Clara Vogel" in given.submit().follow().html.find(class_="flash").text
    assert form_to(web.user("23").get("/tasks"), f"/tasks/{task.id}/done")
    assert web.desk.records.tasks("23", open_only=True)


def test_calling_back_rings_ones_own_phone(web: Web) -> None:
    web.do("phone add", extension="22")
    task = missed(web.desk, "30")
    web.live.asked.clear()
    answer = form_to(web.user("22").get("/tasks"), f"/tasks/{task.id}/call").submit().follow()
    assert ("call", "22", CALLER, "") in web.live.asked
    assert "Your phone is ringing" in answer


def test_what_is_anothers_cannot_be_touched_or_seen(web: Web) -> None:
    theirs = missed(web.desk, "23", name="Frau Geheim")
    anna = web.user("21")
    page = anna.get("/tasks")
    assert "Geheim" not in page
    assert "Geheim" not in anna.get("/tasks?show=everybody")
    csrf = page.forms[0]["csrf"].value
    for deed in ("done", "reopen", "give", "call"):
        assert anna.post(f"/tasks/{theirs.id}/{deed}", {"csrf": csrf, "to": "21"}, status=404)
    assert not web.desk.records.tasks("23")[0].done
    assert "Geheim" in web.admin.get("/tasks?show=everybody")


def test_nothing_is_done_without_the_form_of_our_own_page(web: Web) -> None:
    task = missed(web.desk, "21")
    web.user("21").post(f"/tasks/{task.id}/done", {}, status=403)
    web.user("21").get(f"/tasks/{task.id}/done", status="*")
    assert not web.desk.records.tasks("21")[0].done


def test_a_press_leads_back_only_to_pages_of_ours(web: Web) -> None:
    task = missed(web.desk, "21")
    csrf = web.user("21").get("/tasks").forms[0]["csrf"].value
    for back, there in (("/mine", "/mine"), ("//evil.example", "/tasks"), ("https://evil.example", "/tasks")):
        answer = web.user("21").post(f"/tasks/{task.id}/done", {"csrf": csrf, "back": back})
        assert answer.location.removeprefix("http://localhost:80").removeprefix("http://localhost") == there


def test_what_callers_are_called_is_shown_harmlessly(web: Web) -> None:
    missed(web.desk, "21", name="<script>alert(1)</script>", call="c1")
    missed(web.desk, "21", "", call="c2")
    page = web.user("21").get("/tasks")
    assert "<script>alert" not in page.text
    assert "Number withheld" in page
