"""Root gives commands to somebody else's folder: they run with the owner's rights, and root follows no links in it."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.desk.desk import open_desk
from pbx.cli import command, without_exchange
from pbx.cli.command import main
from pbx.control.protocol import Refused, question, read_answer
from pbx.store.disk import stand_in
from pbx.store.disk.lock import Lock
from tests.commands import Run, done

__all__ = ["done"]

NOBODY = 65534


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The exchange's folder, where its user gets to."""
    if os.getuid():
        pytest.skip("only root may give a folder away")
    python = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    if not python.exists():
        pytest.skip("Debian's Python is another one, and this one may lie where only root gets to")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (Path(__file__).parents[2], *site.getsitepackages()))))
    folder = Path(tempfile.mkdtemp(prefix="durchwahl-"))
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def owners(folder: Path) -> set[tuple[int, int]]:
    found = [path.lstat() for path in folder.rglob("*")]
    return {(each.st_uid, each.st_gid) for each in found}


def test_what_root_makes_while_no_exchange_runs_belongs_to_the_exchange(done: Run, data: Path) -> None:
    done("user", "add", "Anna", "--extension", "21")
    assert [each["name"] for each in done("user", "list")] == ["Anna"]
    assert (data / "settings.json").is_file()
    assert (data / "lock").is_file()
    assert owners(data) == {(NOBODY, NOBODY)}


Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Give a command; its exit code, and what it prints."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["--data", str(data), *words])
        return code, "".join(capsys.readouterr()).strip()

    return run


def test_what_is_refused_is_refused_in_the_same_words(done: Run, say: Say, data: Path) -> None:
    done("user", "add", "Anna", "--extension", "21")
    assert say("user", "add", "Bert", "--extension", "21") == (2, "Extension 21 belongs to Anna. 100 is free.")
    (data / "settings.json").write_text("{")
    code, text = say("user", "list")
    assert (code, text.startswith(f"{data}/settings.json")) == (2, True)
    code, text = say("--json", "doctor")
    checks = {each["name"]: each["state"] for each in json.loads(text)}
    assert (code, checks["settings"]) == (1, "fail")


def test_a_folder_in_use_is_told_of_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_exchange, "open_desk", partial(open_desk, patience=0.0))
    lock = Lock(tmp_path)
    (answer,) = without_exchange.answers(tmp_path, [question("user list", {})])
    lock.close()
    with pytest.raises(Refused, match=r"is in use by another Durchwahl") as caught:
        read_answer(answer)
    assert caught.value.code == 1


def test_a_link_in_the_folder_leads_roots_rights_nowhere(done: Run, say: Say, data: Path, tmp_path: Path) -> None:
    (data / "lock").symlink_to(tmp_path / "made")
    assert say("office", "show") == (1, f"{data}/lock: Too many levels of symbolic links")
    assert not (tmp_path / "made").exists()
    (data / "lock").unlink()
    (tmp_path / "words").write_text("some long password\n")
    done("office", "set", "--name", "Muster")
    (data / "backups").symlink_to(tmp_path)
    code, printed = say("backup", "make", "--password-file", str(tmp_path / "words"))
    assert code == 1
    assert "Permission denied" in printed  # Python 3.13 meets the link later than 3.11, and tells it in other words
    assert [path.name for path in tmp_path.iterdir()] == ["words"]


def test_several_commands_in_a_row_are_done_by_one_process(done: Run, say: Say, data: Path, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("some long password\n")
    done("office", "set", "--name", "Muster")
    made = done("backup", "make", str(tmp_path / "copy"), "--password-file", str(tmp_path / "words"))
    assert (tmp_path / "copy").stat().st_size == made["size"]
    assert (tmp_path / "copy").stat().st_uid == 0
    done("user", "add", "Anna", "--extension", "21")
    code, text = say("backup", "restore", made["name"], "--password-file", str(tmp_path / "words"))
    assert (code, "Restored." in text) == (0, True)
    assert done("user", "list") == []
    assert owners(data) == {(NOBODY, NOBODY)}


def test_an_exchange_that_root_starts_by_hand_is_the_folder_s_owner(data: Path) -> None:
    script = (
        "import os, sys; from pbx.cli import command; "
        "command._program = lambda *_: print(os.getresuid(), os.getresgid(), os.getgroups()) or 0; "
        f"sys.exit(command.main(['run', '--data', '{data}']))"
    )
    done = subprocess.run((sys.executable, "-P", "-c", script), capture_output=True, text=True, timeout=30)
    assert done.stdout == f"{(NOBODY,) * 3} {(NOBODY,) * 3} []\n", done.stderr


def test_an_exchange_in_wrong_hands_names_no_file_that_root_copies_or_removes(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root's")
    secret.chmod(0o600)

    def asked(*_: Any) -> Any:
        return {"path": str(secret)}

    monkeypatch.setattr(command, "ask", asked)
    assert say("privacy", "export", "+4930123450", str(tmp_path / "copy")) == (1, f"{secret}: Permission denied")
    assert secret.read_text() == "root's"
    assert not (tmp_path / "copy").exists()


def test_root_makes_no_file_by_looking_for_a_stand_in(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_in, "PLACES", (data,))
    planted = stand_in.place(data)
    planted.mkdir()
    (planted / stand_in.MARK).write_text('{"why": "nothing"}')
    (planted / "lock").symlink_to(tmp_path / "made")
    os.chown(planted, NOBODY, NOBODY)
    assert stand_in.in_use(data) == data
    (planted / "lock").unlink()
    planted.rename(data / "other")
    planted.symlink_to(tmp_path)
    (tmp_path / stand_in.MARK).write_text('{"why": "nothing"}')
    assert stand_in.in_use(data) == data
    assert [path.name for path in tmp_path.iterdir()] == [stand_in.MARK]
