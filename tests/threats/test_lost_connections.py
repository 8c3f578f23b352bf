"""Phones on TCP whose connection is gone: nobody waits for them, and everybody is told."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from pathlib import Path
from typing import Any, Self

import pytest

from pbx.sip.framing import Framer
from pbx.sip.message import Message, Request, Response, parse
from tests.threats.box import Box, besiege
from tests.threats.ends import Phone, again, authorization, phone


class Connected:
    """A phone of an account, on a TCP or TLS connection."""

    def __init__(self, box: Box, account: Phone, transport: str = "tcp") -> None:
        self.box, self.account, self.transport = box, account, transport
        self._framer = Framer()
        self._messages: list[Message] = []

    async def open(self, sock: socket.socket | None = None) -> Self:
        """Connect to the box, or talk over a connection that it made."""
        if self.transport == "tls":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            port = await self.box.until(lambda: tls_port(self.box), 30)
            self.reader, self.writer = await asyncio.open_connection(self.box.host, port, ssl=context)
        elif sock is None:
            self.reader, self.writer = await asyncio.open_connection(*self.box.address)
        else:
            self.reader, self.writer = await asyncio.open_connection(sock=sock)
        return self

    def send(self, message: Message) -> None:
        self.writer.write(bytes(message).replace(b"SIP/2.0/UDP", f"SIP/2.0/{self.transport.upper()}".encode()))

    async def hear(self) -> Message:
        """The next message; requests of the lamps are answered."""
        while True:
            while not self._messages:
                data = await asyncio.wait_for(self.reader.read(65535), 5)
                assert data, "closed"
                self._messages += [parse(each) for each in self._framer.feed(data) if isinstance(each, bytes)]
            message = self._messages.pop(0)
            if not isinstance(message, Request) or message.method != "NOTIFY":
                return message
            self.send(message.reply(200, tag="t"))

    async def register(self, port: int, expires: int = 600) -> Response:
        """Register; must work."""
        aor = f"<sip:{self.account.username}@{self.box.host}>"
        request = self.account.request("REGISTER", headers=[("Expires", str(expires))], to=aor)
        own = f"<sip:{self.account.username}@127.0.0.1:{port};transport={self.transport}>"
        self.send(request := request.with_headers(request.headers.with_("Contact", own)))
        challenge = await self.hear()
        assert isinstance(challenge, Response)
        self.send(again(request, authorization(challenge, request, self.account.username, self.account.password)))
        response = await self.hear()
        assert isinstance(response, Response)
        assert response.status == 200
        return response


def tls_port(box: Box) -> int:
    """Where phones come encrypted; 0 as long as the certificate is being made."""
    return next((port for name, (_, port) in box.daemon.exchange.transports.listening if name == "tls"), 0)


async def listed(box: Box, account: Phone) -> Any:
    """What `phone list` says of an account."""
    (found,) = [each for each in await box.do("phone list") if each["username"] == account.username]
    return found


async def silent(box: Box, extension: str) -> Phone:
    """An account whose UDP phone has gone."""
    account = await phone(box, extension)
    assert (await account.prove(account.request("REGISTER", headers=[("Contact", "*"), ("Expires", "0")])))[1]
    request = account.request("REGISTER", headers=[("Expires", "0")], to=f"<sip:{account.username}@{box.host}>")
    await account.prove(request.with_headers(request.headers.with_("Contact", "*")))
    return account


def fin(connected: Connected) -> None:
    connected.writer.close()


def reset(connected: Connected) -> None:
    sock = connected.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connected.writer.transport.abort()


@pytest.mark.parametrize(("transport", "end"), [("tcp", fin), ("tcp", reset), ("tls", fin), ("tls", reset)])
def test_a_phone_whose_connection_is_gone_is_told_and_its_caller_does_not_wait(
    tmp_path: Path, transport: str, end: Any
) -> None:
    async def script(box: Box) -> None:
        account, caller = await silent(box, "21"), await phone(box, "22")
        connected = await Connected(box, account, transport).open()
        response = await connected.register(40999)
        assert (response.headers.get("Contact") or "").endswith(";expires=120")
        assert (await listed(box, account))["registered"]
        end(connected)
        async with asyncio.timeout(5):
            while (await listed(box, account))["registered"]:
                await asyncio.sleep(0.01)
        assert (await listed(box, account))["trouble"] == "connection lost"
        began = time.monotonic()
        refused = await caller.call("21")
        assert isinstance(refused, Response)
        assert refused.status == 480
        assert time.monotonic() - began < 2
        checks = {each["name"]: each for each in await box.do("doctor")}
        assert "Anna (21)" in checks["connections"]["sentence"]

    besiege(tmp_path, script)


def test_after_a_restart_a_phone_on_tcp_is_told_as_lost_until_it_comes_back_from_another_port(tmp_path: Path) -> None:
    accounts: list[Phone] = []

    async def before(box: Box) -> None:
        accounts.append(await silent(box, "21"))
        await (await Connected(box, accounts[0]).open()).register(40999)

    async def after(box: Box) -> None:
        account, caller = accounts[0], await phone(box, "22")
        account.box = box
        assert (await listed(box, account))["trouble"] == "connection lost"
        refused = await caller.call("21")
        assert isinstance(refused, Response)
        assert refused.status == 480
        back = await Connected(box, account).open()
        await back.register(40998)
        found = await listed(box, account)
        assert (found["registered"], found["trouble"], len(found["contacts"])) == (True, "", 1)
        calling = asyncio.ensure_future(caller.call("21"))
        invite = await back.hear()
        assert isinstance(invite, Request)
        assert invite.method == "INVITE"
        back.send(invite.reply(486, tag="t"))
        refused = await calling
        assert isinstance(refused, Response)
        assert refused.status == 486

    besiege(tmp_path, before)
    besiege(tmp_path, after)


def test_a_desk_phone_that_listens_is_connected_to_before_anybody_calls(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        account, caller = await silent(box, "21"), await phone(box, "22")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            on_tcp = await Connected(box, account).open()
            await on_tcp.register(listening.getsockname()[1])
            fin(on_tcp)
            sock, _ = await asyncio.wait_for(asyncio.get_running_loop().sock_accept(listening), 5)
            called_back = await Connected(box, account).open(sock)
            question = await called_back.hear()
            assert isinstance(question, Request)
            assert question.method == "OPTIONS"
            called_back.send(question.reply(405, tag="t"))
            async with asyncio.timeout(5):
                while not (await listed(box, account))["registered"]:
                    await asyncio.sleep(0.01)
            calling = asyncio.ensure_future(caller.call("21"))
            invite = await called_back.hear()
            assert isinstance(invite, Request)
            called_back.send(invite.reply(486, tag="t"))
            await calling

    besiege(tmp_path, script)
