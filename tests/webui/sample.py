"""A page of the tests' own, with everything that pages are made of."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.webui.office import ADMIN, PASSWORD, Web, browser
from webui import frame
from webui.app import App
from webui.form import Field
from webui.request import Request
from webui.routes import Routes
from webui.views import Views

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


def show(request: Request, person: str, form: Any = None) -> str:
    found = next(each for each in request.ask("user list") if each["extension"] == person)
    shown = (form or request.form(FIELDS)).fill(found)
    return request.page("sample", form=shown, person=found, danger="<script>alert(1)</script>")


@routes.get("/sample/<person>")
def look(request: Request, person: str) -> str:
    return show(request, person)


@routes.post("/sample/<person>", may="admin")
def change(request: Request, person: str) -> Any:
    form = request.form(FIELDS)
    if form.sent("user set", person=person):
        return request.see_other(f"/sample/{form.result['extension']}", request._("Tasks"))
    return show(request, person, form)


@routes.get("/sample/admins/only", may="admin")
def admins(request: Request) -> str:
    return "for admins"


@routes.post("/sample/file/send", uploads=True)
def receive(request: Request) -> str:
    file = request.uploads["file"]
    return f"{file.name} {len(file.content)}"


@routes.get("/sample/broken/page")
def broken(request: Request) -> str:
    raise RuntimeError("a mistake")


@routes.get("/sample/table/csv")
def table(request: Request) -> Any:
    return request.csv([["Name", "Number"], ["=cmd()", "+4930123"], ["Ünal", 7]], "Anrufe ü.csv")


@routes.get("/sample/sound/wav")
def sound(request: Request) -> Any:
    return request.sound(bytes(range(100)))


@pytest.fixture
def framed(web: Web, tmp_path: Path) -> Web:
    """The page with samples in it."""
    (tmp_path / "views").mkdir()
    (tmp_path / "views/sample.tpl").write_text(VIEW)
    web.app.site.views = Views(tmp_path / "views")
    web.app = App(web.app.site, [*frame.routes.all, *routes.all], False)
    return web


def log_in(web: Web, extension: str = "") -> TestApp:
    """A browser of the admin, or of a colleague, for the app with samples."""
    name = f"user-{extension}" if extension else ADMIN
    given = {"extension": extension} if extension else {"role": "admin"}
    if name not in {account["name"] for account in web.do("account list")}:
        web.do("account add", name=name, password=PASSWORD, language="en", **given)
    return browser(web.app, web.do("session open", name=name, password=PASSWORD)["token"])


def error_at(text: str, name: str) -> str:
    found = re.search(rf'id="f-{name}-error">(.*?)</p>', text, re.DOTALL)
    return html.unescape(re.sub("<[^>]*>", "", found[1])) if found else ""
