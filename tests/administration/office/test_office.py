"""The office as a whole."""

import pytest

from tests.commands import Run


def test_the_office_s_settings_are_shown_and_changed(done: Run) -> None:
    words = [
        "--country",
        "at",
        "--area-code",
        "01",
        "--language",
        "en",
        "--domain",
        "pbx.example",
        "--number",
        "+43123456",
    ]
    shown = done("office", "set", *words, "--dial-pause", "2", "--digit-silence", "3", "--media-timeout", "30")
    assert done("office", "show") == shown
    assert (shown["country"], shown["area_code"], shown["language"]) == ("AT", "1", "en")
    assert (shown["dial_pause"], shown["digit_silence"], shown["media_timeout"]) == (2.0, 3.0, 30.0)
    assert done("office", "set", "--number", "", "--domain", "")["number"] == ""


def test_the_digit_for_an_outside_line_is_one_that_no_extension_begins_with(done: Run, refused: Run) -> None:
    assert done("office", "show")["access_digit"] == ""
    assert done("office", "set", "--access-digit", "0")["access_digit"] == "0"
    assert done("office", "set", "--name", "Kanzlei")["access_digit"] == "0"
    assert done("office", "set", "--access-digit", "off")["access_digit"] == ""
    done("user", "add", "Anna", "--extension", "21")
    done("group", "add", "Sales", "--extension", "910", "--members", "21")
    assert "910" in refused("office", "set", "--access-digit", "9")
    assert "21" in refused("office", "set", "--access-digit", "2")
    done("office", "set", "--access-digit", "8")
    assert "outside line" in refused("user", "add", "Bert", "--extension", "81")
    assert "outside line" in refused("user", "set", "21", "--extension", "8112")
    assert done("office", "set", "--country", "AT")["access_digit"] == "8"


@pytest.mark.parametrize(
    "words",
    [
        ["--country", "XX"],
        ["--country", ""],
        ["--area-code", "3o"],
        ["--area-code", "\u0663\u0660"],
        ["--domain", "a b"],
        ["--domain", "<script>"],
        ["--number", "12"],
        ["--access-digit", "10"],
        ["--access-digit", "*"],
        ["--access-digit", "٩"],
        ["--access-digit", "+"],
        ["--language", "fr"],
        ["--dial-pause", "-1"],
        ["--dial-pause", "nan"],
        ["--dial-pause", "1e9"],
        ["--digit-silence", "0"],
        ["--media-timeout", "0"],
    ],
)
def test_wrong_settings_of_the_office_are_refused(done: Run, refused: Run, words: list[str]) -> None:
    done("office", "set", "--country", "DE")
    refused("office", "set", *words)


def test_status_says_what_there_is_when_nothing_runs(office: Run) -> None:
    status = office("status")
    assert (status["running"], status["people"], status["numbers"], status["trunks"]) == (False, 2, 1, {})
