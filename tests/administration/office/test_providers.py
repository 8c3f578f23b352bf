"""Trunks made from a provider's letter; where a trunk may not lead; and what its state means in words."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.rights import Actor
from pbx.administration.office import providers, trunks
from pbx.administration.office.trunk_words import explained
from pbx.box import forbidden
from pbx.control.protocol import Refused
from pbx.daemon.wiring import Exchange
from pbx.sip.transport.hop import Hop, Target
from pbx.store.models import Trunk
from pbx.store.rows import CallDirection
from pbx.store.settings.rules import faults
from tests.live import Lines

ADMIN = Actor("boss", "admin")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "office")
    perform(desk, "office set", {"country": "DE", "area_code": "30"})
    yield desk
    desk.close()


def as_admin(desk: Desk, verb: str, **arguments: Any) -> Any:
    """The command as an admin gives it over the page."""
    acts: dict[str, Callable[..., Any]] = {"add": trunks.add, "set": trunks.change}
    return acts[verb](desk.by(ADMIN, f"trunk {verb}"), **arguments)


# --- providers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key, each in providers.PROVIDERS.items() if each.lacks is None])
def test_every_provider_makes_a_trunk_that_the_settings_accept(desk: Desk, key: str) -> None:
    provider = providers.PROVIDERS[key]
    made = trunks.add(
        desk,
        provider=key,
        account=provider.example or "user1",
        server="proxy.example",
        password="secret",
        auth_user="me@example" if provider.login else None,
    )
    assert made["provider"] == key
    assert made["name"]
    assert not list(faults(desk.office))
    trunk = desk.office.trunks[made["name"]]
    assert "{" not in trunk.domain + trunk.proxy
    assert made["account"] == trunk.user
    assert made["server"] == ("proxy.example" if provider.server else "")
    if provider.example:
        assert trunk.user == provider.example


@pytest.mark.parametrize(
    ("key", "typed", "user"),
    [
        ("1und1", "030 123456", "4930123456"),
        ("1und1", "4930123456", "4930123456"),
        ("telekom-sip-trunk", "030/123450", "+4930123450"),
        ("netcologne", "0221 123456", "221123456"),
        ("sipgate-trunk", " 1234567t0 ", "1234567t0"),
        ("sipgate-trunk", "sip:1234567t0@sipconnect.sipgate.de", "1234567t0"),
        ("telekom-companyflex", "+49199296000000123456", "+49199296000000123456"),
    ],
)
def test_an_account_is_spelt_as_the_provider_wants_it(desk: Desk, key: str, typed: str, user: str) -> None:
    made = trunks.add(desk, provider=key, account=typed, password="secret", server="proxy.example")
    assert made["account"] == user


def test_a_second_trunk_at_a_provider_has_another_name(desk: Desk) -> None:
    first = trunks.add(desk, provider="easybell", account="493012345", password="x")
    second = trunks.add(desk, provider="easybell", account="493012346", password="x")
    assert (first["name"], second["name"]) == ("easybell", "easybell 2")


@pytest.mark.parametrize(
    ("provider", "server", "name"),
    [
        ("easybell", "", "easybell"),
        ("sipgate", "", "sipgate"),
        ("box", "192.0.2.1", "FRITZ-Box"),
        ("vodafone", "0211.sip.arcor.de", "Vodafone"),
        ("other", "sip.example.com", "sip.example.com"),
        ("other", " sip.example.com:5070 ", "sip.example.com"),
        ("other", "192.0.2.7", "192.0.2.7"),
        ("other", "[2001:db8::7]:5060", "2001-db8-7"),
        ("other", "a-registrar-with-a-name-that-is.too-long.example.com", "a-registrar-with-a-name-that-is.too"),
    ],
)
def test_a_trunk_is_called_as_its_provider_or_as_the_server_in_its_letter(
    desk: Desk, provider: str, server: str, name: str
) -> None:
    made = trunks.add(desk, provider=provider, account="493012345", password="x", server=server)
    assert made["name"] == name


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"provider": "nobody", "account": "a", "password": "x"}, "provider"),
        ({"provider": "swisscom", "account": "a", "password": "x"}, "provider"),
        ({"provider": "easybell", "password": "x"}, "account"),
        ({"provider": "easybell", "account": "a"}, "password"),
        ({"provider": "box", "account": "a", "password": "x"}, "server"),
        ({"provider": "telekom", "account": "030123456", "password": "x"}, "auth_user"),
        ({"provider": "box", "account": "a", "password": "x", "server": "a b"}, "domain"),
    ],
)
def test_what_is_missing_is_said_at_its_field(desk: Desk, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        trunks.add(desk, **given)
    assert refused.value.field == field
    assert not desk.office.trunks


def test_the_office_s_country_comes_first_then_what_is_everywhere(desk: Desk) -> None:
    perform(desk, "office set", {"country": "GB"})
    shown = perform(desk, "provider list", {})
    countries = [each["country"] for each in shown]
    assert countries[0] == "GB"
    assert countries == sorted(countries, key=lambda country: ({"GB": 0, "": 1}.get(country, 2), country))
    assert [each["key"] for each in shown if not each["country"]] == ["box", "other"]
    assert "trunk" not in json.dumps([each["notes"] for each in shown]), "a word of the trade"


def test_a_change_keeps_the_password_but_never_takes_it_to_another_server(desk: Desk) -> None:
    trunks.add(desk, provider="box", account="office", password="secret", server="fritz.box")
    changed = trunks.change(desk, "FRITZ-Box", account="office2")
    assert changed["account"] == "office2"
    assert desk.folder.vault.password_of(desk.office.trunks["FRITZ-Box"]) == "secret"
    with pytest.raises(Refused) as refused:
        trunks.change(desk, "FRITZ-Box", server="elsewhere.example")
    assert refused.value.field == "password"
    trunks.change(desk, "FRITZ-Box", server="192.168.1.1", password="other")
    assert desk.office.trunks["FRITZ-Box"].domain == "192.168.1.1"


def test_two_admins_are_told(desk: Desk) -> None:
    made = trunks.add(desk, provider="easybell", account="493012345", password="x")
    trunks.change(desk, "easybell", account="493012346", seen=made["version"])
    with pytest.raises(Refused) as refused:
        trunks.change(desk, "easybell", account="493012347", seen=made["version"])
    assert refused.value.code == 3


# --- where a trunk may lead ----------------------------------------------------------------------------------------

INSIDE = [
    "127.0.0.1", "127.8.8.8:5090", "[::1]", "[::1]:5060", "0.0.0.0", "[::]", "169.254.1.1", "[fe80::1]",
    "[::ffff:127.0.0.1]", "224.0.1.75", "255.255.255.255", "localhost", "localhost.", "LOCALHOST:5060", "a.localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("field", ["server", "proxy", "peer"])
def test_an_admin_cannot_lead_a_trunk_back_into_the_box(desk: Desk, host: str, field: str) -> None:
    account = {"provider": "other", "account": "a", "password": "x", "server": "provider.example"}
    given: dict[str, Any] = {"name": "p", "peer": host} if field == "peer" else account | {field: host}
    with pytest.raises(Refused) as refused:
        as_admin(desk, "add", **given)
    assert refused.value.field == field
    assert not desk.office.trunks
    trunks.add(desk, **given)  # root owns the machine


def test_an_address_of_this_machine_is_the_box_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forbidden, "_is_own", lambda address: str(address) == "192.0.2.7")
    with pytest.raises(Refused):
        as_admin(desk, "add", name="p", peer="192.0.2.7:5060")
    as_admin(desk, "add", name="p", peer="192.0.2.8")


def test_a_box_in_one_s_own_network_may_be_a_trunk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forbidden, "_is_own", lambda address: False)
    for index, host in enumerate(["192.168.178.1", "10.0.0.138", "[fd00::1]", "fritz.box"]):
        as_admin(desk, "add", name=f"t{index}", provider="box", account="office", password="x", server=host)


def test_a_change_is_judged_like_a_new_trunk(desk: Desk) -> None:
    as_admin(desk, "add", provider="box", account="office", password="x", server="fritz.box")
    with pytest.raises(Refused):
        as_admin(desk, "set", trunk="FRITZ-Box", server="127.0.0.1", password="x")
    with pytest.raises(Refused):
        as_admin(desk, "set", trunk="FRITZ-Box", proxy="[::1]")


def test_an_exchange_on_loopback_is_in_a_world_of_its_own(desk: Desk) -> None:
    desk.live = Lines(sip=["udp 127.0.0.5:5060", "tcp 127.0.0.5:5060", "tls [::1]:5061"])
    as_admin(desk, "add", name="p", peer="127.0.0.9:5090")
    with pytest.raises(Refused):
        as_admin(desk, "add", name="q", peer="169.254.1.1")
    desk.live = Lines(sip=["udp 0.0.0.0:5060"])
    with pytest.raises(Refused):
        as_admin(desk, "add", name="q", peer="127.0.0.10")


# --- states --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "detail", "words"),
    [
        ("registered", "", "is connected"),
        ("failed", "user name or password is not accepted (403 Forbidden)", "rejects the user name or the password"),
        ("failed", "403 Forbidden", "rejects the user name or the password"),
        ("failed", "sip.example.org cannot be found", "cannot be found"),
        ("failed", "404 Not Found", "does not know this user name"),
        ("failed", "the certificate is not accepted: self-signed certificate", "could not prove"),
        ("failed", "the certificate is not accepted: unable to get local issuer certificate", "could not prove"),
        ("failed", "the certificate is not accepted: certificate has expired", "has expired"),
        ("failed", "the certificate is not accepted: certificate is not yet valid", "clock is wrong"),
        (
            "failed",
            "the certificate is not accepted: Hostname mismatch, certificate is not valid for 'x'.",
            "certificate for another name",
        ),
        ("failed", "TLS failed: wrong version number", "encrypted connection to the provider"),
        ("failed", "TLS failed: sslv3 alert handshake failure", "encrypted connection to the provider"),
        ("failed", "user name or password is not accepted", "rejects the user name or the password"),
        ("failed", "407 certificate wanted", "rejects the user name or the password"),
        ("failed", "503 certificate of the database expired", "itself has a problem"),
        ("failed", "503 TLS worker died, no answer", "itself has a problem"),
        ("failed", "480 not accepted", "itself has a problem"),
        ("failed", "404 password is not accepted", "does not know this user name"),
        ("failed", "408 Request Timeout", "does not answer"),
        ("failed", "Connection refused", "does not answer"),
        ("failed", "486 the certificate is not accepted", "The provider says: 486"),
        ("unknown", "no answer to OPTIONS", "does not report its state"),
        ("unknown", "not asked yet", "does not report its state"),
        ("unknown", "pbx.example cannot be found", "server cannot be found"),
        ("unknown", "the certificate is not accepted: self-signed certificate", "could not prove"),
        ("failed", "no answer", "does not answer"),
        ("failed", "503 Service Unavailable", "itself has a problem (503 Service Unavailable)"),
        ("failed", "something new", "something new"),
        ("trying", "", "connecting"),
        ("stopped", "", "not running"),
    ],
)
def test_a_trunk_s_state_is_explained(state: str, detail: str, words: str) -> None:
    assert words in explained(Trunk("line", user="u", domain="d.example", password="x"), state, detail)


@pytest.mark.parametrize(
    ("state", "seen", "words"),
    [
        ("registered", [], "line is connected, but no call has come in or gone out yet."),
        ("registered", ["in"], "line is connected: calls come in, but none has gone out yet."),
        ("registered", ["out"], "line is connected: calls go out, but none has come in yet."),
        ("registered", ["in", "out"], "line is connected: calls come in and go out."),
        ("reachable", [], "line answers, but no call has come in or gone out yet."),
        ("reachable", ["out"], "line answers: calls go out, but none has come in yet."),
    ],
)
def test_of_a_direction_only_what_was_seen_is_said(state: str, seen: list[CallDirection], words: str) -> None:
    assert explained(Trunk("line", peer="192.0.2.1"), state, "", seen) == words


def test_the_exchange_sifts_what_a_trunk_s_name_leads_to() -> None:
    """An address that root wrote is taken as it is; a name's addresses are not."""
    found: list[list[str]] = []

    async def resolve(target: Target) -> tuple[Hop, ...]:
        return tuple(Hop("udp", host, 5060) for host in ("127.0.0.1", "198.51.100.7"))

    box: Any = SimpleNamespace(
        resolver=SimpleNamespace(resolve=resolve),
        transports=SimpleNamespace(listening=[("udp", ("0.0.0.0", 5060))]),
        trunks=SimpleNamespace(resolved=lambda name, hops: found.append([hop.host for hop in hops])),
        run_once=lambda: None,
    )
    for host in ("provider.example", "127.0.0.1"):
        asyncio.run(Exchange._find(box, "line", Target(host)))
    assert found == [["198.51.100.7"], ["127.0.0.1", "198.51.100.7"]]
