"""Passwords that the box must be able to read are sealed by its key, in a process that ends at once."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.doctor import health
from pbx.administration.office.trunk_words import explained
from pbx.control.protocol import Refused
from pbx.programs import seal
from pbx.store.models import Trunk
from pbx.store.secret_forms import is_sealed
from pbx.store.secrets import vault
from pbx.store.secrets.box_secret import FILE, box_secret
from pbx.store.secrets.vault import NotSealed, Vault

PROCESS = vault.answered
"""As it is outside of tests."""
QUESTION = {"secret": "A" * 43 + "=", "seal": [], "open": []}


def test_a_process_seals_and_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "answered", PROCESS)
    keys = Vault(tmp_path)
    sealed = keys.sealed(["geheim", "another", "geheim"])
    assert sealed.keys() == {"geheim", "another"}
    assert all(map(is_sealed, sealed.values()))
    assert Vault(tmp_path).opened(sealed.values()) == {text: clear for clear, text in sealed.items()}


def test_the_exchange_itself_never_loads_what_the_process_needs() -> None:
    """Measured: 7 MB, which would stay."""
    program = "import pbx.daemon.daemon, sys; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@given(st.text(max_size=256), st.text(max_size=256))
def test_any_text_comes_back_and_the_same_is_sealed_the_same(one: str, other: str) -> None:
    answer = seal.work(QUESTION | {"seal": [one, other, one]})["sealed"]
    assert all(map(is_sealed, answer))
    assert (answer[0] == answer[1], answer[0]) == (one == other, answer[2])
    assert seal.work(QUESTION | {"open": answer})["opened"] == [one, other, one]


def test_short_passwords_are_equally_long_when_they_are_sealed() -> None:
    answer = seal.work(QUESTION | {"seal": ["", "a", "p" * 31, "ä" * 15]})["sealed"]
    assert len({len(text) for text in answer}) == 1


@pytest.mark.parametrize(
    "change", [lambda t: t[:-4] + "AAAA", lambda t: t + "AAAA", lambda t: "sealed$1$AAAA", str.lower]
)
def test_what_was_changed_is_not_opened(change: Any) -> None:
    [text] = seal.work(QUESTION | {"seal": ["geheim"]})["sealed"]
    assert seal.work(QUESTION | {"open": [change(text), text]})["opened"] == [None, "geheim"]


def test_the_key_is_made_once_for_its_owner_alone_and_half_a_one_is_none(tmp_path: Path) -> None:
    secret = box_secret(tmp_path)
    assert len(secret) == 32
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert box_secret(tmp_path) == secret
    (tmp_path / FILE).write_bytes(secret[:31])
    assert box_secret(tmp_path) not in (secret, secret[:31])


def test_a_key_that_cannot_be_used_is_said_in_words_and_the_secret_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(NotSealed, match="key for passwords cannot be used"):
        Vault(tmp_path).sealed(["geheim"])
    (tmp_path / FILE).rmdir()
    monkeypatch.setattr(vault, "answered", PROCESS)
    monkeypatch.setattr(vault, "PROGRAM", "no.such.program")
    with pytest.raises(NotSealed, match="cannot be used") as failed:
        Vault(tmp_path).sealed(["geheim"])
    monkeypatch.setattr(vault, "PATIENCE", 0.0)
    with pytest.raises(NotSealed, match="TimeoutExpired") as late:
        Vault(tmp_path).sealed(["geheim"])
    assert "geheim" not in repr((failed.value, failed.value.__cause__, late.value, late.value.__cause__)) + caplog.text


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    desk = open_desk(tmp_path)
    perform(desk, "user add", {"name": "Anna", "extension": "21"})
    perform(desk, "phone add", {"extension": "21"})
    perform(desk, "trunk add", {"name": "amt", "register": "493012345@sip.example.org", "password": "geheim"})
    yield desk
    desk.close()


def test_a_trunk_is_opened_before_it_is_used_and_then_without_a_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk = desk.office.trunks["amt"]
    with pytest.raises(ValueError, match="with the box's key"):
        desk.folder.vault.in_use(trunk)
    desk.folder.vault.prepare(desk.office)
    monkeypatch.setattr(vault, "answered", lambda question: pytest.fail("not again"))
    desk.folder.vault.prepare(desk.office)
    assert desk.folder.vault.in_use(trunk) == "geheim"
    assert desk.folder.vault.in_use(Trunk("typed", password="by hand")) == "by hand"
    assert "geheim" not in repr(desk) + repr(desk.folder.vault)


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "another box's"])
def test_without_its_key_the_box_says_so_and_phones_register_all_the_same(
    desk: Desk, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {each["name"]: each for each in health.examine(desk)}
    assert "passwords" not in answer
    [phone] = desk.office.phones.values()
    before = phone.h_a1("durchwahl", "SHA-256"), phone.h_a1("durchwahl", "MD5")
    desk.close()
    if lost:
        (desk.data / FILE).unlink()
    else:
        (desk.data / FILE).write_bytes(b"x" * 32)
    again = open_desk(desk.data)
    [phone] = again.office.phones.values()
    assert (phone.h_a1("durchwahl", "SHA-256"), phone.h_a1("durchwahl", "MD5")) == before
    checks = [each for each in health.examine(again) if each["name"] == "passwords"]
    assert [each["state"] for each in checks] == ["fail", "warn"]
    assert "can no longer read the passwords of these lines: amt" in checks[0]["sentence"]
    assert "The phones of Anna work as before" in checks[1]["sentence"]
    again.folder.vault.prepare(again.office)
    with pytest.raises(ValueError, match="with the box's key") as why:
        again.folder.vault.in_use(again.office.trunks["amt"])
    assert "enter the password again" in explained(again.office.trunks["amt"], "failed", str(why.value))
    with pytest.raises(Refused, match="please create a new one"):
        perform(again, "phone ticket", {"username": phone.username})
    perform(again, "trunk set", {"trunk": "amt", "password": "geheim"})
    perform(again, "phone renew", {"username": phone.username})
    assert not [each for each in health.examine(again) if each["name"] == "passwords"]
    again.close()


def test_nothing_that_is_asked_of_the_box_shows_what_is_kept(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    verbs = ("phone list", "trunk list", "change list", "office show", "user list", "status", "doctor", "nightly show")
    answer = json.dumps([perform(desk, verb, {}) for verb in verbs]) + caplog.text
    [phone] = desk.office.phones.values()
    for secret in ("geheim", "sealed$", "digest$", desk.folder.vault.password_of(phone) or "?"):
        assert secret not in answer
