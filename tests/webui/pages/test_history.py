"""Calls found again on the page, taken out as a table, and one of them looked at from all sides."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.store.rows import CallTrace, LegQuality, LegQualityPoint, LegQualityPoints, Step, TracedDialog, TracedMessage
from tests.leftovers import CALLER, call_record
from tests.store.sound import write_sound
from tests.webui.office import PASSWORD, Web, opened
from webui.parts import ladder, plot

NOON = 1_763_722_800.0


def keep(web: Web, id: str, **fields: Any) -> None:
    """A call as the exchange leaves it."""
    usual: dict[str, Any] = {
        "from_name": "Meier", "outcome": "answered", "started": NOON, "answered": NOON + 4, "ended": NOON + 64,
        "story": "Told.",
        "steps": (Step(NOON, "dialled", {"digits": "21"}), Step(NOON + 4, "answered", {"extension": "21"})),
    }  # fmt: skip
    web.desk.records.add_call(call_record(id, **usual | fields), web.desk.office.names)


TEXT = "INVITE sip:21@192.0.2.1 SIP/2.0\nFrom: <sip:x@y>;tag=<script>alert(1)</script>\n\nv=0\n"


def trace(web: Web, id: str) -> None:
    """Its messages: the caller over the trunk, a phone that answers and one that is told so."""
    at = NOON
    dialogs = (TracedDialog("c1", CALLER, True), TracedDialog("c2", "21", False), TracedDialog("c3", "21", False))
    said = (
        (0.0, False, 0, TEXT),
        (0.01, True, 0, "SIP/2.0 100 Trying\n"),
        (0.02, True, 1, "INVITE sip:21@192.0.2.21 SIP/2.0\n"),
        (0.03, True, 2, "INVITE sip:21@192.0.2.22 SIP/2.0\n"),
        (0.53, True, 2, "INVITE sip:21@192.0.2.22 SIP/2.0\n"),
        (4.0, False, 1, "SIP/2.0 200 OK\n\nv=0\n"),
        (4.1, True, 2, 'CANCEL sip:21@192.0.2.22 SIP/2.0\nReason: SIP;cause=200;text="Call completed elsewhere"\n'),
        (4.2, False, 2, "SIP/2.0 487 Request Terminated\n"),
    )
    hosts = ("192.0.2.9:5060", "192.0.2.21:5060", "192.0.2.22:5060")
    messages = tuple(TracedMessage(at + after, sent, "udp", hosts[d], d, text) for after, sent, d, text in said)
    web.desk.records.traces.add(id, NOON, CallTrace(dialogs, messages))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with opened(tmp_path_factory.mktemp("office")) as web:
        for name, extension in (("Anna Adler", "21"), ("Bert Braun", "22")):
            web.do("user add", name=name, extension=extension)
        web.do("group add", name="Sales", extension="30", members=["21", "22"])
        yield web


@pytest.fixture
def web(shared: Web) -> Iterator[Web]:
    """One office for all, as passwords take their time; without the calls of the test before."""
    yield shared
    shared.desk.records.history.remove(range(10_000))
    for message in shared.desk.records.messages():
        shared.desk.mailboxes.remove(message)


def stories(page: Any) -> list[str]:
    return [each.text.strip().partition(" ")[0] for each in page.html.select("#calls li a.whole")]


def test_calls_are_searched_and_filtered_and_what_was_typed_stays(web: Web) -> None:
    keep(web, "a")
    keep(web, "b", from_="+4989555", from_name="Huber", direction="out", outcome="missed", started=NOON - 90_000)
    keep(web, "c", from_="", from_name="", outcome="gave-up", extension="30", steps=())
    admin = web.admin
    assert stories(admin.get("/history")) == ["Number", "Huber", "Meier"]
    page = admin.get("/history?search=0170+1234567")
    assert stories(page) == ["Meier"]
    assert page.html.select_one("#search")["value"] == "0170 1234567"
    assert stories(admin.get("/history?direction=out")) == ["Huber"]
    assert stories(admin.get("/history?outcome=gave-up&extension=30")) == ["Number"]
    assert stories(admin.get("/history?since=2025-11-21&until=2025-11-21")) == ["Number", "Meier"]
    assert "No calls match" in admin.get("/history?search=nobody")
    page = admin.get("/history?direction=sideways&outcome=x&extension=DROP&before=x")
    assert len(stories(page)) == 3


@pytest.mark.parametrize("typed", ["31.12.2025", "2025-13-01", "9999-12-31", "x" * 300])
def test_what_is_no_date_is_said_at_its_field(web: Web, typed: str) -> None:
    keep(web, "a")
    page = web.admin.get("/history", {"until": typed}, status=422)
    assert page.html.select_one("#until-error")
    assert page.html.select_one("#until")["value"] == typed


def test_older_calls_are_a_click_away_with_the_same_filters(web: Web) -> None:
    for number in range(60):
        keep(web, f"c{number}", from_name=f"Meier{number}")
    page = web.admin.get("/history?search=meier")
    assert stories(page) == [f"Meier{number}" for number in range(59, 9, -1)]
    older = page.click("Older")
    assert "search=meier" in older.request.url
    assert stories(older) == [f"Meier{number}" for number in range(9, -1, -1)]
    assert [each.text for each in older.html.select(".pages a")] == ["Newest", "Newer"]
    assert "51\N{EN DASH}60 of 60" in older
    assert older.html.select_one("#calls").get("data-live") is None


def test_a_user_sees_their_own_and_their_groups_calls_only(web: Web) -> None:
    keep(web, "annas")
    keep(web, "sales", extension="30", from_name="Huber", steps=())
    user = web.user("22")
    assert stories(user.get("/history")) == ["Huber"]
    assert user.get("/calls/annas", status=404)
    assert user.get("/calls/sales")
    assert "Person or group" not in user.get("/history")
    table = user.get("/history/table").text
    assert "Huber" in table
    assert "Meier" not in table
    assert web.visitor.get("/history").status_code == 303
    assert web.visitor.get("/calls/sales").status_code == 303


def test_the_table_is_harmless_for_spreadsheets(web: Web) -> None:
    for number, name in enumerate(
        ('=HYPERLINK("http://evil")', "+cmd", "-1+1", "@SUM(A1)", "\tx", "\rx", 'a"b,c;d\ne')
    ):
        keep(web, f"c{number}", from_name=name, story=name, steps=())
    answer = web.admin.get("/history/table")
    assert answer.content_type == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[0][0] == "Started"
    assert len(rows) == 8
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert rows[1][3] == 'a"b,c;d\ne'
    assert rows[1][7] == "60"


def test_a_call_tells_its_story_step_by_step_with_times(web: Web) -> None:
    keep(web, "a")
    page = web.user("21").get("/calls/a")
    steps = [re.sub(r"\s+", " ", each.text.strip()) for each in page.html.select(".story li")]
    assert steps == ["0:00 dialled 21 during the greeting", "0:04 Anna Adler (21) answered"]
    assert "1:00" in page.html.select_one(".facts").text
    assert web.admin.get("/calls/never", status=404)


def test_the_ladder_is_drawn_and_listed_and_texts_are_for_admins(web: Web) -> None:
    keep(web, "a")
    trace(web, "a")
    page = web.admin.get("/calls/a")
    arrows = page.html.select("svg.ladder a")
    assert len(arrows) == 8
    assert [text.text for text in arrows[0].select("text")] == ["+0.000 s", "INVITE + SDP"]
    assert "Call completed elsewhere" in arrows[6].text
    assert "↻" in arrows[4].text
    assert "not" in arrows[7]["class"]
    for index, arrow in enumerate(arrows):
        assert arrow["href"] == f"#message-{index}"
        target = page.html.select_one(f"#message-{index}")
        assert target is not None
        assert target.find_parent("details") is not None  # following the link opens it
    heads = [text.text for text in page.html.select("svg.ladder text.name")]
    assert heads == ["Anna Adler 21", "Anna Adler 21", "The box", "Meier"]
    assert "192.0.2.22" in page
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    user = web.user("21").get("/calls/a")
    assert len(user.html.select("svg.ladder a")) == 8
    assert "192.0.2." not in user
    assert not user.html.select(".wire details")


def test_a_call_without_its_messages_says_why(web: Web) -> None:
    keep(web, "a")
    assert "kept for 30 days" in web.admin.get("/calls/a")


def test_the_voice_is_plotted_for_each_party_and_said_in_words(web: Web) -> None:
    legs = (LegQuality(CALLER, "PCMA", 500, 480, 20, 0.004, 3, 0.02), LegQuality("21", "G722", 500, 0))
    keep(web, "a", legs=legs)
    samples = tuple(
        LegQualityPoint(NOON + 5 * n, 250 * n, (n % 2) * 9 + 10 * n, 0.01 * n, 0.02, None) for n in range(1, 5)
    )
    web.desk.records.traces.add_quality_points("a", (LegQualityPoints(CALLER, samples),))
    page = web.admin.get("/calls/a")
    caller, anna = page.html.select(".plots figure")
    assert caller.select_one(".badge").text == "poor"
    assert "poor: 4.0% lost, jitter 4 ms, 20 ms round trip" in caller.text
    assert len(caller.select("svg.plot path.strong")) == 2
    assert len(caller.select("tbody tr")) == 4
    assert "No sound arrived" in anna.text
    assert not anna.select("svg")


def test_who_may_hear_the_message_hears_it_here(web: Web) -> None:
    keep(web, "a", outcome="voicemail", answered=None)
    spool = web.desk.mailboxes.spool("21", CALLER, "a", NOON)
    write_sound(spool, 2.0)
    message = web.desk.mailboxes.keep(spool)
    assert message is not None
    page = web.user("21").get("/calls/a")
    assert page.html.select_one("audio")["src"] == f"/messages/{message.id}/sound"
    assert not web.admin.get("/calls/a").html.select("audio")


def test_a_click_calls_back(web: Web) -> None:
    web.do("phone add", extension="21")
    keep(web, "a")
    form = next(form for form in web.user("21").get("/calls/a").forms.values() if form.action == "/mine/call")
    form.submit("number")
    assert ("call", "21", CALLER, "") in web.live.asked
    keep(web, "b", from_="", from_name="")
    assert not [form for form in web.user("21").get("/calls/b").forms.values() if form.action == "/mine/call"]


def test_a_german_reads_all_of_it_in_german(web: Web) -> None:
    keep(web, "a")
    web.do("account add", name="karl", password=PASSWORD, role="admin", language="de")
    page = web.log_in("karl").get("/calls/a")
    assert "Anna Adler (21) nahm ab" in page
    assert "Verlauf" in page


# --- what is drawn --------------------------------------------------------------------------------------------------

LANES = st.lists(
    st.fixed_dictionaries({"party": st.text(max_size=5), "name": st.text(max_size=40), "outside": st.booleans(),
                           "host": st.text(max_size=45)}), min_size=1, max_size=8
)  # fmt: skip


@st.composite
def ladders(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    lanes = draw(LANES)
    times = sorted(draw(st.lists(st.floats(0, 1e5), min_size=1, max_size=60)))
    messages = [
        {
            "at": NOON + at, "sent": draw(st.booleans()), "lane": draw(st.integers(0, len(lanes) - 1)),
            "summary": draw(st.sampled_from(["INVITE", "200 OK", "486 Busy Here", "<&\"'>", ""])),
            "reason": draw(st.text(max_size=10)), "again": draw(st.booleans()),
        }
        for at in times
    ]  # fmt: skip
    return lanes, messages


@given(ladders())
def test_every_arrow_runs_between_the_box_and_its_device_and_time_runs_down(
    drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    lanes, messages = drawn
    found = ladder.laid_out(lanes, messages)
    middles = {column.lane: column.middle for column in found.columns}
    assert sorted(middles) == list(range(-1, len(lanes)))
    assert len(set(middles.values())) == len(middles)
    box = middles[-1]
    for place, lane in enumerate(lanes):
        assert (middles[place] > box) == lane["outside"]
    levels = [arrow.level for arrow in found.arrows]
    assert all(later - earlier >= ladder.ROW for earlier, later in pairwise(levels))
    for arrow, message in zip(found.arrows, messages, strict=True):
        ends = (box, middles[message["lane"]])
        assert (arrow.start, arrow.end) == (ends if message["sent"] else ends[::-1])
        assert 0 < min(arrow.start, arrow.end) < max(arrow.start, arrow.end) < found.width
        assert ladder.HEAD < arrow.level < found.height


SPEAKER: Any = SimpleNamespace(_=lambda text: text, number=str, decimal=str, duration=lambda seconds: f"{seconds:.0f}")


@given(ladders())
def test_whatever_is_in_the_messages_the_drawing_is_sound(
    drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    lanes, messages = drawn
    text = ladder.drawn(SPEAKER, {"lanes": lanes, "messages": messages})
    assert text.count("<a ") == text.count("</a>") == len(messages)
    assert not re.search(r"<(?!/?(svg|title|line|rect|text|a|path)\b)", text)


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1), st.floats(0, 5000)), min_size=1, max_size=50))
def test_no_line_of_a_plot_leaves_its_panel(values: list[tuple[int, float, float]]) -> None:
    samples = [
        {
            "at": NOON + 5 * place,
            "received": count,
            "loss": loss,
            "jitter_ms": jitter,
            "grade": "good" if count else "silent",
        }
        for place, (count, loss, jitter) in enumerate(values, 1)
    ]
    leg = {"samples": samples, "grade": "good", "loss": 0.0, "jitter_ms": 1.0, "round_trip_ms": None}
    text = plot.drawn(SPEAKER, leg, NOON, "<Anna>", 0)
    assert "<Anna>" not in text
    bottom = plot.TOP + 2 * plot.PANEL + plot.GAP
    for path in re.findall(r'class="strong" d="([^"]+)"', text):
        for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path):
            assert plot.LEFT - 0.1 <= float(x) <= plot.WIDTH - plot.RIGHT + 0.1
            assert plot.TOP - 0.1 <= float(y) <= bottom + 0.1


def test_list_page_table_and_story_tell_the_same_seconds_of_talk(web: Web) -> None:
    steps = (Step(NOON + 4.3, "answered", {"extension": "21"}), Step(NOON + 43.9, "hung-up", {"by": "21"}))
    keep(web, "a", answered=NOON + 4.3, ended=NOON + 45.7, steps=steps)
    listed, page = web.admin.get("/history"), web.admin.get("/calls/a")
    assert "after talking for 40 s" in listed.text
    assert re.search(r"answered\s+0:40\s", listed.html.select_one(".past .badge").get_text())
    assert "0:40" in page.html.select_one("#facts ~ dl").get_text()
    rows = list(csv.reader(io.StringIO(web.admin.get("/history/table").body.decode("utf-8-sig"))))
    assert rows[1][-2] == "40"


def test_a_message_is_as_long_in_the_list_as_in_the_story(web: Web) -> None:
    steps = (Step(NOON + 30, "message", {"extension": "21", "seconds": 33.746}),)
    keep(web, "a", answered=None, outcome="voicemail", steps=steps)
    web.desk.records.add_message("21", CALLER, "a", NOON, 33.746, "21/a.wav")
    anna = web.user("21")
    assert "Left a message (34 s)" in anna.get("/history").text
    assert "0:34" in anna.get("/messages").html.select_one("#messages").get_text()
    assert "0:34" in anna.get("/mine").html.select_one("#my-messages").get_text()
