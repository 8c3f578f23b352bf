"""Settings of older versions are understood, those of newer ones left alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pbx.store.models import Person
from pbx.store.settings import settings, settings_file, settings_versions
from pbx.store.settings.settings import Settings, SettingsError
from tests.store.version_two import NEXT, TODAY


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of today's version, in which the switch for voicemail was called “mailbox”, where the next is today's."""
    path = tmp_path / "settings.json"
    Settings(path).put(Person("21", "Anna", voicemail=False), Person("22", "Bert"))
    path.write_text(path.read_text().replace('"voicemail"', '"mailbox"'))

    def renamed(content: settings_versions.Content) -> None:
        for person in content["people"].values():
            person["voicemail"] = person.pop("mailbox")

    for module in (settings, settings_file, settings_versions):
        monkeypatch.setattr(module, "VERSION", NEXT)
    monkeypatch.setattr(settings_versions, "STEPS", {TODAY: renamed})
    return path


def people(path: Path) -> list[dict[str, Any]]:
    """As they are in the file."""
    return list(json.loads(path.read_bytes())["people"].values())


def test_an_older_file_is_read_in_today_s_words_and_left_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    assert Settings(old).office.people["21"] == Person("21", "Anna", voicemail=False)
    assert old.read_bytes() == before


def test_the_first_change_writes_all_of_it_in_today_s_words(old: Path) -> None:
    opened = Settings(old)
    opened.put(Person("23", "Carla"))
    assert all("mailbox" not in person for person in people(old))
    assert json.loads(old.read_bytes())["office"].popitem()[1]["version"] == NEXT
    assert Settings(old).office == opened.office
    opened.put(Person("24", "Dora"))
    assert len(people(old)) == 4


def test_an_office_of_version_1_goes_on_without_a_digit_for_an_outside_line(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    office = {"country": "DE", "area_code": "30", "version": 1, "understood_from": 1}
    path.write_text(json.dumps({"office": {"1": office}}))
    opened = Settings(path)
    assert (opened.office.area_code, opened.office.access_digit) == ("30", "")
    opened.put(Person("21", "Anna"))
    assert Settings(path).office.access_digit == ""
    assert json.loads(settings_versions.aside(path, 1).read_bytes())["office"]["1"] == office


@pytest.mark.parametrize(
    "said",
    ['"version": 3, "understood_from": 3', '"version": 3', '"version": 3, "understood_from": "2"', '"version": "1"',
     '"version": 3, "understood_from": 0', '"version": true', '"version": 0', '"version": null'],
)  # fmt: skip
def test_a_newer_file_that_is_not_understood_is_left_alone_with_a_sentence(old: Path, said: str) -> None:
    said = said.replace("3", str(NEXT + 1)).replace('"2"', f'"{NEXT}"')
    old.write_text(re.sub(rf'"version": {TODAY},\s*"understood_from": {TODAY}', said, old.read_text()))
    before = old.read_bytes()
    with pytest.raises(SettingsError, match="newer version"):
        Settings(old)
    assert old.read_bytes() == before
