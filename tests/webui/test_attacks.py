"""What a neighbour, a visitor or a colleague sends who means harm: it costs little, and nobody else notices."""

from __future__ import annotations

import csv
import io
import logging
import time
from typing import Any

import pytest

from tests.leftovers import call_record
from tests.webui.forms import csrf
from tests.webui.office import PASSWORD, Web
from webui.live import MOST_PER_SOURCE
from webui.request import LARGE, MOST_LARGE
from webui.responses import KEPT

HEAD = b'--x\r\nContent-Disposition: form-data; name="sound"; filename="a.wav"\r\n\r\n'
END = b"\r\n--x--\r\n"
FORM = "multipart/form-data; boundary=x"


def field(name: str, value: str) -> bytes:
    """One field of a form as browsers send it beside files."""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def test_asking_for_the_head_of_the_live_stream_takes_no_place_from_those_who_listen(web: Web) -> None:
    browser = web.user("21")
    for _ in range(MOST_PER_SOURCE):
        assert browser.head("/live").content_type == "text/event-stream"
    hub = web.app.site.hub
    stream = hub.open("127.0.0.1", "token", hub.mark)
    assert stream is not None


@pytest.mark.parametrize("cookie", ["a[b]=c", "(=x; ;=; y", '"\\777"=\x01; a@b=c', "\xff\xfe=\xff"])
def test_a_cookie_of_somebody_else_under_our_name_keeps_nobody_out(web: Web, cookie: str) -> None:
    web.user("21")
    token = web.do("session open", name="user-21", password=PASSWORD)["token"]
    answer = web.visitor.get("/mine", headers={"Cookie": f"{cookie}; session-80={token}; {cookie}"})
    assert "Anna Adler" in answer.text


@pytest.mark.parametrize(
    "name",
    ["Accept-Language", "Accept-Encoding", "Origin", "Content-Type", "Range", "Sec-Fetch-Site", "X-Live", "Cookie"],
)
def test_bytes_that_are_no_text_are_a_header_like_any_other(web: Web, name: str) -> None:
    web.visitor.get("/login?next=\xff&\xff=1", headers={name: "\xff\xfe(\xc3"}, status=200)
    web.visitor.post("/login", headers={name: "\xff\xfe(\xc3"}, status=403)


@pytest.mark.parametrize("kind", [f"{FORM}; charset=rot13", f"{FORM}; charset=nonsense"])
def test_a_charset_nobody_has_is_no_fault_of_ours(web: Web, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\nContent-Type: text/plain; charset=hex\r\n\r\nab'
    answer = web.visitor.post("/login", part + END, headers={"Content-Type": kind}, expect_errors=True)
    assert answer.status_code == 403
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "filling",
    [b"\r\n" * 8_000_000, field("a", "b")[:-2] * 300_000, b"\r\n--x\r\n" * 2_000_000, b"\r\n--x" * 3_000_000],
    ids=["line ends", "parts", "empty parts", "boundaries"],
)
def test_a_form_of_nothing_but_seams_is_read_or_refused_at_once(web: Web, filling: bytes) -> None:
    browser = web.user("21")
    begun = time.process_time()
    browser.post("/sound/decode", HEAD + filling + END, headers={"Content-Type": FORM}, expect_errors=True)
    assert time.process_time() - begun < 3


def test_only_some_large_forms_are_in_memory_at_a_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.request.PATIENCE", 0.0)
    browser = web.user("21")
    large = HEAD + bytes(LARGE) + END
    for _ in range(2 * MOST_LARGE):
        browser.post("/sound/decode", large, headers={"Content-Type": FORM}, status=403)
    for _ in range(MOST_LARGE):
        assert web.app.site.holding.acquire(blocking=False)
    browser.post("/sound/decode", large, headers={"Content-Type": FORM}, status=503)
    browser.post("/sound/decode", HEAD + END, headers={"Content-Type": FORM}, status=403)
    web.app.site.holding.release()
    browser.post("/sound/decode", large, headers={"Content-Type": FORM}, status=403)


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("it was read")


@pytest.mark.parametrize("away", [False, True], ids=["running", "away"])
def test_nobody_reads_what_a_stranger_uploads(web: Web, away: bool) -> None:
    browser = web.visitor
    if away:
        web.away()
    asked: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(KEPT + 1),
        "HTTP_ORIGIN": "http://localhost",
        "wsgi.input": Unread(),
    }
    answer = browser.request("/sound/decode", environ=asked, expect_errors=True)
    assert answer.status_code == (503 if away else 403)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_spreadsheet_runs_a_name_from_outside_however_it_parts_cells(web: Web, separator: str) -> None:
    danger = ("=", "+", "-", "@", "\t", "\r", "\uff1d")
    names = [
        "=cmd()",
        "Meier;=cmd()",
        'Otto"; =cmd()',
        "a,@SUM(1)",
        "b\n=cmd()",
        "c;;-1+cmd()",
        "\uff1dcmd()",
        "d;\uff1dcmd()",
    ]
    for place, name in enumerate(names):
        web.desk.records.add_call(call_record(f"c{place}", from_name=name))
    text = web.admin.get("/history/table").body.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for cell in row:
            for line in cell.splitlines():
                assert not line.strip(' "').startswith(danger), (separator, cell)


def test_a_forms_fields_arrive_as_they_were_typed_whatever_is_in_them(web: Web) -> None:
    admin = web.admin
    token = csrf(admin.get("/people/paste"))
    names = 'Zoë "Zed" \\ Müller; filename="x"'
    sent = field("csrf", token) + field("names", names) + END[2:]
    answer = admin.post("/people/paste", sent, headers={"Content-Type": FORM}, expect_errors=True)
    assert "Zoë &quot;Zed&quot; \\ Müller" in answer.text
