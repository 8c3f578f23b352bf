"""The part of the backup page that is about every night."""

from pathlib import Path
from typing import Any

import pytest

from pbx.administration.backup import nightly
from tests.administration.beside import quick_backups
from tests.webui.forms import form_to
from tests.webui.office import Web

__all__ = ["quick_backups"]

PASSWORD = "Regen in Hamburg"


@pytest.fixture
def stick(web: Web, quick_backups: None, tmp_path: Path) -> Path:
    """A disk that is plugged into a box with files of the kernel of its own."""
    root = tmp_path / "root"
    point = root / "media/stick"
    point.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(
        f"24 1 8:1 / / rw - ext4 /d rw\n25 24 8:2 / {point} rw - vfat /dev/s rw\n"
    )
    web.desk.host.root = root
    return point


def text(page: Any) -> str:
    return " ".join(page.html.select_one("#night").get_text(" ").split())


def given(web: Web, stick: Path) -> Any:
    form = web.admin.get("/backup").forms["nightly"]
    form["folder"], form["password"] = str(stick), PASSWORD
    return form.submit()


def test_a_stick_is_chosen_and_the_first_one_is_made_at_once(web: Web, stick: Path) -> None:
    page = web.admin.get("/backup")
    assert "every night, after 2 am" in text(page)
    assert [value for value, _, _ in page.forms["nightly"]["folder"].options] == ["", str(stick)]
    page = given(web, stick).follow()
    assert "None yet." in text(page)
    assert page.forms["nightly"]["folder"].value == str(stick)
    assert page.forms["nightly"]["password"].value == ""
    assert form_to(page, "/backup/nightly/now").submit().status_int == 303
    web.desk.backup_work.wait()
    [backup] = stick.iterdir()
    page = web.admin.get("/backup")
    assert backup.name in text(page)
    assert web.desk.office.backup_key not in page.text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(web: Web, stick: Path) -> None:
    form = web.admin.get("/backup").forms["nightly"]
    form["folder"], form["below"], form["password"] = str(stick), "nowhere", PASSWORD
    page = form.submit(status=422)
    assert "does not exist" in page.html.select_one("#f-folder-error").get_text()
    assert page.forms["nightly"]["below"].value == "nowhere"
    form["below"], form["password"] = "../..", PASSWORD
    assert "Choose a USB stick" in form.submit(status=422).html.select_one("#f-folder-error").get_text()
    form["below"], form["password"] = "", ""
    assert "choose a password" in form.submit(status=422).html.select_one("#f-password-error").get_text()


def test_a_folder_on_the_stick_is_shown_as_it_was_chosen(web: Web, stick: Path) -> None:
    (stick / "office/backups").mkdir(parents=True)
    form = web.admin.get("/backup").forms["nightly"]
    form["folder"], form["below"], form["password"] = str(stick), "office/backups", PASSWORD
    form.submit()
    assert web.desk.office.backup_folder == str(stick / "office/backups")
    form = web.admin.get("/backup").forms["nightly"]
    assert (form["folder"].value, form["below"].value) == (str(stick), "office/backups")


def test_a_stick_that_is_gone_is_said_in_words(web: Web, stick: Path) -> None:
    given(web, stick)
    (web.desk.host.root / "proc/self/mountinfo").write_text("24 1 8:1 / / rw - ext4 /d rw\n")
    page = form_to(web.admin.get("/backup"), "/backup/nightly/now").submit().follow()
    assert "nothing is mounted at" in text(page)
    assert "tries again every hour" in text(page)
    assert page.forms["nightly"]["folder"].value == str(stick), "it is still the one that was chosen"
    assert "nothing is mounted at" in web.admin.get("/doctor").text


def test_two_admins_do_not_overwrite_each_other(web: Web, stick: Path) -> None:
    form = web.admin.get("/backup").forms["nightly"]
    given(web, stick)
    form["folder"], form["password"] = "", PASSWORD
    form.submit(status=409)
    assert web.desk.office.backup_folder == str(stick)


def test_the_box_s_own_disk_is_warned_of(web: Web, stick: Path, tmp_path: Path) -> None:
    web.do("nightly set", folder=str(tmp_path), password=PASSWORD)
    assert "If the box breaks" in text(web.admin.get("/backup"))
    assert nightly.check(web.desk).state == "warn"


def test_what_cannot_take_backups_is_no_choice_and_the_page_says_why(web: Web, stick: Path) -> None:
    place = web.desk.host.root / "mnt/tiny"
    with (web.desk.host.root / "proc/self/mountinfo").open("a") as file:
        file.write(f"26 24 0:25 / {place} ro,nosuid - tmpfs none ro,size=4k\n")
    page = web.admin.get("/backup")
    assert [value for value, _, _ in page.forms["nightly"]["folder"].options] == ["", str(stick)]
    assert f"{place} cannot be used for backups: It is the box's memory" in text(page)
