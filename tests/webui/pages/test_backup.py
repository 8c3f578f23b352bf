"""The page of backups: made, fetched, brought, looked into, restored and gone back from."""

from typing import Any

import pytest
from webtest import Upload

from pbx.administration.desk.backup_work import BackupWork
from pbx.administration.desk.desk import open_desk
from pbx.store.backup import restoring
from tests.administration.beside import quick_backups
from tests.webui.forms import csrf, form_to
from tests.webui.office import Web

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"


@pytest.fixture
def box(web: Web, quick_backups: None) -> Web:
    """A box that can start again: here it only remembers that it was to."""
    web.desk.host.restart = lambda: web.live.asked.append(("restart",))
    assert web.admin
    return web


def text(page: Any, where: str = "main") -> str:
    return " ".join(page.html.select_one(where).get_text(" ").split())


def made(box: Web) -> str:
    """Made by the page; its name."""
    form = box.admin.get("/backup").forms["make"]
    form["password"], form["again"] = PASSWORD, PASSWORD
    assert form.submit().status_int == 303
    box.desk.backup_work.wait()
    name: str = box.do("backup list")["backups"][0]["name"]
    return name


def opened(box: Web, name: str, password: str = PASSWORD) -> Any:
    """The page of a backup that was looked into."""
    form = box.admin.get(f"/backup/{name}").forms["open"]
    form["password"] = password
    assert form.submit().status_int == 303
    while box.desk.backup_work.is_running:
        pass
    return box.admin.get(f"/backup/{name}")


def test_a_backup_is_made_and_downloaded(box: Web) -> None:
    assert "No backups on the box" in box.admin.get("/backup").text
    name = made(box)
    page = box.admin.get("/backup")
    assert "The backup is ready" in text(page, "#making")
    file = page.click(href=f"/backup/{name}/file")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file.body == (box.desk.data / "backups" / name).read_bytes()
    assert file.body.startswith(b"age-encryption.org/v1")


@pytest.mark.parametrize(
    ("password", "again", "field", "sentence"),
    [
        ("kurz", "kurz", "password", "at least 10"),
        (PASSWORD, PASSWORD + "!", "again", "do not match"),
        ("", "", "password", ""),
    ],
)
def test_a_wrong_password_is_said_at_its_field(box: Web, password: str, again: str, field: str, sentence: str) -> None:
    form = box.admin.get("/backup").forms["make"]
    form["password"], form["again"] = password, again
    page = form.submit(status=422)
    assert sentence in text(page, f"#f-{field}-error")
    assert not box.do("backup list")["backups"]


def test_one_sees_what_is_in_it_then_restores_it_and_goes_back(box: Web) -> None:
    name = made(box)
    box.do("user set", person="21", name="Changed")
    page = opened(box, name)
    assert "People 3" in text(page)
    assert "Nobody is on the phone at the moment" in text(page)
    assert "Its admins: chef" in text(page)
    assert box.desk.office.people["21"].name == "Changed"
    waiting = form_to(page, f"/backup/{name}/restore").submit().follow()
    assert "comes back by itself" in text(waiting)
    assert waiting.html.select_one("[data-away]")
    assert box.live.asked[-1] == ("restart",)
    box.desk.close()
    desk = open_desk(box.desk.data)
    assert desk.office.people["21"].name == "Anna Adler"
    desk.close()


def test_what_was_there_before_is_offered(box: Web) -> None:
    name = made(box)
    opened(box, name)
    restoring.begin(box.desk.data, restoring.STAGE)
    restoring.finish(box.desk.data)
    restoring.confirm(box.desk.data)
    page = box.admin.get("/backup")
    assert "Data from before the restore" in text(page)
    assert form_to(page, "/backup/back").submit().headers["Location"].endswith("/backup/restoring")
    assert box.live.asked[-1] == ("restart",)
    (box.desk.data / "restore.json").unlink()
    form_to(page, "/backup/before-restore/remove").submit()
    assert "From before" not in box.admin.get("/backup").text


