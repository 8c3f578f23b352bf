"""What holds on every page, tried on a page of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from webob import Request

from tests.webui.office import ADMIN, PASSWORD, Web, browser
from tests.webui.sample import error_at, framed, log_in
from webui import frame
from webui.app import PAGES
from webui.responses import HEADERS
from webui.views import VIEWS

__all__ = ["framed"]

FOLDER = Path(frame.__file__).parent


# --- headers, cookies, size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nowhere", "/sample/21", "/static/nothing", "/alive", "/live"])
def test_every_answer_has_the_headers_that_protect_it(framed: Web, path: str) -> None:
    answer = framed.visitor.get(path, expect_errors=True)
    for name, value in HEADERS:
        assert answer.headers[name] == value
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_lets_no_script_or_style_into_a_page(framed: Web) -> None:
    policy = framed.visitor.get("/nowhere", status=404).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for path in (FOLDER / "views").glob("*.tpl"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|<script(?! type=\"module\" src=)|\son[a-z]+=[\"']|javascript:", text), (
            path
        )


def test_pages_load_nothing_from_elsewhere(framed: Web) -> None:
    page = (
        framed.admin_of(framed).get("/sample/21") if hasattr(framed, "admin_of") else log_in(framed).get("/sample/21")
    )
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page.text)


def test_static_files_stay_in_the_cache_for_ever_and_are_packed(framed: Web) -> None:
    page = framed.visitor.get("/nowhere", status=404)
    found = re.findall(r"/static/[^\"]+", page.text)
    assert len(found) >= 4
    for path in found:
        answer = framed.visitor.get(path, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert framed.visitor.get(path).headers.get("Content-Encoding") is None


def test_the_first_page_is_below_100_kilobytes(web: Web) -> None:
    page = web.admin.get("/now", headers={"Accept-Encoding": "identity"})
    files = set(re.findall(r"/static/[^\"]+", page.text))
    assert len(page.body) + sum(len(web.visitor.get(path).body) for path in files) < 100_000


def test_text_is_packed_and_says_so(framed: Web) -> None:
    cookies = {"Cookie": f"session-80={log_in(framed).cookies['session-80']}"}
    asked = Request.blank("/sample/21", {"REMOTE_ADDR": "127.0.0.1"}, headers={"Accept-Encoding": "gzip", **cookies})
    packed = asked.get_response(framed.app)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert int(packed.headers["Content-Length"]) < 5000


def test_cookies_are_out_of_reach_of_scripts_and_strangers(framed: Web) -> None:
    for scheme, prefix in (("http", ""), ("https", "__Host-")):
        answer = framed.visitor.get("/nowhere", status=404, extra_environ={"wsgi.url_scheme": scheme})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"{prefix}visitor-80=")
        assert "; HttpOnly" in cookie
        assert "; SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert ("; Secure" in cookie) == (scheme == "https")


def test_https_does_not_take_a_session_of_http(framed: Web) -> None:
    admin = log_in(framed)
    admin.get("/sample/21", status=200)
    admin.get("/sample/21", status=303, extra_environ={"wsgi.url_scheme": "https"})


# --- who ------------------------------------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_the_login_and_back(framed: Web) -> None:
    answer = framed.visitor.get("/sample/21?tab=pin&x=%26", status=303)
    assert answer.location == "/login?next=/sample/21%3Ftab%3Dpin%26x%3D%2526"


def test_a_colleague_can_neither_open_nor_use_an_admins_page(framed: Web) -> None:
    bert = log_in(framed, "22")
    assert "Only admins" in bert.get("/sample/admins/only", status=403).text
    page = bert.get("/sample/21")
    page.forms[1]["name"] = "Nobody"
    assert "Only admins" in page.forms[1].submit(status=403).text
    assert framed.do("user list")[0]["name"] == "Anna Adler"


def test_the_navigation_shows_only_what_one_may_open(web: Web) -> None:
    assert 'href="/people"' not in web.user("22").get("/now").text
    assert 'href="/now"' in web.user("22").get("/now").text
    assert 'href="/people"' in web.admin.get("/now").text


def test_every_page_module_is_in_the_table() -> None:
    modules = {path.stem for path in FOLDER.rglob("*.py") if "\nroutes = Routes()" in path.read_text()}
    listed = {page.routes.all[0].act.__module__.rpartition(".")[2] for page in PAGES}
    assert modules == listed | {"frame"}


def test_each_path_has_one_page() -> None:
    every = [
        (route.method, route.path) for routes in (frame.routes, *(p.routes for p in PAGES)) for route in routes.all
    ]
    assert len(every) == len(set(every))


def test_what_only_admins_see_in_the_navigation_only_admins_may_open() -> None:
    for page in PAGES:
        opened = [route for route in page.routes.all if route.path == page.path]
        assert all(route.may == page.may for route in opened), page.path
        assert bool(opened) == bool(page.path)


def test_an_admin_who_is_none_any_more_is_one_no_longer(framed: Web) -> None:
    other = log_in(framed, "22")
    framed.do("account set", account="user-22", role="admin")
    assert other.get("/sample/admins/only", expect_errors=True).status_code in (303, 200)
    other = browser(framed.app, framed.do("session open", name="user-22", password=PASSWORD)["token"])
    other.get("/sample/admins/only", status=200)
    log_in(framed)
    framed.do("account set", account="user-22", role="user")
    other.get("/sample/admins/only", expect_errors=True)
    assert other.get("/sample/admins/only", expect_errors=True).status_code != 200


def test_home_is_ones_own(framed: Web) -> None:
    assert framed.visitor.get("/").location == "/welcome"
    assert log_in(framed).get("/").location == "/now"
    assert log_in(framed, "21").get("/").location == "/mine"
    assert framed.visitor.get("/").location == "/login"


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_comes_with_its_content_and_may_be_large_only_where_files_are_sent(framed: Web) -> None:
    admin = log_in(framed)
    token = admin.get("/sample/21").forms[1]["csrf"].value
    sent = [("file", "../../etc/passwd", bytes(300_000))]
    assert admin.post("/sample/file/send", {"csrf": token}, upload_files=sent).text.endswith(" 300000")
    said = admin.post("/sample/21", {"csrf": token}, upload_files=sent, status=413).text
    assert "This is too large (294 kB). The limit is 64 kB." in said
    admin.post("/sample/file/send", {"csrf": "x"}, upload_files=sent, status=403)


def test_a_file_is_not_taken_from_who_is_not_logged_in(framed: Web) -> None:
    framed.visitor.post("/sample/file/send", upload_files=[("file", "x", bytes(300_000))], status=403)


def test_a_broken_form_is_said_to_be_broken(framed: Web) -> None:
    admin = log_in(framed)
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("application/x-www-form-urlencoded", b"csrf=%ff%00&=&&;"),
        ("application/json", b"{}"),
    ):
        answer = admin.post("/sample/21", body, headers={"Content-Type": kind}, expect_errors=True)
        assert answer.status_code in (400, 403)


def test_tables_are_harmless_for_spreadsheets(framed: Web) -> None:
    answer = log_in(framed).get("/sample/table/csv")
    assert answer.body.decode("utf-8-sig") == "Name,Number\r\n'=cmd(),'+4930123\r\nÜnal,7\r\n"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Anrufe%20%C3%BC.csv"


def test_a_sound_can_be_played_from_the_middle(framed: Web) -> None:
    admin = log_in(framed)
    assert len(admin.get("/sample/sound/wav").body) == 100
    part = admin.get("/sample/sound/wav", headers={"Range": "bytes=10-19"}, status=206)
    assert (part.body, part.headers["Content-Range"]) == (bytes(range(10, 20)), "bytes 10-19/100")
    assert len(admin.get("/sample/sound/wav", headers={"Range": "bytes=90-"}, status=206).body) == 10
    admin.get("/sample/sound/wav", headers={"Range": "bytes=100-"}, status=416)
    assert len(admin.get("/sample/sound/wav", headers={"Range": "bytes=x"}, status=200).body) == 100


# --- languages ------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_their_browsers_language_and_may_choose_another(framed: Web) -> None:
    app = framed.visitor
    page = app.get("/nowhere", status=404, headers={"Accept-Language": "de-AT,en;q=0.5"})
    assert 'lang="de"' in page.text
    assert "Diese Seite gibt es nicht." in page.text
    answer = page.forms[0].submit("language", value="en", status=303)
    assert answer.status_code == 303
    page = app.get("/nowhere", status=404, headers={"Accept-Language": "de"})
    assert "This page does not exist." in page.text
    assert '<html lang="en">' in page.text


def test_an_account_has_its_language_everywhere(framed: Web) -> None:
    admin = log_in(framed)
    page = admin.get("/sample/21", headers={"Accept-Language": "de"})
    assert '<html lang="en">' in page.text
    assert page.forms[2].submit("language", value="de").location == "/sample/21"
    assert '<html lang="de">' in admin.get("/sample/21").text
    assert '<html lang="de">' in log_in(framed).get("/sample/21").text


def test_errors_are_said_in_the_readers_language(framed: Web) -> None:
    admin = log_in(framed)
    framed.do("account set", account=ADMIN, language="de")
    form = admin.get("/sample/21").forms[1]
    form["name"] = ""
    assert "fehlt" in error_at(form.submit(status=422).text, "name")


# --- troubles -------------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_says_so_in_the_frame(framed: Web) -> None:
    page = log_in(framed).get("/no/such/page", status=404)
    assert "This page does not exist" in page.text
    assert "Log out" in page.text


def test_what_the_daemon_refuses_is_a_page_with_its_sentence(framed: Web) -> None:
    admin = log_in(framed)
    token = admin.get("/sample/21").forms[1]["csrf"].value
    assert admin.post("/sample/99", {"csrf": token, "name": "X"}, expect_errors=True).status_code in (404, 422, 500)


def test_our_own_mistake_shows_nothing_of_the_code(framed: Web, caplog: pytest.LogCaptureFixture) -> None:
    page = log_in(framed).get("/sample/broken/page", status=500)
    assert "our fault" in page.text
    assert "RuntimeError" not in page.text
    assert "a mistake" in caplog.text


def test_without_the_exchange_a_page_says_so_and_comes_back_by_itself(framed: Web) -> None:
    admin = log_in(framed)
    framed.away()
    page = admin.get("/sample/21", status=503)
    assert "The exchange is not running" in page.text
    assert "data-away" in page.text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.text
    assert page.headers["Retry-After"] == "3"
    admin.get("/alive", status=503)
    framed.visitor.get("/", status=503)
    framed.visitor.get("/nowhere", status=503)
    framed.back()
    admin.get("/alive", status=204)
    admin.get("/sample/21", status=200)


def test_what_was_typed_when_the_exchange_went_away_is_kept(framed: Web) -> None:
    admin = log_in(framed)
    form = admin.get("/sample/21").forms[1]
    form["name"] = "Anna <Later>"
    framed.away()
    page = form.submit(status=503, headers={"Origin": "http://localhost"})
    assert "Nothing was saved" in page.text
    framed.back()
    again = next(each for each in page.forms.values() if "name" in each.fields)
    again.submit(status=303, headers={"Origin": "http://localhost"})
    assert framed.do("user list")[0]["name"] == "Anna <Later>"


def test_what_scrolls_sideways_can_be_scrolled_with_the_keys_and_has_a_name() -> None:
    scrolls = [
        (path.name, tag)
        for path in sorted(VIEWS.glob("*.tpl"))
        for tag in re.findall(r'<div class="scroll[^\n]*?>(?:\n|<|\{)', path.read_text())
    ]
    assert len(scrolls) >= 7
    assert [each for each in scrolls if 'tabindex="0" role="region" aria-label' not in each[1]] == []
