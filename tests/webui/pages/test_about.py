"""About: the licences of this and of all it is made of, for whoever is logged in."""

from __future__ import annotations

from pathlib import Path

from pbx import VERSION
from tests.webui.office import Web
from webui.libraries import libraries


def test_the_page_tells_version_and_licences(web: Web) -> None:
    page = web.user("21").get("/mine").click("About")
    assert VERSION in page
    assert "GPL-3.0-or-later" in page
    rows = {row.td.text: [cell.text for cell in row.select("td")] for row in page.html.select("tbody tr")}
    assert rows["pyVoIP"][2] == "GPL-3.0-only"
    assert rows["bottle"][2] == "MIT"
    assert all(licence.strip("\u2013") for _, _, licence in rows.values())
    assert "pytest" not in rows


def test_strangers_are_not_told_which_versions_run(web: Web) -> None:
    assert "/about" not in web.visitor.get("/login")
    assert web.visitor.get("/about").status_int == 303


def test_without_our_own_metadata_all_that_is_there_counts(tmp_path: Path) -> None:
    """As in the Debian package, whose folder has nothing else."""
    for name in ("one", "two"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
        (tmp_path / f"{name}-1.dist-info/METADATA").write_text(f"Name: {name}\nVersion: 1\nLicense: MIT\n")
    assert [(each.name, each.licence) for each in libraries([str(tmp_path)])] == [("one", "MIT"), ("two", "MIT")]
