"""The doctor's findings: each a sentence, and what to do when it is not well."""

import dataclasses
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pbx.administration.commands import perform
from pbx.administration.stores import Stores, open_stores
from pbx.prompts import catalogue, speech
from pbx.store.models import CallRecord, Group, Number, Person, Phone, Trunk


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(tmp_path / "office")
    yield opened
    opened.close()


def found(stores: Stores, port: int = 0) -> dict[str, list[dict[str, Any]]]:
    """The doctor's checks by name."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for check in perform(stores, "doctor", {"sip_port": port}):
        checks.setdefault(check["name"], []).append(check)
    return checks


def test_a_good_office_is_well(stores: Stores, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(speech, "installed", lambda: ["pico"])
    monkeypatch.setattr(catalogue, "clip_path", lambda key, language: stores.data / "settings.json")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 50, 50))
    stores.settings.put(
        Person("21", "Anna", pin="scrypt$x"),
        Phone("kx7m2", "21", "pw"),
        Trunk("t", peer="127.0.0.1"),
        Number("+4930123450", "t", ("21",)),
    )
    checks = [check for named in found(stores).values() for check in named]
    assert [check for check in checks if check["state"] != "ok"] == []
    assert all(check["sentence"].endswith(".") and not check["advice"] for check in checks)


def test_what_is_not_well_comes_with_advice(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", list)
    monkeypatch.setattr(catalogue, "clip_path", lambda key, language: Path("/nowhere"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 95, 5))
    stores.settings.put(
        Person("21", "Anna", announcement="gone.wav"), Person("22", "Olga", outbound_only=True), Phone("k", "22", "pw")
    )
    checks = found(stores)
    for name, state in [
        ("disk", "fail"), ("speech", "warn"), ("prompts", "fail"), ("greetings", "fail"), ("trunks", "warn"),
        ("phones", "warn"), ("pins", "warn"),
    ]:  # fmt: skip
        assert checks[name][0]["state"] == state
        assert checks[name][0]["advice"], name


def test_a_disk_that_fills_up_is_told_before_it_is_too_late(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 85, 15))
    assert found(stores)["disk"][0]["state"] == "warn"


def test_a_number_that_rings_no_phone_is_told(stores: Stores) -> None:
    people = [Person("21", "Anna"), Person("22", "Olga", outbound_only=True)]
    trunk, group = Trunk("t", peer="127.0.0.1"), Group("30", "Sales", ("21", "22"))
    stores.settings.put(*people, trunk, group, Phone("k", "22", "pw"))
    assert "no number" in found(stores)["numbers"][0]["sentence"]
    stores.settings.put(Number("+4930123450", "t", ("30",)))
    assert "+4930123450 rings no phone" in found(stores)["numbers"][0]["sentence"]
    stores.settings.put(Phone("m", "21", "pw"))
    assert "numbers" not in found(stores)


def test_a_folder_others_may_read_is_told(stores: Stores) -> None:
    assert found(stores)["rights"][0]["state"] == "ok"
    stores.data.chmod(0o755)
    check = found(stores)["rights"][0]
    assert (check["state"], check["advice"]) == ("warn", f"chmod go= {stores.data}")


@pytest.mark.parametrize("now", [0.0, 1_000.0, 1_800_000_000.0])
def test_a_clock_that_cannot_be_right_is_told(stores: Stores, monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    call = CallRecord("c", "in", "", "", "", "", "missed", 1_900_000_000.0, None, 1_900_000_000.0, "")
    assert found(stores)["clock"][0]["state"] == "ok"
    stores.records.add_call(dataclasses.replace(call))
    monkeypatch.setattr(time, "time", lambda: now)
    assert found(stores)["clock"][0]["state"] == "fail"


def test_a_damaged_records_file_is_told(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores.records, "is_sound", lambda: False)
    assert found(stores)["records"][0]["state"] == "fail"


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_told(stores: Stores, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        check = found(stores, other.getsockname()[1])["port"][0]
    assert check["state"] == "fail"
    assert "in use" in check["sentence"]
    assert check["advice"]