def test_when_it_runs_again_one_is_told(box: Web) -> None:
    assert "The exchange is running again" in box.admin.get("/backup/restoring").follow().text


def test_a_running_call_is_named_before_it_is_ended(box: Web) -> None:
    box.live.state["calls"] = 2
    assert "2 calls in progress will be cut off" in text(opened(box, made(box)))


def test_another_password_is_said_and_nothing_is_unpacked(box: Web) -> None:
    page = opened(box, made(box), "Regen in Husum")
    assert "not the backup's password" in text(page, "#f-password-error")
    assert not (box.desk.data / restoring.STAGE).exists()


def test_a_backup_is_brought_whole_or_in_pieces(box: Web) -> None:
    name = made(box)
    content = (box.desk.data / "backups" / name).read_bytes()
    form = box.admin.get("/backup").forms["bring"]
    form["file"] = Upload("C:\\evil\\..\\x.durchwahl-backup", content)
    there = form.submit()
    assert there.status_int == 303
    brought = there.headers["Location"].rpartition("/")[2]
    assert brought.startswith("uploaded-")
    assert (box.desk.data / "backups" / brought).read_bytes() == content
    token, upload, half = csrf(box.admin.get("/backup")), "", len(content) // 2
    for at, piece, last in ((0, content[:half], "0"), (half, content[half:], "1")):
        fields = {"csrf": token, "piece": "1", "upload": upload, "at": str(at), "last": last}
        answer = box.admin.post("/backup/upload", fields, upload_files=[("file", "piece", piece)]).json
        upload = answer["upload"]
    last_name = answer["page"].removeprefix("/backup/")
    assert (box.desk.data / "backups" / last_name).read_bytes() == content
    assert "Calls" in text(opened(box, last_name))


def test_another_file_is_refused_at_its_field(box: Web) -> None:
    form = box.admin.get("/backup").forms["bring"]
    form["file"] = Upload("holiday.zip", b"PK\x03\x04")
    assert "not a Durchwahl backup" in text(form.submit(status=422), "#f-file-error")
    empty = box.admin.get("/backup").forms["bring"].submit(status=422)
    assert "choose a backup file first" in text(empty, "#f-file-error")
    token = csrf(box.admin.get("/backup"))
    fields = {"csrf": token, "piece": "1", "upload": "../../x", "at": "0", "last": "0"}
    answer = box.admin.post("/backup/upload", fields, upload_files=[("file", "p", b"x")], status=422)
    assert "interrupted" in answer.json["error"]


def test_a_backup_is_deleted(box: Web) -> None:
    name = made(box)
    form_to(box.admin.get("/backup"), f"/backup/{name}/remove").submit()
    assert not box.do("backup list")["backups"]
    assert box.admin.get(f"/backup/{name}", status=404)


def test_what_is_being_made_is_shown_without_script_too(box: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BackupWork, "is_running", property(lambda self: True))
    box.desk.backup_work.kind, box.desk.backup_work.done, box.desk.backup_work.total = "make", 30, 100
    page = box.admin.get("/backup")
    monkeypatch.undo()
    assert page.html.select_one("#making progress")["value"] == "30"
    assert page.html.select_one("noscript meta[http-equiv=refresh]")


def test_it_is_told_in_german(box: Web) -> None:
    box.do("account set", account="chef", language="de")
    page = opened(box, made(box))
    assert "Die jetzigen Daten werden ersetzt" in text(page)
    assert "Admins sind dann: chef" in text(page)


def test_only_admins_may(box: Web) -> None:
    name = made(box)
    anna = box.user("21")
    for path in ("/backup", f"/backup/{name}", f"/backup/{name}/file"):
        assert anna.get(path, expect_errors=True).status_int == 403
    for path in ("/backup", f"/backup/{name}/remove", "/backup/upload", "/backup/back"):
        assert anna.post(path, expect_errors=True).status_int == 403
        assert box.admin.post(path, expect_errors=True).status_int == 403, "no token of the form"
    assert box.do("backup list")["backups"]
