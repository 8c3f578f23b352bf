"""What holds on every page, tried on a page of its own."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from webob import Request
from webtest import TestApp

from pbx.control.client import ask
from tests.webui.office import ADMIN, PASSWORD, Web, browser
from webui import frame
from webui.answers import HEADERS
from webui.app import PAGES, App
from webui.form import Field
from webui.routes import Routes
from webui.views import Views
from webui.visit import Visit

FOLDER = Path(frame.__file__).parent
VIEW = """% rebase("layout", title=_("People"))
<p>{{danger}}</p>
<form method="post" action="/sample/{{person["extension"]}}" data-changes>
{{csrf()}}
% include("fields", form=form)
% include("save")
</form>
"""
FIELDS = (
    Field("name", label="Name", required=True),
    Field("extension", label="Extension", help="Two to four digits."),
    Field("language", "choice", "Language", options=(("de", "German"), ("en", "English"))),
    Field("voicemail", "switch", "Voicemail"),
    Field("ring", "number", "Rings", unit="seconds"),
    Field("pin", "password", "PIN"),
)
routes = Routes()


def show(visit: Visit, person: str, form: Any = None) -> str:
    found = next(each for each in visit.ask("user list") if each["extension"] == person)
    shown = (form or visit.form(FIELDS)).fill(found)
    return visit.page("sample", form=shown, person=found, danger="<script>alert(1)</script>")


@routes.get("/sample/<person>")
def look(visit: Visit, person: str) -> str:
    return show(visit, person)


@routes.post("/sample/<person>", may="admin")
def change(visit: Visit, person: str) -> Any:
    form = visit.form(FIELDS)
    if form.sent("user set", person=person):
        return visit.see_other(f"/sample/{form.result['extension']}", visit._("Tasks"))
    return show(visit, person, form)


@routes.get("/sample/admins/only", may="admin")
def admins(visit: Visit) -> str:
    return "for admins"


@routes.post("/sample/file/send", uploads=True)
def receive(visit: Visit) -> str:
    file = visit.uploads["file"]
    return f"{file.name} {len(file.content)}"


@routes.get("/sample/broken/page")
def broken(visit: Visit) -> str:
    raise RuntimeError("a mistake")


@routes.get("/sample/table/csv")
def table(visit: Visit) -> Any:
    return visit.csv([["Name", "Number"], ["=cmd()", "+4930123"], ["Ünal", 7]], "Anrufe ü.csv")


@routes.get("/sample/sound/wav")
def sound(visit: Visit) -> Any:
    return visit.sound(bytes(range(100)))


@pytest.fixture
def framed(web: Web, tmp_path: Path) -> Web:
    """The page with samples in it."""
    (tmp_path / "views").mkdir()
    (tmp_path / "views/sample.tpl").write_text(VIEW)
    web.app.site.views = Views(tmp_path / "views")
    web.app = App(web.app.site, [*frame.routes.all, *routes.all], False)
    return web


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


def log_in(web: Web, extension: str = "") -> TestApp:
    """A browser of the admin, or of a colleague, for the app with samples."""
    name = f"user-{extension}" if extension else ADMIN
    given = {"extension": extension} if extension else {"role": "admin"}
    if name not in {account["name"] for account in web.do("account list")}:
        web.do("account add", name=name, password=PASSWORD, language="en", **given)
    return browser(web.app, web.do("session open", name=name, password=PASSWORD)["token"])


def test_a_visitor_is_sent_to_the_login_and_back(framed: Web) -> None:
    answer = framed.visitor.get("/sample/21?tab=pin&x=%26", status=303)
    assert answer.location == "/login?next=/sample/21%3Ftab%3Dpin%26x%3D%2526"


def test_a_colleague_is_not_let_into_an_admins_page_nor_may_he_change(framed: Web) -> None:
    bert = log_in(framed, "22")
    assert "Only an admin" in bert.get("/sample/admins/only", status=403).text
    page = bert.get("/sample/21")
    page.forms[1]["name"] = "Nobody"
    assert "Only an admin" in page.forms[1].submit(status=403).text
    assert framed.do("user list")[0]["name"] == "Anna Adler"


def test_the_navigation_shows_only_what_one_may_open(web: Web) -> None:
    assert 'href="/people"' not in web.user("22").get("/now").text
    assert 'href="/now"' in web.user("22").get("/now").text
    assert 'href="/people"' in web.admin.get("/now").text


def test_every_page_module_is_in_the_table() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if "\nroutes = Routes()" in path.read_text()}
    listed = {page.routes.all[0].act.__module__.removeprefix("webui.") for page in PAGES}
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


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_change_is_saved_and_said_once(framed: Web) -> None:
    page = log_in(framed).get("/sample/21")
    form = page.forms[1]
    voicemail = form.fields["voicemail"][1]
    assert (form["name"].value, form["extension"].value, voicemail.checked) == ("Anna Adler", "21", True)
    form["name"], form["extension"], voicemail.checked = "Anna Berg", "27", False
    answer = form.submit(status=303)
    assert answer.location == "/sample/27"
    page = answer.follow()
    assert "Tasks" in page.text[page.text.index('role="status"') :]
    assert page.forms[1]["name"].value == "Anna Berg"
    assert not page.forms[1].fields["voicemail"][1].checked
    assert "data-flash" not in page.test_app.get("/sample/27").text


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_is_kept(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["name"], form["extension"], form["language"] = "Anna Berg", "22", "en"
    page = form.submit(status=422)
    kept = page.forms[1]
    assert (kept["name"].value, kept["extension"].value, kept["language"].value) == ("Anna Berg", "22", "en")
    assert "Bert Braun" in error_at(page.text, "extension")
    assert error_at(page.text, "name") == ""
    assert re.search(r'id="f-extension"[^>]*aria-describedby="f-extension-help f-extension-error"', page.text)
    assert re.search(r'id="f-extension"[^>]*aria-invalid="true"', page.text)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "  ", "This is needed"),
        ("ring", "soon", "must be a number"),
        ("ring", "٣", "must be a number"),
        ("ring", "1e999", "must be a number"),
        ("ring", "1_0", "must be a number"),
    ],
)
def test_what_no_daemon_needs_to_see_is_said_at_once(framed: Web, field: str, typed: str, sentence: str) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form[field] = typed
    page = form.submit(status=422)
    assert sentence in error_at(page.text, field)
    assert page.forms[1][field].value == typed.strip()


def test_a_choice_that_was_never_offered_is_refused(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["language"].force_value("xx")
    assert "Choose one" in error_at(form.submit(status=422).text, "language")


def test_a_password_is_never_shown_again(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["pin"], form["extension"] = "7391", "22"
    page = form.submit(status=422)
    assert "7391" not in page.text


def error_at(text: str, name: str) -> str:
    found = re.search(rf'id="f-{name}-error">(.*?)</p>', text, re.DOTALL)
    return html.unescape(re.sub("<[^>]*>", "", found[1])) if found else ""


def test_two_admins_who_change_the_same_are_told(framed: Web) -> None:
    one, other = (log_in(framed).get("/sample/21").forms[1] for _ in range(2))
    one["name"] = "Anna One"
    one.submit(status=303)
    other["name"] = "Anna Other"
    page = other.submit(status=409)
    assert "Saved now: Anna One" in html.unescape(page.text)
    again = page.forms[1]
    assert again["name"].value == "Anna Other"
    again.submit(status=303)
    assert framed.do("user list")[0]["name"] == "Anna Other"


def test_whatever_comes_from_outside_is_text(framed: Web) -> None:
    framed.do("user set", person="21", name='"><img src=x onerror=alert(1)>')
    page = log_in(framed).get("/sample/21")
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert page.forms[1]["name"].value == '"><img src=x onerror=alert(1)>'


# --- forgery --------------------------------------------------------------------------------------------------------


def test_a_form_without_our_token_changes_nothing(framed: Web) -> None:
    admin = log_in(framed)
    mine = admin.get("/sample/21").forms[1]["csrf"].value
    theirs = log_in(framed, "22").get("/sample/21").forms[1]["csrf"].value
    visitors = framed.visitor.get("/nowhere", status=404).forms[0]["csrf"].value
    for token in ("", "x", theirs, visitors, mine[:-1] + ("0" if mine[-1] != "0" else "1"), mine.split(".")[1]):
        admin.post("/sample/21", {"name": "Forged", "csrf": token}, status=403)
    assert framed.do("user list")[0]["name"] == "Anna Adler"
    admin.post("/sample/21", {"name": "Mine", "csrf": mine}, status=303)


def test_a_get_changes_nothing(framed: Web) -> None:
    log_in(framed).get("/sample/21?name=Forged&csrf=x")
    log_in(framed).get("/language?language=de", status=405)
    assert framed.do("user list")[0]["name"] == "Anna Adler"


def test_a_form_of_a_session_that_ended_is_kept_and_sent_again(framed: Web) -> None:
    admin = log_in(framed)
    form = admin.get("/sample/21").forms[1]
    form["name"], form["pin"] = "Anna Later", "7391"
    ask(framed.socket, "session close", {}, session=admin.cookies["session-80"].strip('"'))
    page = form.submit(status=403, headers={"Origin": "http://localhost"})
    assert "not logged in any more" in page.text
    assert 'value="Anna Later"' in page.text
    assert "7391" not in page.text
    admin.set_cookie("session-80", framed.do("session open", name=ADMIN, password=PASSWORD)["token"])
    again = next(each for each in page.forms.values() if "name" in each.fields)
    page = again.submit(status=403, headers={"Origin": "http://localhost"})
    again = next(each for each in page.forms.values() if "name" in each.fields)
    again.submit(status=303, headers={"Origin": "http://localhost"})
    assert framed.do("user list")[0]["name"] == "Anna Later"


def test_a_form_that_may_be_forged_is_not_offered_again(framed: Web) -> None:
    page = log_in(framed).post("/sample/21", {"name": "Forged"}, status=403)
    assert "Forged" not in page.text
    page = log_in(framed).post("/sample/21", {"name": "Forged"}, status=403, headers={"Origin": "http://evil.example"})
    assert "Forged" not in page.text


def test_nobody_is_sent_elsewhere(framed: Web) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "evil", ""):
        app = framed.visitor
        token = app.get("/nowhere", status=404).forms[0]["csrf"].value
        assert app.post("/language", {"csrf": token, "language": "de", "back": back}).location == "/"


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_comes_with_its_content_and_may_be_large_only_where_files_are_sent(framed: Web) -> None:
    admin = log_in(framed)
    token = admin.get("/sample/21").forms[1]["csrf"].value
    sent = [("file", "../../etc/passwd", bytes(300_000))]
    assert admin.post("/sample/file/send", {"csrf": token}, upload_files=sent).text.endswith(" 300000")
    assert "at most 64 kB" in admin.post("/sample/21", {"csrf": token}, upload_files=sent, status=413).text
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


def test_a_visitor_reads_his_browsers_language_and_may_choose_another(framed: Web) -> None:
    app = framed.visitor
    page = app.get("/nowhere", status=404, headers={"Accept-Language": "de-AT,en;q=0.5"})
    assert 'lang="de"' in page.text
    assert "Diese Seite gibt es nicht." in page.text
    answer = page.forms[0].submit("language", value="en", status=303)
    assert answer.status_code == 303
    page = app.get("/nowhere", status=404, headers={"Accept-Language": "de"})
    assert "There is no such page." in page.text
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
    assert "There is no such page" in page.text
    assert "Log out" in page.text


def test_what_the_daemon_refuses_is_a_page_with_its_sentence(framed: Web) -> None:
    admin = log_in(framed)
    token = admin.get("/sample/21").forms[1]["csrf"].value
    assert admin.post("/sample/99", {"csrf": token, "name": "X"}, expect_errors=True).status_code in (404, 422, 500)


def test_our_own_mistake_shows_nothing_of_the_code(framed: Web, caplog: pytest.LogCaptureFixture) -> None:
    page = log_in(framed).get("/sample/broken/page", status=500)
    assert "our mistake" in page.text
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
