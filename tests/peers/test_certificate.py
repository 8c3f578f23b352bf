"""A phone that checks certificates registers by TLS at an address if it trusts the box's authority, and only then."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pbx.daemon.own_certificate import OwnCertificate
from pbx.sip.transport.tls import authority_paths
from tests.peers.exchange import Exchange
from tests.peers.programs import until
from tests.peers.test_linphone import Linphone


def foreign(folder: Path) -> Path:
    """The authority of another box."""
    folder.mkdir()
    asyncio.run(OwnCertificate(folder, lambda: ["durchwahl.local"]).look())
    return authority_paths(folder)[0]


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "foreign"])
def test_a_linphone_registers_if_it_trusts_the_box(exchange: Exchange, tmp_path: Path, trusted: bool) -> None:
    account = exchange.do("phone", "add", "21")
    exchange.start()
    authority = authority_paths(exchange.data)[0]
    until(authority.exists, "the certificate is made")
    host, port = exchange.address
    settings = f"""[sip]
sip_port=-1
sip_tcp_port=-1
default_proxy=0
root_ca={authority if trusted else foreign(tmp_path / "other")}
verify_server_certs=1
verify_server_cn=1
[proxy_0]
reg_proxy=<sip:{host}:{port + 1};transport=tls>
reg_identity=sip:{account["username"]}@{host}
reg_expires=600
reg_sendregister=1
[auth_info_0]
username={account["username"]}
passwd={account["password"]}
realm={host}
"""
    (tmp_path / "linphone").mkdir()
    with Linphone(tmp_path / "linphone", settings) as linphone:
        if trusted:
            until(lambda: exchange.bindings_on_disk() == 1, "Linphone has registered")
        else:
            until(lambda: "certificate" in linphone._program.output().lower(), "Linphone has refused")
            assert exchange.bindings_on_disk() == 0
