"""The page of updates: a file is brought, installed, watched, and what became of it is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from webtest import Upload

from pbx import VERSION
from tests.administration.made_updates import Root, bundle
from tests.webui.forms import csrf, form_to
from tests.webui.office import Web


@pytest.fixture
def root(web: Web, tmp_path: Path) -> Root:
    """The box's root; the page is that of a box in which updates can be made."""
    web.desk.host.root = tmp_path / "machine"
    assert web.admin
    return Root(web.desk.host.root)


def text(page: Any, where: str = "main") -> str:
    return " ".join(page.html.select_one(where).get_text(" ").split())


def bring(web: Web, version: str = "9.0") -> Any:
    """Upload one as a browser without scripts does; the page then."""
    form = web.admin.get("/update").forms["bring"]
    form["file"] = Upload("new.raucb", bundle(version))
    return form.submit().follow()


def test_on_a_pc_it_says_how_updates_come_there(web: Web, tmp_path: Path) -> None:
    web.desk.host.root = tmp_path
    page = web.admin.get("/update")
    assert f"Version {VERSION} is running" in text(page)
    assert "updates are installed as a package" in text(page)
    assert not page.html.select("main form[action^='/update']")
    token = csrf(page)
    for path in ("install", "forget"):
        assert "as a package" in text(web.admin.post(f"/update/{path}", {"csrf": token}, status=409))


def test_a_file_is_brought_looked_at_installed_or_deleted(web: Web, root: Root) -> None:
    page = bring(web, "2.5")
    assert "Uploaded: version 2.5" in text(page)
    assert "cannot be reached for about two minutes" in text(page)
    assert "returns to this version by itself" in text(page)
    assert "Nobody is on the phone at the moment" in text(page)
    web.live.state["calls"] = 2
    assert "2 calls are in progress" in text(web.admin.get("/update"))
    page = form_to(page, "/update/forget").submit("what").follow()
    assert "Brought" not in text(page)
    assert form_to(bring(web), "/update/install").submit().status_int == 303
    assert (web.desk.data / "update/wanted").is_file()


def test_a_script_brings_it_in_pieces(web: Web, root: Root) -> None:
    content = bundle(size=900_000)
    token, upload, at = csrf(web.admin.get("/update")), "", 0
    for step in (400_000, 300_000, len(content) - 700_000):
        piece, last = content[at : at + step], "1" if at + step == len(content) else "0"
        fields = {"csrf": token, "piece": "1", "upload": upload, "at": str(at), "size": str(len(content)), "last": last}
        answer = web.admin.post("/update/upload", fields, upload_files=[("file", "piece", piece)]).json
        upload, at = answer["upload"], at + step
    assert answer["page"] == "/update"
    assert (web.desk.data / "update/bundle.raucb").read_bytes() == content


def test_another_file_is_refused_at_its_field_and_a_script_is_told_at_once(web: Web, root: Root) -> None:
    form = web.admin.get("/update").forms["bring"]
    form["file"] = Upload("holiday.zip", b"PK\x03\x04")
    assert "not a Durchwahl update" in text(form.submit(status=422), "#f-file-error")
    empty = web.admin.get("/update").forms["bring"].submit(status=422)
    assert "choose an update file first" in text(empty, "#f-file-error")
    fields = {"csrf": csrf(empty), "piece": "1", "upload": "", "at": "0", "last": "0", "size": str(10**10)}
    answer = web.admin.post("/update/upload", fields, upload_files=[("file", "p", b"hsqs")], status=422)
    assert "limit is 1024 MB" in answer.json["error"]
    fields |= {"size": "nonsense", "at": "-1"}
    answer = web.admin.post("/update/upload", fields, upload_files=[("file", "p", b"MZ")], status=422)
    assert "not a Durchwahl update" in answer.json["error"]


def test_while_it_goes_on_every_step_is_shown_and_nothing_else_is_offered(web: Web, root: Root) -> None:
    form_to(bring(web), "/update/install").submit()
    now = time.time()
    for phase, words in (
        ("asked", "Starts in a moment"),
        ("checking", "The box checks the file"),
        ("writing", "The box writes the new version"),
        ("draining", "New calls wait"),
        ("trying", "The box restarts and tries"),
    ):
        if phase != "asked":
            root.tells(phase, now, to="9.0", progress=42)
        page = web.admin.get("/update")
        assert words in text(page, "li[aria-current=step]")
        assert "The update to version 9.0 is being installed" in text(page)
        assert "comes back by itself" in text(page)
        assert not page.html.select("main form[action^='/update']")
        assert page.html.select_one("noscript meta[http-equiv=refresh]")
        assert {part["id"] for part in page.html.select("[data-live~=health]")} == {"version", "bundle"}
        bars = page.html.select("li progress")
        assert [bar["value"] for bar in bars] == (["42"] if phase == "writing" else [])


def test_what_became_of_it_is_told_with_the_reason_until_it_is_read(web: Web, root: Root) -> None:
    form_to(bring(web), "/update/install").submit()
    now = time.time()
    for phase, why, words in (
        ("kept", "", "The update succeeded"),
        ("returned", "not-started", "to version 9.0 was rolled back"),
        ("refused", "downgrade", "The file was rejected: It is older than the running version."),
        ("failed", "install", "failed: The box could not write it to the card."),
    ):
        root.tells(phase, now + 1, to="9.0", why=why)
        page = web.admin.get("/update")
        assert words in text(page, ".notice")
    assert "Install update" in text(page), "it can be tried once more"
    assert [button["value"] for button in page.html.select("button[name=what]")] == ["end", "file"]
    page = form_to(page, "/update/forget").submit("what", value="end").follow()
    assert not page.html.select(".notice")
    assert "Install update" in text(page)
    assert "The result of the last update will appear here" in text(page)


def test_one_that_was_broken_off_says_so(web: Web, root: Root) -> None:
    root.tells("writing", time.time() - 3600)
    assert "It was interrupted" in text(web.admin.get("/update"), ".notice")


def test_it_is_told_in_german(web: Web, root: Root) -> None:
    web.do("account set", account="chef", language="de")
    root.tells("returned", time.time(), to="9.0", said={
        "say": "Lines that no longer work since the update: {names}.", "with": {"names": ["amt"]}
    })  # fmt: skip
    page = web.admin.get("/update")
    assert "Das Update auf Version 9.0 wurde zurückgenommen" in text(page)
    assert "Seit dem Update funktionieren diese Leitungen nicht mehr: amt." in text(page)


def test_the_menu_leads_there_and_the_doctor_too(web: Web, root: Root) -> None:
    root.tells("returned", time.time(), why="unhealthy")
    page = web.admin.get("/doctor")
    assert page.html.select_one("nav a[href='/update']")
    assert page.html.select_one("main a[href='/update']")
    assert "The new version had problems" in text(page) or "the new version was not well" in text(page)


def test_only_admins_may(web: Web, root: Root) -> None:
    bring(web)
    anna = web.user("21")
    assert anna.get("/update", expect_errors=True).status_int == 403
    for path in ("/update/upload", "/update/install", "/update/forget"):
        assert anna.post(path, expect_errors=True).status_int == 403
        assert web.admin.post(path, expect_errors=True).status_int == 403, "no token of the form"
    assert (web.desk.data / "update/bundle.raucb").is_file()
    assert not (web.desk.data / "update/wanted").exists()
