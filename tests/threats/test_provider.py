"""Digest leak, and TLS to the provider: the trunk's password is for its own registrar, once that proved itself."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pbx.sip.message import Request, Response
from pbx.sip.transport.tls import client_context
from tests.peers.programs import own_host
from tests.sip.transport.ends import Authority
from tests.threats.box import PORT, Box, besiege
from tests.threats.ends import End, Phone, Voice, answered, conversation, phone, token

SECRET = "the trunk's password"


def challenge(realm: str, status: int, more: str = "") -> list[tuple[str, str]]:
    """What asks for a password."""
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return [(name, f'Digest realm="{realm}", nonce="{token()}", algorithm=MD5, qop="auth"{more}')]


def proofs(request: Request) -> list[str]:
    """Every proof of a password in a request."""
    return [*request.headers.all("Authorization"), *request.headers.all("Proxy-Authorization")]


class Registrar(End):
    """A provider where the box has an account."""

    def __init__(self, box: Box) -> None:
        super().__init__(box, own_host(), PORT)

    async def take(self, realm: str = "provider", *, granted: bool = True) -> Request:
        """Let the box register; its proven REGISTER."""
        await self.box.do("trunk add", name="account", register=f"user@{self.address[0]}:{PORT}", password=SECRET)
        first = await self.request_of("REGISTER")
        assert first is not None
        assert proofs(first) == []
        self.send(first.reply(401, tag=token(), headers=challenge(realm, 401)))
        proven = await self.request_of("REGISTER")
        assert proven is not None
        contact = proven.headers.get("Contact") or ""
        self.send(proven.reply(200, tag=token(), headers=[("Contact", contact + ";expires=600")]) if granted else b"")
        await self.box.until(lambda: self.box.daemon.exchange.trunks.states()[1].state == "registered" or not granted)
        return proven

    async def rung(self, phone: Phone) -> tuple[Request, asyncio.Future[Any]]:
        """The INVITE of a call out."""
        calling = asyncio.ensure_future(phone.call("089123456"))
        invite = await self.request_of("INVITE")
        assert invite is not None
        return invite, calling


@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("realm", ["callee.example", "Provider", "provider ", "", 'provider\\"', "durchwahl"])
def test_a_callee_s_challenge_of_another_realm_gets_nothing(tmp_path: Path, status: int, realm: str) -> None:
    async def script(box: Box) -> None:
        anna, registrar = await phone(box, "21"), Registrar(box)
        await registrar.take()
        await box.do("number add", number="+4930777", trunk="account", to=["21"])
        await box.do("user set", person="21", number="+4930777")
        invite, calling = await registrar.rung(anna)
        registrar.send(invite.reply(status, tag=token(), headers=challenge(realm, status)))
        await calling
        await box.settle()
        requests = [each for each in [*registrar.seen, *registrar.heard()] if isinstance(each, Request)]
        assert [proofs(each) for each in requests if each.method in ("INVITE", "BYE", "ACK")] == [[], []]

    besiege(tmp_path, script)


def test_the_trunk_s_own_realm_gets_an_answer_and_after_that_no_other_does(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, registrar = await phone(box, "21"), Registrar(box)
        await registrar.take()
        await box.do("number add", number="+4930777", trunk="account", to=["21"])
        await box.do("user set", person="21", number="+4930777")
        invite, calling = await registrar.rung(anna)
        registrar.send(invite.reply(407, tag=token(), headers=challenge("provider", 407)))
        proven = await registrar.request_of("INVITE")
        assert proven is not None
        assert proofs(proven)
        assert SECRET not in bytes(proven).decode()
        answered(registrar, proven, Voice(registrar.address[0]))
        talk = await calling
        assert await registrar.request_of("ACK") is not None
        assert await talk.hang_up() == 200
        bye = await registrar.request_of("BYE")
        assert bye is not None
        for realm in ("callee.example", "provider.example"):
            registrar.send(bye.reply(401, headers=challenge(realm, 401)))
        await box.settle()
        assert [each for each in registrar.heard() if isinstance(each, Request) and each.method == "BYE"] == []

    besiege(tmp_path, script)


def test_a_phone_that_asks_for_a_password_gets_none(tmp_path: Path) -> None:
    """Neither for the INVITE nor for BYE, NOTIFY and re-INVITE."""

    async def script(box: Box) -> None:
        registrar = Registrar(box)
        await registrar.take()
        anna, bert = await phone(box, "21"), await phone(box, "22")
        for status in (401, 407):
            calling = asyncio.ensure_future(anna.call("22"))
            invite = await bert.request_of("INVITE")
            assert invite is not None
            bert.send(invite.reply(status, tag=token(), headers=challenge("provider", status)))
            assert isinstance(await calling, Response)
        talk, _ = await conversation(box, anna, bert)
        assert await talk.hang_up() == 200
        bye = await bert.request_of("BYE")
        assert bye is not None
        bert.send(bye.reply(401, headers=challenge("provider", 401)))
        await box.settle()
        requests = [each for each in [*bert.seen, *bert.heard()] if isinstance(each, Request)]
        assert {each.method for each in requests} >= {"INVITE", "BYE", "ACK"}
        assert [proofs(each) for each in requests if proofs(each)] == []

    besiege(tmp_path, script)


@pytest.mark.parametrize("more", ["", ", stale=true"])
def test_a_registrar_that_is_never_content_is_not_asked_for_ever(tmp_path: Path, more: str) -> None:
    async def script(box: Box) -> None:
        registrar = Registrar(box)
        await registrar.take(granted=False)
        count = 1
        for _ in range(50):
            register = next(each for each in reversed(registrar.seen) if isinstance(each, Request))
            registrar.send(register.reply(401, tag=token(), headers=challenge("provider", 401, more)))
            count += 1
            if await registrar.request_of("REGISTER", 0.05) is None:
                break
        assert count <= 6
        state = next(each for each in box.daemon.exchange.trunks.states() if each.name == "account")
        assert state.state == "failed"
        assert "password" in state.words
        assert SECRET not in repr(await box.do("trunk list"))

    besiege(tmp_path, script)


def test_strange_words_of_a_registrar_are_shown_harmlessly(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        registrar = Registrar(box)
        await registrar.take(granted=False)
        register = next(each for each in reversed(registrar.seen) if isinstance(each, Request))
        refusal = bytes(register.reply(403, tag=token()))
        evil = "\x9b31m\u202egnp \u2028 =cmd".encode()
        registrar.send(refusal.replace(b"403 Forbidden", b"403 " + evil))
        await box.until(lambda: box.daemon.exchange.trunks.states()[1].state == "failed")
        (shown,) = [each for each in await box.do("trunk list") if each["name"] == "account"]
        assert shown["detail"].isprintable(), ascii(shown["detail"])

    besiege(tmp_path, script)


class Secure:
    """A provider that takes TLS connections and notes what it hears."""

    def __init__(self, host: str, context: ssl.SSLContext) -> None:
        self.host = host
        self.heard = b""
        self._context = context

    async def open(self) -> asyncio.Server:
        return await asyncio.start_server(self._take, self.host, PORT + 1, ssl=self._context)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(4096):
                self.heard += data
        except OSError:
            pass
        finally:
            writer.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [("chain", "certificate"), ("name", "mismatch"), ("date", "expired"), ("", "")],
    ids=["chain", "name", "date", "none"],
)
def test_no_register_goes_to_a_provider_that_cannot_prove_itself(tmp_path: Path, fault: str, words: str) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()

    async def script(box: Box) -> None:
        trusted, unknown = Authority(good), Authority(bad)
        box.daemon.exchange.transports.connections._tls_client = client_context(trusted.file)
        signed = unknown if fault == "chain" else trusted
        ends = timedelta(seconds=-60) if fault == "date" else timedelta(days=1)
        host = own_host()
        provider = Secure(host, signed.server("other.example" if fault == "name" else host, ends_in=ends))
        server = await provider.open()
        account = f"user@{provider.host}:{PORT + 1}"
        await box.do("trunk add", name="account", register=account, password=SECRET, transport="tls")

        def state() -> Any:
            return box.daemon.exchange.trunks.states()[1]

        if fault:
            await box.until(lambda: state().state == "failed")
            assert "certificate" in state().words
            assert words in state().words.lower()
            assert "certificate" in repr(await box.do("trunk list"))
            assert b"REGISTER" not in provider.heard
            assert provider.heard == b""
        else:
            await box.until(lambda: b"REGISTER" in provider.heard)
        server.close()

    besiege(tmp_path / "box", script)
