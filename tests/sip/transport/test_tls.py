"""TLS: a provider has to prove its name."""

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from pbx.sip.transport.hop import Hop
from pbx.sip.transport.limits import ConnectionLimits
from pbx.sip.transport.tls import client_context
from tests.line import play
from tests.sip.transport.ends import Authority, End, message, until
from tests.sip.transport.test_tcp import connected, is_closed


def talk(authority: Path | None, server: ssl.SSLContext, name: str) -> tuple[End, End]:
    """One message from here to a TLS server there, and back."""
    here, there = End(), End(echo=True)

    async def script() -> None:
        await here.open(tls_client=client_context(authority)).listen("127.0.0.1", 0)
        remote = await there.open().listen_tls("127.0.0.1", 0, server)
        here.transports.send(message(), here.transports.flow_to(Hop("tls", *remote, name)))
        await until(lambda: here.received or here.failed)
        await here.transports.close()
        await there.transports.close()

    asyncio.run(script())
    return here, there


def test_a_provider_with_the_right_name_is_believed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    here, there = talk(authority.file, authority.server("sip.provider.test"), "sip.provider.test")
    assert [flow.transport for _, flow in (*here.received, *there.received)] == ["tls", "tls"]
    assert here.received[0][1].tls_name == "sip.provider.test"
    assert not here.failed


@pytest.mark.parametrize("fault", ["chain", "name", "date"])
def test_nothing_is_sent_to_a_provider_that_cannot_prove_itself(fault: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    late = timedelta(days=-1) if fault == "date" else timedelta(days=1)
    server = authority.server("sip.provider.test", ends_in=late)
    name = "sip.other.test" if fault == "name" else "sip.provider.test"
    here, there = talk(None if fault == "chain" else authority.file, server, name)
    assert there.received == []
    words = {"chain": "unable to get local issuer", "name": "Hostname mismatch", "date": "expired"}[fault]
    assert all(why.startswith("the certificate is not accepted: ") and words in why for _, why in here.failed)
    assert {flow.connection for flow, _ in here.failed} == {0, 1}


@pytest.mark.parametrize("lacks", ["identifiers", "usage", "critical", "identifiers usage critical"])
def test_every_python_believes_a_proven_name_whatever_else_a_certificate_lacks(lacks: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path, lacks.split())
    here, _ = talk(authority.file, authority.server("sip.provider.test"), "sip.provider.test")
    assert here.received
    assert not here.failed


def test_every_python_believes_a_certificate_that_the_system_trusts_itself(tmp_path: Path) -> None:
    server = Authority(tmp_path).server("sip.provider.test")
    (own,) = tmp_path.glob("server*.pem")
    assert talk(own, server, "sip.provider.test")[0].received
    assert not talk(own, server, "sip.other.test")[0].received
    assert not talk(own, Authority(tmp_path).server("sip.provider.test"), "sip.provider.test")[0].received


def test_no_python_believes_who_may_not_sign_or_not_serve(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    nobody = Authority(tmp_path / "a", ["authority"])
    assert not talk(nobody.file, nobody.server("sip.provider.test"), "sip.provider.test")[0].received
    authority = Authority(tmp_path)
    client = authority.server("sip.provider.test", purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert not talk(authority.file, client, "sip.provider.test")[0].received


def test_what_is_demanded_of_a_provider_is_the_same_on_every_python() -> None:
    context = client_context()
    assert context.verify_flags == ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_without_a_name_to_check_nothing_is_opened(tmp_path: Path) -> None:
    here, there = talk(None, Authority(tmp_path).server("a.test"), "")
    assert here.failed[0][1] == "no name to check the certificate against"
    assert there.received == []


def test_a_handshake_that_never_comes_is_gone_within_a_minute(tmp_path: Path) -> None:
    async def script() -> None:
        box = End()
        context = Authority(tmp_path).server("a.test")
        local = await box.open(ConnectionLimits(patience=25.0)).listen_tls("127.0.0.1", 0, context)
        silent, half = connected(local), connected(local)
        half.sendall(b"\x16\x03\x01")
        await until(lambda: len(box.transports.connections) == 2)
        await asyncio.sleep(60)
        assert is_closed(silent)
        assert is_closed(half)
        assert len(box.transports.connections) == 0
        silent.close()
        half.close()
        await box.transports.close()

    play(script())


def test_what_came_whole_over_tls_is_answered_before_rubbish_ends_it(tmp_path: Path) -> None:
    async def script() -> None:
        authority, box = Authority(tmp_path), End(echo=True)
        host, port = await box.open().listen_tls("127.0.0.1", 0, authority.server("a.test"))
        trusting = client_context(authority.file)
        reader, writer = await asyncio.open_connection(host, port, ssl=trusting, server_hostname="a.test")
        writer.write(message("1") + message("2") + b"OPTIONS sip:a SIP/2.0\r\n\r\n")
        async with asyncio.timeout(5):
            assert await reader.read() == message("1") + message("2")
        writer.close()
        await until(lambda: not len(box.transports.connections))
        await box.transports.close()

    asyncio.run(script())


def test_what_is_no_tls_is_closed_at_once(tmp_path: Path) -> None:
    async def script() -> None:
        box = End()
        local = await box.open().listen_tls("127.0.0.1", 0, Authority(tmp_path).server("a.test"))
        client = connected(local)
        client.sendall(message())
        await until(lambda: box.failed)
        assert box.received == []
        client.close()
        await box.transports.close()

    asyncio.run(script())
