"""`durchwahl change` and `durchwahl backup` without an exchange, as a person gives them."""

from pathlib import Path

import pytest

from pbx.cli.command import main
from tests.administration.beside import quick_backups
from tests.commands import Run

__all__ = ["quick_backups"]


@pytest.fixture
def password(tmp_path: Path, quick_backups: None) -> str:
    """A file with one."""
    (tmp_path / "password").write_text("Regen in Hamburg\n")
    return str(tmp_path / "password")


def said(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["--data", str(data), *words]) == 0
    return capsys.readouterr().out


def test_changes_are_listed_and_undone(office: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office("user", "set", "21", "--ring", "40")
    text = said(data, capsys, "change", "list", "--limit", "1")
    assert "The command line" in text
    assert "Anna (21): Ringing time 25 s → 40 s" in text
    number = text.split()[0]
    assert "Undone: Anna (21): Ringing time" in said(data, capsys, "change", "undo", number)
    assert "(undone)" in said(data, capsys, "change", "list")
    assert office("user", "list")[0]["ring"] == 25.0


def test_what_cannot_be_undone_says_why(office: Run, refused: Run) -> None:
    listed = office("change", "list")
    assert "prevents this" in refused("change", "undo", str(listed[-1]["id"]), code=1)
    assert "no change 999" in refused("change", "undo", "999")


def test_a_backup_goes_out_and_into_another_box(
    office: Run, data: Path, tmp_path: Path, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "x.durchwahl-backup", tmp_path / "other"
    made = office("backup", "make", str(file), "--password-file", password)
    assert file.stat().st_size == made["size"]
    assert file.stat().st_mode & 0o077 == 0
    assert made["name"] in said(data, capsys, "backup", "list")
    assert "No backups yet" in said(other, capsys, "backup", "list")
    look = ["backup", "restore", str(file), "--password-file", password]
    assert "2 people" in said(other, capsys, *look, "--dry")
    assert "Anna" not in said(other, capsys, "user", "list")
    assert "Restored." in said(other, capsys, *look)
    assert "Anna" in said(other, capsys, "user", "list")
    assert "before the last restore" in said(other, capsys, "backup", "list")
    assert "Everything is back" in said(other, capsys, "backup", "back")
    assert "Anna" not in said(other, capsys, "user", "list")
    said(data, capsys, "backup", "remove", made["name"])
    assert "No backups yet" in said(data, capsys, "backup", "list")


def test_another_file_or_password_is_refused(office: Run, refused: Run, tmp_path: Path, password: str) -> None:
    other = tmp_path / "holiday.zip"
    other.write_bytes(b"PK\x03\x04")
    assert "not a Durchwahl backup" in refused("backup", "restore", str(other), "--password-file", password)
    assert "no backup with this name" in refused("backup", "restore", "x", "--password-file", password)
    name = office("backup", "make", "--password-file", password)["name"]
    Path(password).write_text("Regen in Husum")
    assert "not the backup's password" in refused("backup", "restore", name, "--password-file", password)
    Path(password).write_text("kurz")
    assert "at least 10" in refused("backup", "make", "--password-file", password)
