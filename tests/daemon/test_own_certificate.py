"""The box's certificate while it runs: what it speaks for, and that it is made anew without anybody noticing."""

from __future__ import annotations

import asyncio
import os
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from pbx.cli.command import main
from pbx.daemon.daemon import TLS_ABOVE, Daemon
from pbx.daemon.own_certificate import OwnCertificate
from pbx.daemon.own_names import own_names
from pbx.sip.transport.issued import AHEAD, MANY, Issued
from pbx.sip.transport.tls import authority_paths, paths
from tests.box.test_addresses import machine

OPTIONS = (
    "OPTIONS sip:127.0.0.64 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.65;branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n"
    "From: <sip:a@b>;tag=1\r\nTo: <sip:127.0.0.64>\r\nCall-ID: {number}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def test_it_speaks_for_the_domain_the_machines_name_as_networks_complete_it_and_all_addresses(tmp_path: Path) -> None:
    machine(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/resolv.conf").write_text("nameserver 192.168.178.1\nsearch fritz.box . lan\n")
    named = ["pbx.example", "durchwahl", "durchwahl.local", "durchwahl.fritz.box", "durchwahl.lan"]
    here = ["192.168.178.20", "10.8.0.1", "2001:db8::20", "fd00::20", "localhost", "127.0.0.1", "::1"]
    assert own_names("::", "pbx.example:5070", tmp_path, "Durchwahl") == [*named, *here]
    assert own_names("0.0.0.0", "[2001:db8::99]:5070", tmp_path, "localhost") == ["2001:db8::99", *here]
    assert "box.office.example" in own_names("0.0.0.0", "", tmp_path, "box.office.example")
    assert "127.0.0.64" in own_names("127.0.0.64", "", tmp_path, "durchwahl")


class Box:
    """A certificate whose names and clock are made up."""

    def __init__(self, folder: Path, page: Path | None = None) -> None:
        self.names = ["durchwahl.local", "192.0.2.5"]
        self.now = 1_796_000_000.0
        self.folder = folder
        self.certificate = OwnCertificate(folder, lambda: self.names, page, lambda: self.now)

    def look(self) -> bool:
        return asyncio.run(self.certificate.look())

    @property
    def issued(self) -> Issued:
        found = Issued.read(self.folder)
        assert found is not None
        return found


def test_it_is_made_anew_when_names_come_or_its_end_is_near_and_only_then(tmp_path: Path) -> None:
    box = Box(tmp_path)
    assert box.look()
    authority, context = box.issued.authority, box.certificate.context
    assert not box.look()
    box.names = ["durchwahl.local"]  # what is gone does no harm
    assert not box.look()
    box.names = ["192.0.2.77"]
    assert box.look()
    assert box.issued.names == ("192.0.2.77",)
    box.now = box.issued.end - AHEAD + 1
    assert box.look()
    assert box.issued.end - box.now > AHEAD
    box.now = 0.0  # the clock was lost
    assert not box.look()
    assert (box.issued.authority, box.certificate.context) == (authority, context)


def test_a_certificate_that_the_office_brings_is_shown_without_a_restart(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    box, other = Box(tmp_path), Box(tmp_path / "other")
    assert box.look()
    assert other.look()
    for ours, theirs in zip(paths(tmp_path), paths(tmp_path / "other"), strict=True):
        os.replace(theirs, ours)
    assert box.look()
    assert not box.look()


@pytest.mark.parametrize("mixed", [0, 1], ids=["a certificate alone", "a key alone"])
def test_what_was_shown_stays_while_certificate_and_key_do_not_belong_together(tmp_path: Path, mixed: int) -> None:
    for name in ("other", "page"):
        (tmp_path / name).mkdir()
    box, other = Box(tmp_path, tmp_path / "page"), Box(tmp_path / "other")
    assert box.look()
    assert other.look()
    lent = [path.read_bytes() for path in paths(tmp_path / "page")]
    shown = greeted(box)
    os.replace(paths(tmp_path / "other")[mixed], paths(tmp_path)[mixed])
    authority_paths(tmp_path)[1].unlink()
    authority_paths(tmp_path)[1].mkdir()  # no other can be made
    for _ in range(2):
        with pytest.raises(ssl.SSLError):
            box.look()
    assert greeted(box) == shown
    assert [path.read_bytes() for path in paths(tmp_path / "page")] == lent


def greeted(box: Box) -> bytes:
    """The certificate that a client is shown."""
    assert box.certificate.context is not None
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    to_us, to_them = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = box.certificate.context.wrap_bio(to_us, to_them, server_side=True)
    client = trusting.wrap_bio(to_them, to_us)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return client.getpeercert(binary_form=True) or b""


def test_more_names_than_a_certificate_holds_are_not_asked_for_again_and_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.names = [f"192.0.{network}.{host}" for network in (2, 3) for host in range(1, 200)]
    assert box.look()
    assert box.issued.names == tuple(box.names[:MANY])
    assert box.issued.is_good(box.names, box.now)


def test_what_was_shown_stays_when_no_other_can_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    box = Box(tmp_path)
    box.look()
    before = box.issued
    authority_paths(tmp_path)[1].unlink()
    authority_paths(tmp_path)[1].mkdir()  # whoever reads it is refused
    box.names = ["another.local"]
    assert not box.look()
    assert not box.look()
    assert box.issued == before
    assert caplog.text.count("stays as it is") == 1


def test_the_page_gets_certificate_and_key_and_never_the_authoritys(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    box = Box(tmp_path, tmp_path / "page")
    box.look()
    box.names = ["another.local"]
    box.look()
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == ["tls.crt", "tls.key"]
    assert (tmp_path / "page/tls.crt").read_bytes() == (tmp_path / "tls.crt").read_bytes()


def test_who_is_connected_stays_so_and_who_comes_then_is_shown_the_new_name(tmp_path: Path) -> None:
    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        writer.write(OPTIONS.format(number=number).encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        return head.startswith(b"SIP/2.0 200 ")

    async def script() -> None:
        daemon = Daemon(tmp_path / "data", ("127.0.0.64", 0), (20000, 20099))
        await daemon.start()
        try:
            trusting = ssl.create_default_context(cafile=str(tmp_path / "data/authority.crt"))
            trusting.verify_flags |= ssl.VERIFY_X509_STRICT
            host, port = daemon.address[0], daemon.address[1] + TLS_ABOVE
            first = await asyncio.open_connection(host, port, ssl=trusting)
            assert await answered(*first, 1)
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.open_connection(host, port, ssl=trusting, server_hostname="pbx.example")
            await daemon.do("office set", domain="pbx.example")
            await daemon._look_at_certificate()
            second = await asyncio.open_connection(host, port, ssl=trusting, server_hostname="pbx.example")
            assert await answered(*second, 2)
            assert await answered(*first, 3)
            for _, writer in (first, second):
                writer.close()
        finally:
            await daemon.stop()

    asyncio.run(script())


def test_the_command_prints_and_exports_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file = tmp_path / "data", tmp_path / "ca.crt"
    assert main(["--data", str(data), "certificate", "show"]) == 1
    assert "There is no certificate yet" in capsys.readouterr().err
    Box(data).look()
    assert main(["--data", str(data), "certificate", "export", str(file)]) == 0
    assert file.read_bytes() == authority_paths(data)[0].read_bytes()
    assert main(["--data", str(data), "certificate", "show"]) == 0
    shown = capsys.readouterr().out
    assert "durchwahl.local,192.0.2.5" in shown
    assert "PRIVATE" not in shown
