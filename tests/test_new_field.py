"""A new field of a noun is one line in `pbx.store.models` and its translation: nothing else need know of it."""

import argparse
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from pbx.administration.commands import COMMANDS, perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.office import people
from pbx.cli.arguments.field_options import field_options
from pbx.control.protocol import Refused
from pbx.sentence import english
from pbx.store.fields import described, descriptions
from pbx.store.kinds import Choice, Seconds
from pbx.store.models import Office, Person
from pbx.store.settings.rules import faults
from pbx.store.settings.settings_file import OFFICE, TABLES
from webui.described import fields_of


@dataclass(frozen=True, slots=True)
class Patient(Person):
    """A person with one field more: this line is all there is of it."""

    patience: float = described("Patience", Seconds(2, 9), "How long they wait.", default=5.0)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An office whose people are patients."""
    monkeypatch.setitem(TABLES, "people", (Patient, "extension"))
    monkeypatch.setattr(people, "Person", Patient)
    for verb in ("user add", "user set"):
        monkeypatch.setitem(COMMANDS, verb, dataclasses.replace(COMMANDS[verb], of=Patient))
    found = open_desk(tmp_path / "data")
    yield found
    found.close()


def test_a_form_asks_for_it() -> None:
    [field] = fields_of(Patient, "patience")
    assert (field.kind, field.label, field.help, field.unit) == ("number", "Patience", "How long they wait.", "seconds")
    assert field in fields_of(Patient)


def test_an_option_sets_it(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    field_options(parser, Patient)
    assert parser.parse_args(["--patience", "7.5"]).patience == 7.5
    parser.print_help()
    assert "patience (2 to 9) — how long they wait" in " ".join(capsys.readouterr().out.split())


def test_a_command_takes_it_and_shows_it(desk: Desk) -> None:
    assert perform(desk, "user add", {"name": "Anna", "extension": "21", "patience": 7})["patience"] == 7.0
    assert perform(desk, "user set", {"person": "21", "patience": 8.0})["patience"] == 8.0
    assert [each["patience"] for each in perform(desk, "user list", {})] == [8.0]


def test_a_change_of_it_is_told(desk: Desk) -> None:
    perform(desk, "user add", {"name": "Anna", "extension": "21"})
    perform(desk, "user set", {"person": "21", "patience": 8.0})
    [newest] = perform(desk, "change list", {"limit": 1})
    assert english(newest["words"][0]) == "Anna (21): Patience 5 s → 8 s"


@pytest.mark.parametrize(
    ("value", "words", "beside"),
    [
        (1.0, "Patience: must be between 2 and 9 seconds.", "Must be between 2 and 9 seconds."),
        ("long", "patience must be a number.", "Must be a number."),
    ],
)
def test_what_it_may_not_be_is_refused_at_its_field(desk: Desk, value: Any, words: str, beside: str) -> None:
    perform(desk, "user add", {"name": "Anna", "extension": "21"})
    with pytest.raises(Refused) as refused:
        perform(desk, "user set", {"person": "21", "patience": value})
    assert (str(refused.value), refused.value.field, refused.value.code) == (words, "patience", 2)
    assert english(refused.value.said) == beside


def test_the_rules_know_it() -> None:
    office = Office(people={"21": Patient("21", "Anna", patience=1.0)})
    assert [(each.field, each.sentence) for each in faults(office)] == [
        ("patience", "Must be between 2 and 9 seconds.")
    ]


def test_an_argument_nobody_described_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="“user add” has no argument “courage”"):
        perform(desk, "user add", {"name": "Anna", "courage": 7})


# --- what is described ----------------------------------------------------------------------------------------------

NOUNS = [(table, noun) for table, (noun, _) in TABLES.items()] + [(OFFICE, Office)]


@pytest.mark.parametrize(("table", "noun"), NOUNS, ids=lambda each: str(each))
def test_every_field_is_described(table: str, noun: type[Any]) -> None:
    fields = {each.name for each in dataclasses.fields(noun)} - {"unknown_fields", *TABLES}
    assert fields == descriptions(noun).keys() - {"unknown_fields"}


@pytest.mark.parametrize(("table", "noun"), NOUNS, ids=lambda each: str(each))
def test_a_choice_has_a_label_for_each_of_its_values(table: str, noun: type[Any]) -> None:
    hints = get_type_hints(noun)
    for name, each in descriptions(noun).items():
        is_choice = get_origin(hints[name]) is Literal
        assert is_choice == isinstance(each.kind, Choice), name
        if isinstance(each.kind, Choice):
            assert set(get_args(hints[name])) == set(each.kind.labels), name


@pytest.mark.parametrize(("table", "noun"), NOUNS, ids=lambda each: str(each))
def test_no_two_fields_are_one_argument(table: str, noun: type[Any]) -> None:
    names = [each.argument for each in descriptions(noun).values()]
    assert len(set(names)) == len(names)
