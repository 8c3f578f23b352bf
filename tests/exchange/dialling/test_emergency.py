"""Emergency numbers before all."""

import pytest

from pbx.exchange.dialling.emergency import emergency_meant, emergency_numbers, is_emergency, is_service
from pbx.exchange.dialling.numbers import Emergency, as_typed
from pbx.store.models import Office


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("DE", {"110", "112"}),
        ("AT", {"112", "122", "133", "144"}),
        ("CH", {"112", "117", "118", "144"}),
        ("FR", {"112", "15", "17", "18"}),
        ("US", {"112", "911"}),
        ("", {"110", "112"}),
        ("XX", {"110", "112"}),
        ("de", {"110", "112"}),
        ("at", {"112", "122", "133", "144"}),
    ],
)
def test_each_country_has_its_emergency_numbers_and_no_setting_disarms_them(country: str, numbers: set[str]) -> None:
    assert emergency_numbers(country) == numbers
    for number in numbers:
        assert is_emergency(number, country)
        assert as_typed(number, Office(country=country)) == Emergency(number)
        assert as_typed(number + "#", Office(country=country, area_code="30")) == Emergency(number)


@pytest.mark.parametrize(
    ("dialled", "country", "meant"),
    [
        ("0112", "DE", "112"),
        ("0110", "DE", "110"),
        ("0112#", "DE", "112"),
        ("+49112", "DE", "112"),
        ("0049110", "DE", "110"),
        ("0144", "AT", ""),  # 01 is Wien: a slowly dialled number in town
        ("+43144", "AT", ""),
        ("0112", "IT", ""),  # 011 is Torino
        ("0112", "FR", ""),  # 01 is Paris
        ("0911", "US", "911"),
        ("00112", "DE", ""),
        ("1120", "DE", ""),
        ("11", "DE", ""),
        ("+43112", "DE", ""),
        ("*112", "DE", ""),
        ("030112", "DE", ""),
        ("", "DE", ""),
        ("#", "DE", ""),
    ],
)
def test_habits_around_emergency_numbers_count_only_when_unambiguous(dialled: str, country: str, meant: str) -> None:
    assert emergency_meant(dialled, country) == meant


def test_service_numbers_are_known_where_the_pattern_tells_something() -> None:
    assert all(is_service(number, "DE") for number in ("110", "112", "115", "116117", "11833"))
    assert not is_service("200", "DE")
    assert is_service("145", "CH")
    assert not is_service("200", "CH")
    assert is_service("411", "US")
    assert not is_service("2000", "US")
    assert not is_service("٢٢٢", "DE")
