"""Two who change the same: the version of a thing, and who changed it meanwhile."""

from __future__ import annotations

import dataclasses

import pytest

from pbx.administration.desk.versions import check_seen, version
from pbx.control.protocol import Refused
from pbx.store.models import Account, Person, Trunk
from tests.administration.logins import ADMIN, Logins


def test_a_version_changes_with_what_it_is_of_and_is_the_same_after_a_restart() -> None:
    anna = Person("21", "Anna")
    assert version(anna) == version(Person("21", "Anna"))
    assert version(anna) != version(dataclasses.replace(anna, name="Ann"))
    assert version({"b": 1, "a": [2]}) == version({"a": [2], "b": 1})
    assert len(version(anna)) == 12


@pytest.mark.parametrize("item", [Account("chef", "scrypt$1"), Trunk("t", password="one")])
def test_a_version_does_not_help_to_guess_a_password(item: Account | Trunk) -> None:
    assert version(item) == version(dataclasses.replace(item, password="another"))


def test_who_did_not_look_before_is_not_told_of_others(logins: Logins) -> None:
    check_seen(logins.desk, Person("21", "Anna"), None)


def test_the_one_who_comes_second_is_told_who_was_first(logins: Logins) -> None:
    session = logins.log_in(ADMIN)
    (seen,) = [each["version"] for each in logins.do("user list") if each["extension"] == "21"]
    logins.do("user set", session, person="21", name="Anna B.")
    with pytest.raises(Refused, match=ADMIN) as caught:
        logins.do("user set", person="21", name="Anna C.", seen=seen)
    assert caught.value.code == 3
    assert logins.desk.office.people["21"].name == "Anna B."
