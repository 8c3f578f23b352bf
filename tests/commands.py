"""Commands given as a person gives them: those that must work, and those that must be refused and change nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbx.cli.command import main
from pbx.prompts import speech
from tests.store.sound import write_sound

Run = Callable[..., Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "office"


@pytest.fixture
def done(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a command that must work; its JSON."""

    def run(*words: str) -> Any:
        code = main(["--data", str(data), "--json", *words])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return json.loads(out)

    return run


@pytest.fixture
def refused(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a command that must be refused with one sentence and change nothing; the sentence."""

    def run(*words: str, code: int = 2) -> str:
        before = contents(data)
        assert main(["--data", str(data), *words]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert len(err.split()) >= 4
        assert "Traceback" not in err
        assert contents(data) == before
        return err.strip()

    return run


@pytest.fixture
def office(done: Run) -> Run:
    """Anna 21, Bert 22, Sales 30, a trunk, a number."""
    done("user", "add", "Anna", "--extension", "21")
    done("user", "add", "Bert", "--extension", "22")
    done("group", "add", "Sales", "--extension", "30", "--members", "22,21")
    done("trunk", "add", "provider", "--peer", "127.0.0.1:5090")
    done("number", "add", "+4930123450", "--trunk", "provider", "--to", "30")
    return done


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A speech engine that needs no program: a second of silence, and what it was told to say."""
    said: list[tuple[str, str]] = []

    def say(text: str, language: str, path: Path, engine: str = "") -> None:
        said.append((text, language))
        write_sound(path, 1.0)

    monkeypatch.setattr(speech, "say", say)
    return said


def contents(data: Path) -> dict[str, bytes]:
    """What the settings are and which recordings there are."""
    if not data.exists():
        return {}
    kept = [*data.glob("settings.json"), *data.glob("greetings/*"), *data.glob("mailboxes/*/*")]
    return {str(path): path.read_bytes() for path in kept}
