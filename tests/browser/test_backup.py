"""A backup made, carried off, brought back in pieces and restored, by somebody in front of a browser."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.conftest import Visit
from tests.browser.office import ADMIN, Office
from tests.browser.pressing import missed
from tests.browser.test_every_page import AXE, violations

PASSWORD = "Regen in Hamburg"


def test_a_backup_is_carried_off_brought_back_and_restored(empty_office: Office, visit: Visit, tmp_path: Path) -> None:
    office = empty_office
    office.furnish()
    # Larger than a form may be at once for the script, so that it goes in pieces.
    (office.data / "greetings" / "person-21-00ff00ff.wav").write_bytes(os.urandom(9_000_000))
    admin = visit(office)
    admin.context.add_init_script(path=AXE)
    page = admin.log_in(*ADMIN).page
    page.goto("/backup")
    page.fill("#make input[name=password]", PASSWORD)
    page.fill("#make input[name=again]", PASSWORD)
    page.click("#make button")
    admin.see("The backup is ready")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download").first.click()
    file = tmp_path / "mine.durchwahl-backup"
    coming.value.save_as(file)
    assert file.stat().st_size > 9_000_000

    office.ask("user set", person="23", name="Clara Somebody")
    page.set_input_files("#bring input[type=file]", file)
    page.click("#bring button")
    page.wait_for_url("**/backup/uploaded-*")
    page.fill("#open input[name=password]", "Regen in Husum")
    page.click("#open button")
    admin.see("This is not the backup's password")
    page.fill("#open input[name=password]", PASSWORD)
    page.click("#open button")
    admin.see("Contents")
    admin.see("Nobody is on the phone at the moment")
    assert violations(page) == []
    assert missed(page) == []
    assert office.ask("user show", person="23")["name"] == "Clara Somebody"
    page.get_by_role("button", name="Restore now").click()
    admin.see("This page comes back by itself")
    page.wait_for_url(lambda url: "/login" in url, timeout=30_000)
    assert office.ask("user show", person="23")["name"] == "Clara Vogel"
    again = admin.log_in(*ADMIN)
    page.goto("/backup")
    again.see("Data from before the restore")
    assert violations(page) == []
    assert missed(page) == []
