"""Numbers as people read them."""

from __future__ import annotations

import pytest

from pbx.phone_number import printed


@pytest.mark.parametrize(
    ("number", "shown"), [("+4930123456", "+49 30 123456"), ("+4915112345678", "+49 1511 2345678")]
)
def test_numbers_are_written_for_reading(number: str, shown: str) -> None:
    assert printed(number) == shown


@pytest.mark.parametrize("strange", ["", "anonymous", "+", "+0", "+x", "21", "115", "<b>"])
def test_what_is_no_number_of_the_world_stays_as_it_is(strange: str) -> None:
    assert printed(strange) == strange
