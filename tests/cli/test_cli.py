"""The command line itself: its words, its exit codes, its data folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pbx.cli.arguments import parse
from pbx.cli.command import data_folder, main
from tests.commands import Run, data, done, office, refused

__all__ = ["data", "done", "office", "refused"]


def test_data_and_json_may_stand_before_or_behind_the_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "Anna", "--json", "--data", str(data)]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "Anna"
    assert main(["user", "--data", str(data), "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_without_json_people_can_read_it(office: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "user", "list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[:2] == ["extension", "name"]
    assert out[1].split()[:2] == ["21", "Anna"]
    assert main(["--data", str(data), "calls"]) == 0
    assert capsys.readouterr().out == "No calls yet.\n"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["bogus"],
        ["user"],
        ["user", "add"],
        ["user", "add", "A", "B"],
        ["user", "add", "A", "--ring", "x"],
        ["user", "add", "A", "--ring", "0"],
        ["user", "add", "A", "--ring", "1000"],
        ["user", "add", "A", "--voicemail", "--no-voicemail"],
        ["user", "add", "A", "--ext", "21"],
        ["calls", "--last", "0"],
        ["calls", "--last", "-3"],
        ["calls", "--last", "\uff19"],
        ["calls", "--last", "99999999"],
        ["--data", "", "user", "list"],
        ["run", "--sip", "nonsense"],
        ["run", "--sip", "127.0.0.1:0"],
        ["run", "--rtp", "20-10"],
        ["run", "--rtp", "10000-10001"],
        ["run", "--rtp", "10000-99999"],
        ["demo", "--calls", "0"],
    ],
)
def test_what_is_no_command_is_answered_with_one_sentence(refused: Run, words: list[str]) -> None:
    refused(*words)


def test_help_is_there_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    nouns = ["user", "phone", "group", "trunk", "number", "contact", "voicemail", "office"]
    for words in (
        [],
        ["run"],
        ["demo"],
        ["call"],
        ["doctor"],
        *([noun, *verb] for noun in nouns for verb in ([], ["list"])),
    ):
        if words == ["office", "list"]:
            continue
        with pytest.raises(SystemExit) as caught:
            main([*words, "--help"])
        assert caught.value.code == 0
        assert "usage: durchwahl" in capsys.readouterr().out


def test_run_and_demo_get_their_options() -> None:
    run = parse(["run", "--sip", "[::1]:5070", "--rtp", "20000-20099", "--web", "8080", "--data", "x"])
    assert (run.sip, run.rtp, run.web, run.data) == (("::1", 5070), (20000, 20099), ("0.0.0.0", 8080), Path("x"))
    assert (parse(["run"]).sip, parse(["run"]).web) == (("::", 5060), None)
    assert (parse(["demo", "--calls", "3"]).calls, parse(["demo"]).calls, parse(["demo"]).data) == (3, None, None)


def test_a_wrong_settings_file_is_named_with_its_line_and_kept(office: Run, data: Path, refused: Run) -> None:
    path = data / "settings.json"
    text = path.read_text().replace('"name": "Bert"', '"name": 7')
    path.write_text(text)
    line = text[: text.index('"name": 7')].count("\n") + 1
    for words in (["user", "list"], ["user", "add", "Carl"], ["status"]):
        assert f"settings.json, line {line}: people, entry 2: “name” must be text" in refused(*words)
    assert path.read_text() == text


def test_the_doctor_says_what_is_wrong_with_the_settings(
    office: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "settings.json").write_text("{")
    assert main(["--data", str(data), "--json", "doctor"]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert checks["settings"]["state"] == "fail"
    assert "line 1" in checks["settings"]["sentence"]
    assert checks["settings"]["advice"]
    assert checks["disk"]["state"] in ("ok", "warn", "fail")


def test_the_data_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DURCHWAHL_DATA", raising=False)
    assert data_folder(Path("given")) == Path("given")
    assert data_folder(None) in (Path("data"), Path("/var/lib/durchwahl"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "settings.json").write_text("{}")
    assert data_folder(None) == Path("data")
    monkeypatch.setenv("DURCHWAHL_DATA", "/elsewhere")
    assert data_folder(None) == Path("/elsewhere")


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["--data", str(tmp_path / "file"), "user", "list"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_the_program_itself_speaks_and_ends_with_the_exit_code(data: Path) -> None:
    durchwahl = [sys.executable, "-m", "pbx", "--data", str(data)]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    good = subprocess.run([*durchwahl, "user", "add", "Zoë"], capture_output=True, env=environment, check=False)
    assert (good.returncode, good.stderr) == (0, b"")
    bad = subprocess.run([*durchwahl, "user", "add", "A\udcff"], capture_output=True, env=environment, check=False)
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert bad.stderr.count(b"\n") == 1
    piped = subprocess.Popen(
        [*durchwahl, "user", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert piped.stdout is not None
    assert piped.stderr is not None
    piped.stdout.close()
    assert piped.stderr.read() == b""
    piped.stderr.close()
    piped.wait()
