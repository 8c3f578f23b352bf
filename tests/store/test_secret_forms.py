"""In which forms the settings keep passwords."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.digest import hashed
from pbx.store.models import Office, Person, Phone
from pbx.store.secret_forms import REALM, h_a1, is_kept, is_sealed, kept, sealed_part
from pbx.store.settings.rules import faults

SEALED = "sealed$1$" + "A" * 64


def test_the_realm_stays_what_it_was_in_version_1() -> None:
    """What is kept of the phones' passwords holds for it alone: another one would silence every phone."""
    assert REALM == "durchwahl"


def test_what_is_kept_of_a_phone_s_password_is_h_a1_of_both_algorithms() -> None:
    text = kept("anna", "geheim", SEALED)
    md5 = hashlib.md5(b"anna:durchwahl:geheim", usedforsecurity=False).hexdigest()
    sha = hashlib.sha256(b"anna:durchwahl:geheim").hexdigest()
    assert text == f"digest${md5}${sha}${SEALED}"
    phone = Phone("anna", "21", text)
    assert (phone.h_a1(REALM, "MD5"), phone.h_a1(REALM, "SHA-256")) == (md5, sha)
    assert phone.h_a1("another realm", "MD5") == ""
    assert (sealed_part(text), sealed_part(kept("anna", "geheim", "")), sealed_part("geheim")) == (SEALED, "", "")


@given(st.text(), st.text(), st.sampled_from(["MD5", "SHA-256"]))
def test_it_is_what_the_phone_s_side_makes_of_the_password_itself(name: str, password: str, algorithm: str) -> None:
    assert h_a1(name, REALM, kept(name, password, ""), algorithm) == hashed(algorithm, name, REALM, password)
    if not is_kept(password):
        assert h_a1(name, "any", password, algorithm) == hashed(algorithm, name, "any", password)


@pytest.mark.parametrize(
    "text",
    ["", "digest$", "digest$ab$cd$", SEALED, f"x{kept('a', 'b', SEALED)}", kept("a", "b", SEALED) + "\n",
     kept("a", "b", "sealed$1$"), kept("a", "b", "clear")],
)  # fmt: skip
def test_what_is_not_quite_kept_is_not(text: str) -> None:
    assert not is_kept(text)


@pytest.mark.parametrize(
    "text", ["", "sealed$1$", "sealed$2$" + "A" * 64, SEALED + "\n", f" {SEALED}", "sealed$1$ä" * 9]
)
def test_what_is_not_quite_sealed_is_not(text: str) -> None:
    assert not is_sealed(text)


def test_the_rules_take_both_forms_and_no_long_text() -> None:
    for password, wrong in ((kept("a", "b", SEALED), False), ("p" * 128, False), ("p" * 129, True), ("", True)):
        office = Office(people={"21": Person("21", "Anna")}, phones={"a": Phone("a", "21", password)})
        assert any(fault.field == "password" for fault in faults(office)) == wrong, password
