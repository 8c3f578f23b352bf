"""The page of changes: every one in words, undone by a press, found by a word."""

from tests.webui.office import Web


def line(web: Web, number: int = 0, **search: str) -> str:
    """A line of the list, as it is read."""
    page = web.admin.get("/changes", search)
    return " ".join(page.html.select(".changes > li")[number].get_text(" ").split())


def newest(web: Web) -> int:
    found: int = web.do("change list", limit=1)[0]["id"]
    return found


def test_a_change_is_told_with_who_and_undone_by_a_press(web: Web) -> None:
    token = web.admin
    web.do("user set", person="21", ring=40.0)
    assert "The command line" in line(web)
    assert "Anna Adler (21): Ringing time 25 s → 40 s" in line(web)
    page = token.get("/changes")
    done = page.forms[f"undo-{newest(web)}"].submit()
    assert done.status_int == 303
    assert "can undo this as well" in done.follow().text
    assert web.desk.office.people["21"].ring_seconds == 25.0
    assert "chef Undo of an earlier change" in line(web)
    assert "Undone by chef" in line(web, 1)


def test_it_is_told_in_german(web: Web) -> None:
    assert web.admin
    web.do("account set", account="chef", language="de")
    web.do("user set", person="21", extension="29")
    text = line(web)
    assert "Anna Adler (21): Durchwahl 21 → 29" in text
    assert "Die Befehlszeile" in text
    assert "Gruppe Sales (30): Mitglieder 29 und 22 statt 21 und 22" in text


def test_what_was_changed_again_says_why_it_cannot_be_undone(web: Web) -> None:
    web.do("user set", person="21", ring=40.0)
    first = newest(web)
    page = web.admin.get("/changes")
    web.do("user set", person="21", ring=50.0)
    late = page.forms[f"undo-{first}"].submit(expect_errors=True)
    assert late.status_int == 422
    assert "The command line changed it again" in late.html.select_one("[role=alert]").get_text()
    assert web.desk.office.people["21"].ring_seconds == 50.0
    assert f"undo-{first}" not in web.admin.get("/changes").forms


def test_words_in_any_order_find_a_change(web: Web) -> None:
    web.do("contact add", name="Müller", number="+4989123456")
    web.do("user set", person="22", ring=40.0)
    assert "Contact Müller added" in line(web, search="ADDED muller")
    assert "No changes match" in web.admin.get("/changes", {"search": "nobody"}).text


def test_many_changes_come_in_pages(web: Web) -> None:
    for count in range(45):
        web.do("user set", person="21", ring=10.0 + count)
    page = web.admin.get("/changes")
    assert len(page.html.select(".changes > li")) == 40
    older = page.click("Older", index=0)
    assert "Anna Adler added with extension 21" in older.text
    assert [each.text for each in older.html.select(".pages a")][:2] == ["Newest", "Newer"]


def test_names_from_outside_are_harmless(web: Web) -> None:
    web.do("contact add", name="<script>alert(1)</script>", number="+4989123456")
    assert "<script>alert" not in web.admin.get("/changes").text


def test_only_admins_see_and_undo(web: Web) -> None:
    web.do("user set", person="21", ring=40.0)
    number = newest(web)
    anna = web.user("21")
    assert anna.get("/changes", expect_errors=True).status_int == 403
    assert anna.post(f"/changes/{number}/undo", expect_errors=True).status_int == 403
    assert web.visitor.get("/changes").status_int == 303
    assert web.admin.post(f"/changes/{number}/undo", expect_errors=True).status_int == 403, "no token of the form"
    assert web.admin.get(f"/changes/{number}/undo", expect_errors=True).status_int in (404, 405)
    assert web.desk.office.people["21"].ring_seconds == 40.0
