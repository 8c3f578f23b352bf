"""Free, taken and impossible extensions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.extensions import BadExtension, check_extension, free_extension, why_not
from pbx.store.models import Group, Office, Person


def office(*extensions: str, groups: tuple[str, ...] = (), country: str = "DE") -> Office:
    return Office(
        country=country,
        people={each: Person(each, f"Person {each}") for each in extensions},
        groups={each: Group(each, f"Group {each}", ()) for each in groups},
    )


def test_the_first_free_extension_of_three_digits() -> None:
    assert free_extension(office()) == "100"
    assert free_extension(office("100", groups=("101",))) == "102"


def test_emergency_and_service_numbers_are_never_given_out() -> None:
    used: list[str] = []
    while len(used) < 40:
        used.append(free_extension(office(*used)))
    assert used[9:14] == ["109", "111", "113", "114", "116"]


def test_a_free_extension_neither_hides_a_longer_one_nor_is_hidden() -> None:
    assert free_extension(office("1001", "10")) == "111"
    assert free_extension(office("1002")) == "101"


def test_all_extensions_may_be_used_up() -> None:
    full = office(*(str(number) for number in range(10, 100)))
    with pytest.raises(BadExtension):
        free_extension(full)
    with pytest.raises(BadExtension, match="belongs to Person 20"):
        check_extension(full, "20")


def test_a_clash_is_named_with_its_owner_and_a_free_one_offered() -> None:
    with pytest.raises(BadExtension) as caught:
        check_extension(office("21", groups=("100",)), "21")
    assert str(caught.value) == "Extension 21 belongs to Person 21. 101 is free."
    with pytest.raises(BadExtension, match="Group 100"):
        check_extension(office("21", groups=("100",)), "100")


def test_keeping_ones_own_is_no_clash() -> None:
    assert check_extension(office("21"), " 21 ", but_for="21") == "21"
    with pytest.raises(BadExtension, match="belongs to Person 22"):
        check_extension(office("21", "22"), "22", but_for="21")


def test_a_longer_extension_may_be_wanted_on_purpose() -> None:
    assert check_extension(office("21"), "211") == "211"


@pytest.mark.parametrize(
    "wanted",
    ["", "1", "12345", "2a", "+21", "021", "*97", "110", "112", "115", "11", "1120", "1105", "٢١", "2\n1", "-1", "1e2"],
)
def test_what_can_be_no_extension(wanted: str) -> None:
    with pytest.raises(BadExtension, match=r"\.$"):
        check_extension(office(), wanted)


def test_other_countries_have_other_numbers_to_keep_clear_of() -> None:
    assert why_not("110", "US") == ""
    assert "911" in why_not("911", "US")
    assert why_not("999", "GB")
    assert why_not("200", "CH") == ""
    assert why_not("17", "FR")
    assert free_extension(office(country="CH")) == "100"


@given(
    st.lists(st.from_regex("[1-9][0-9]{1,3}", fullmatch=True), max_size=30), st.sampled_from(["DE", "AT", "CH", "US"])
)
def test_what_is_free_may_always_be_had(used: list[str], country: str) -> None:
    here = office(*used, country=country)
    free = free_extension(here)
    assert check_extension(here, free) == free
    assert len(free) == 3
    assert not any(free.startswith(other) or other.startswith(free) for other in used)
