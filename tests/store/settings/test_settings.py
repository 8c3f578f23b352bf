"""The settings file: written whole or not at all, read strictly, and nobody's edits lost."""

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.store.models import Contact, Group, Number, Office, Person, Phone, Trunk
from pbx.store.settings.settings import Settings, SettingsError, read_office, with_items

ANNA, BERT = Person("21", "Anna"), Person("22", "Bert Müller", language="en", ring_seconds=10.0)
PHONE = Phone("kx7m2", "21", "secret", "desk")
SALES = Group("30", "Sales", ("22", "21"), "in-order")
TRUNK = Trunk("provider", user="4930123", domain="sip.example.org", password="pw")
NUMBER = Number("+4930123450", "provider", ("30", "21"))
ALL = (ANNA, BERT, PHONE, SALES, TRUNK, NUMBER, Contact("Meier", "+4989123", "21"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def read_or_line(path: Path) -> Office | None:
    """The office, or None when the file was refused with its line; any other exception is the test's failure."""
    try:
        return read_office(path)
    except SettingsError as error:
        if "line" not in str(error):
            raise
        return None


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_missing_file_is_an_empty_office_and_is_not_written(path: Path) -> None:
    assert Settings(path).office == Office()
    assert not path.exists()


def test_what_was_put_is_there_after_reopening_in_the_same_order(path: Path) -> None:
    office = Settings(path).put(*ALL)
    again = Settings(path).office
    assert again == office
    assert list(again.people) == ["21", "22"]
    assert again.groups["30"].members == ("22", "21")


def test_the_file_is_readable_by_its_owner_only(path: Path) -> None:
    Settings(path).put(ANNA)
    assert path.stat().st_mode & 0o777 == 0o600


def test_put_replaces_what_has_the_same_key(path: Path) -> None:
    opened = Settings(path)
    opened.put(ANNA, BERT)
    opened.put(dataclasses.replace(ANNA, name="Anna Ode"))
    assert [person.name for person in Settings(path).office.people.values()] == ["Anna Ode", "Bert Müller"]


def test_a_snapshot_taken_before_a_change_stays_as_it_was(path: Path) -> None:
    opened = Settings(path)
    before = opened.put(ANNA)
    opened.put(BERT)
    assert list(before.people) == ["21"]


def test_the_office_s_own_values_are_kept(path: Path) -> None:
    office = Office(country="AT", area_code="1", language="en", domain="pbx.example", dial_pause=2.0)
    Settings(path).save(office)
    assert Settings(path).office == office


def test_removing_what_somebody_needs_is_refused_and_changes_nothing(path: Path) -> None:
    opened = Settings(path)
    opened.put(*ALL)
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=r"refers to extension 22, which nobody has"):
        opened.remove(BERT)
    assert path.read_bytes() == before
    assert "22" in opened.office.people


def test_several_changes_are_one_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Settings(path)
    replaced: list[object] = []
    real = os.replace

    def replace(source: str, target: Path) -> None:
        replaced.append(target)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    opened.put(*ALL)
    assert replaced == [path]
    opened.save(opened.office)
    assert replaced == [path], "saving what is set already writes nothing"


@pytest.mark.parametrize("act", ["fsync", "replace", "fchmod"])
def test_a_full_disk_leaves_file_and_snapshot_as_they_were(
    path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    opened = Settings(path)
    office = opened.put(ANNA)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, act, full)
        with pytest.raises(SettingsError, match="No space left"):
            opened.put(BERT)
    assert path.read_bytes() == before
    assert opened.office is office
    assert os.listdir(path.parent) == ["settings.json"]
    opened.put(BERT)
    assert list(Settings(path).office.people) == ["21", "22"]


def test_the_content_is_on_the_disk_before_the_name_and_the_name_before_the_answer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        order.append("sync " + ("directory" if os.path.isdir(f"/proc/self/fd/{handle}") else "file"))
        sync(handle)

    def renamed(source: str, target: Path) -> None:
        order.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    Settings(path).put(ANNA)
    assert order == ["sync file", "rename", "sync directory"]


def test_what_a_killed_write_left_is_swept_away(path: Path) -> None:
    left = path.with_name(".settings.json.abc.new")
    left.write_text("{")
    Settings(path)
    assert not left.exists()


def test_an_edit_by_another_program_is_not_overwritten(path: Path) -> None:
    opened = Settings(path)
    opened.put(ANNA)
    path.write_text(path.read_text().replace("Anna", "Annabel"))
    with pytest.raises(SettingsError, match="Another program has changed"):
        opened.put(BERT)
    assert Settings(path).office.people["21"].name == "Annabel"


WRONG = [
    ('"Anna"', "5", "“name” must be text in quotes"),
    ('"Anna"', '"An\\u0000na"', "no control characters"),
    ('"Anna"', '""', "“name” must have 1 to 80 characters"),
    ('"extension": "21"', '"extension": "٢١"', "two to four digits"),
    ('"voicemail": true', '"voicemail": 1', "true or false"),
    ('"voicemail": true', '"voice_mail": true', "“voice_mail” is not a known field"),
    ('"ring_seconds": 25.0', '"ring_seconds": NaN', "finite number"),
    ('"ring_seconds": 25.0', '"ring_seconds": -1', "between 1 and 600"),
    ('"ring_seconds": 25.0', '"ring_seconds": true', "must be a number"),
    ('"strategy": "in-order"', '"strategy": "random"', "must be one of these: all, in-order, longest-idle"),
    ('"members": [', '"members": ["99",', "refers to extension 99, which nobody has"),
    ('"trunk": "provider"', '"trunk": "other"', "refers to line “other”, which does not exist"),
    ('"domain": "sip.example.org"', '"domain": "sip example"', "provider's domain"),
    ('"greeting": ""', '"greeting": "../../etc/passwd"', "without a path"),
    ('"e164": "+4930123450"', '"e164": "030 12345"', "international number"),
    ('"pin": ""', '"pin": "1234"', "not by hand"),
    ('"version": 2,\n   "understood_from": 2', '"version": 3,\n   "understood_from": 3', "newer version"),
    ('"people": {', '"peple": {', "not a known table"),
]


@pytest.mark.parametrize(("part", "wrong", "sentence"), WRONG)
def test_a_wrong_value_is_named_with_its_line_and_the_file_kept(
    path: Path, part: str, wrong: str, sentence: str
) -> None:
    Settings(path).put(*ALL)
    text = path.read_text()
    path.write_text(text.replace(part, wrong, 1))
    with pytest.raises(SettingsError) as caught:
        Settings(path)
    assert f"line {line_of(text, part)}: " in str(caught.value)
    assert sentence in str(caught.value)
    assert path.read_text() == text.replace(part, wrong, 1)


def test_a_key_that_is_there_twice_is_named_with_the_second_one_s_line(path: Path) -> None:
    Settings(path).put(*ALL)
    text = path.read_text()
    second = line_of(text, '"extension": "22"')
    path.write_text(text.replace('"extension": "22"', '"extension": "21"', 1))
    with pytest.raises(SettingsError, match=rf"line {second}: extension “21” appears twice"):
        Settings(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1: this is not JSON: the file is empty"),
        (b'{"people": {\n"1": {"name": "x",}}}', "line 2: this is not JSON"),
        (b'{\n"people": "\xff"}', "line 2: this is not UTF-8"),
        (b"[]", "line 1: the file must contain one object"),
        (b'{"people": {"1": 5}}', "entry 1: must be an object"),
        (b'{"people": {"1": {"extension": "21"}}}', "needs “name”"),
        (b'{"people": {},\n\n "people": {}}', "line 3: “people” appears twice"),
        (b'{"people": {"\xd9\xa1": {}}}', "must be a number"),
        (b'{"office": {"1": {}, "2": {}}}', "appears twice"),
        (b'{"office": {"1": {"people": {}}}}', "a table of its own"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"office": {"1": {"dial_pause": ' + b"9" * 5000 + b"}}}", "finite number"),
    ],
)
def test_what_is_no_settings_file_is_refused_with_a_sentence(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        Settings(path)
    assert sentence in str(caught.value)
    assert path.read_bytes() == content


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["people", "phones", "groups", "trunks", "numbers", "contacts", "office"]), JSON, st.data())
def test_only_a_settings_error_ever_comes_out(path: Path, table: str, value: object, data: st.DataObject) -> None:
    good = json.loads(json.dumps(GOOD))
    document = next(iter(good[table].values()))
    document[data.draw(st.sampled_from(sorted(document)))] = value
    path.write_text(json.dumps(good))
    office = read_or_line(path)
    if office is not None:
        path.unlink()
        assert Settings(path).save(office) == office


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_an_office_or_a_settings_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read_or_line(path) in (None, Office())


def _good() -> dict[str, dict[str, dict[str, object]]]:
    office = with_items(Office(), *ALL)
    tables = {name: getattr(office, name) for name in ("people", "phones", "groups", "trunks", "numbers", "contacts")}
    good = {
        name: {str(i): dataclasses.asdict(item) for i, item in enumerate(items.values(), 1)}
        for name, items in tables.items()
    }
    return good | {"office": {"1": {"country": "DE", "area_code": "30", "domain": "", "dial_pause": 1.5}}}


GOOD = _good()
