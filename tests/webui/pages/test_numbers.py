"""The pages of the office's outside numbers."""

from __future__ import annotations

from xml.etree import ElementTree as xml

import pytest

from pbx.administration.office import call_paths
from tests.webui.office import Web
from webui.parts.path_picture import WIDE

NUMBER = "+4930123450"
PAGE = f"/numbers/{NUMBER}"


@pytest.fixture
def office(web: Web) -> Web:
    """A trunk and a number that rings Sales."""
    web.do("trunk add", name="line", peer="198.51.100.1")
    web.do("number add", number=NUMBER, trunk="line", to=["30"])
    for extension in ("21", "22"):
        web.do("phone add", extension=extension)
    return web


def register(web: Web, *extensions: str) -> None:
    for phone in web.desk.office.phones.values():
        if phone.extension in extensions:
            web.live.registered[phone.username] = ["sip:x"]


def test_numbers_are_listed_with_who_they_ring(office: Web) -> None:
    page = office.admin.get("/numbers")
    assert "+49 30 123450" in page
    assert "Sales (30)" in page
    assert "Callers cannot dial extensions" not in page
    office.do("number set", number=NUMBER, extensions="off")
    assert "Callers cannot dial extensions" in office.admin.get("/numbers")


def test_a_number_page_says_what_would_happen_now(office: Web) -> None:
    page = office.admin.get(PAGE)
    assert "no phone can ring there" in page
    register(office, "21")
    page = office.admin.get(PAGE)
    assert "Callers who dial nothing reach Sales; the phones ring for 25 seconds." in page
    assert "Anna Adler (21) is free" in page
    assert page.html.select_one("#way")["data-live"] == "phones lines trunks settings"


def test_the_picture_is_told_as_a_list_too(office: Web) -> None:
    register(office, "21", "22")
    page = office.admin.get(PAGE)
    drawing = page.html.select_one("svg.way")
    listed = page.html.select_one("#way-list").get_text(" ", strip=True)
    assert drawing["role"] == "img"
    assert drawing.find("title").text
    assert "Callers who dial nothing" in drawing.find("desc").text
    assert "dials nothing for 4 seconds: continues at “Sales”" in listed
    assert "Mailbox of Sales" in listed
    assert "style" not in str(drawing)


def test_boxes_do_not_lie_on_each_other(office: Web) -> None:
    office.do("number set", number=NUMBER, to=["21", "22", "30"])
    drawing = xml.fromstring(str(office.admin.get(PAGE).html.select_one("svg.way")).replace("viewbox", "viewBox"))
    boxes = [
        tuple(float(rect.get(name, "0")) for name in ("x", "y", "width", "height")) for rect in drawing.iter("rect")
    ]
    assert len(boxes) == 6
    for index, (left, top, width, height) in enumerate(boxes):
        assert width == WIDE
        for other_left, other_top, _, other_height in boxes[index + 1 :]:
            apart = abs(left - other_left) >= WIDE or top + height < other_top or other_top + other_height < top
            assert apart


def test_names_cannot_break_the_drawing(office: Web) -> None:
    office.do("user set", person="21", name='</text><script>alert("&")')
    page = office.admin.get(PAGE)
    assert "<script>alert" not in page
    assert not [script for script in page.html.select("script") if script.text]


def test_at_another_time_it_is_honest_about_what_it_cannot_know(office: Web) -> None:
    page = office.admin.get(PAGE + "?at=2030-01-01T03:00")
    assert "No setting depends on the time" in page
    assert "no phone can ring there" not in page
    assert page.html.select_one("#at")["value"] == "2030-01-01T03:00"
    assert "What happens when somebody calls</h2>" in office.admin.get(PAGE + "?at=tomorrow")


def test_another_time_is_asked_for_only_where_something_depends_on_it(
    office: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office.admin.get(PAGE).html.select_one("#at") is None
    drawn = call_paths._arrival

    def with_hours(way: call_paths.PathDrawing) -> str:
        way.timed = True
        return drawn(way)

    monkeypatch.setattr(call_paths, "_arrival", with_hours)
    assert office.admin.get(PAGE).html.select_one("#at") is not None
    assert "No setting depends" not in office.admin.get(PAGE + "?at=2030-01-01T03:00")


def test_who_is_rung_is_saved_in_order(office: Web) -> None:
    form = office.admin.get(PAGE).forms["number"]
    for place, extension in enumerate(("22", "", "21")):
        form.set("to", extension, place)
    form["extensions"] = "distribution"
    assert "Saved" in form.submit().follow()
    number = office.desk.office.numbers[NUMBER]
    assert (number.to, number.extensions) == (("22", "21"), "distribution")


def test_nobody_to_ring_is_said_at_the_field(office: Web) -> None:
    form = office.admin.get(PAGE).forms["number"]
    form.set("to", "", 0)
    answer = form.submit(status=422)
    assert answer.html.select_one("#f-to-error")
    assert office.desk.office.numbers[NUMBER].to == ("30",)


def test_a_number_is_added_as_people_write_it(office: Web) -> None:
    office.do("office set", country="DE", area_code="30")
    form = office.admin.get("/numbers/new").forms["number"]
    form["number"] = "123451"
    form.set("to", "21", 0)
    assert "+49 30 123451" in form.submit().follow()
    form["number"] = "12"
    assert "with its area code" in form.submit(status=422)


def test_without_a_trunk_one_is_added_first(web: Web) -> None:
    assert web.admin.get("/numbers/new").location == "/providers"


def test_a_typed_greeting_is_spoken(office: Web, spoken: list[tuple[str, str]]) -> None:
    form = office.admin.get(PAGE).forms["number"]
    form["greeting_text"] = "Hello, this is Example."
    form.submit().follow()
    assert spoken == [("Hello, this is Example.", "de")]
    assert office.desk.office.numbers[NUMBER].greeting


def test_two_admins_are_told(office: Web) -> None:
    form = office.admin.get(PAGE).forms["number"]
    office.do("number set", number=NUMBER, extensions="off")
    form["extensions"] = "distribution"
    assert "check it again" in form.submit(status=409)


def test_a_number_is_removed(office: Web) -> None:
    assert "has been removed" in office.admin.get(PAGE).forms["remove"].submit().follow()
    assert not office.desk.office.numbers
    office.admin.get(PAGE, status=404)


def test_only_admins_see_them(office: Web) -> None:
    for path in ("/numbers", PAGE, "/numbers/new"):
        office.user("21").get(path, status=403)
