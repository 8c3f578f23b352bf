"""Contacts with an extension behind the number."""

import pytest

from tests.commands import Run


@pytest.mark.parametrize("typed", ["+49 89 123456;21", "089 123456#21", "089/123456,21", "tel:+4989123456;ext=21"])
def test_a_contact_s_extension_is_behind_his_number(done: Run, typed: str) -> None:
    contact = done("contact", "add", "Meier", typed)
    assert contact == {"name": "Meier", "number": "+4989123456", "extension": "21"}
    assert done("contact", "list") == [contact]
    assert done("contact", "remove", "Meier") == contact


@pytest.mark.parametrize(
    "words", [["Meier", "12"], ["Meier", "abc;21"], ["Meier", ";21"], ["Meier", "089123456;x"], ["", "089123456"]]
)
def test_a_contact_that_cannot_be_is_refused(refused: Run, words: list[str]) -> None:
    refused("contact", "add", *words)


def test_a_contact_is_there_once(done: Run, refused: Run) -> None:
    done("contact", "add", "Meier", "089123456")
    assert "already" in refused("contact", "add", "Meier", "089123457")
    assert "no contact" in refused("contact", "remove", "Maier")
