"""A phone that goes mad, on real sockets: the doctor names it, and its neighbours notice nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from pbx.sip.message import Message, Response
from tests.threats.box import Box, besiege
from tests.threats.ends import STRANGER, End, Fields, phone, token

MANY = 6000
WANTED: Fields = [("Event", "message-summary"), ("Expires", "600")]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_doctor_names_the_phone_that_asks_far_too_much_and_calls_go_through(tmp_path: Path, transport: str) -> None:
    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22", "127.0.0.9")
        wild = bytes(anna.request("SUBSCRIBE", "21", WANTED))
        branch = wild.partition(b"branch=")[2].partition(b"\r\n")[0]
        _, writer = await asyncio.open_connection(*box.address)
        for number in range(MANY):
            data = wild.replace(branch, b"z9hG4bK%d" % number)
            if transport == "tcp":
                writer.write(data.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
            else:
                anna.send(data)
            if number % 50 == 0:
                await box.settle(2)
                anna.heard()
        await box.settle(50)
        anna.heard()
        began = time.monotonic()
        assert await bert.status(bert.request("OPTIONS")) == 200
        calling = asyncio.ensure_future(anna.call("22"))
        invite = await bert.request_of("INVITE")
        assert invite is not None, "the mad one telephones"
        bert.send(invite.reply(486, tag=token()))
        refused = await calling
        assert isinstance(refused, Response)
        assert refused.status == 486
        assert time.monotonic() - began < 3
        sentences = [each["sentence"] for each in await box.do("doctor") if each["name"] == "storm"]
        assert any("A phone of Anna (21) at 127.0.0.1" in each and "SUBSCRIBE" in each for each in sentences)
        assert box.counters["slowed"] > MANY / 2
        writer.close()

    besiege(tmp_path, script)


def test_a_stranger_who_uses_a_colleague_s_name_is_not_taken_for_them(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, stranger = await phone(box, "21"), End(box)
        answers: list[Response] = []
        for number in range(3000):
            request = stranger.request("OPTIONS", from_=f"<sip:{anna.username}@{box.host}>;tag={token()}")
            stranger.send(request)
            if number % 50 == 0:
                await box.settle(2)
                answers += [each for each in stranger.heard() if isinstance(each, Response)]
        await box.settle(50)
        assert answers
        assert {each.status for each in answers} <= {200, 503}
        (sentence,) = [each["sentence"] for each in await box.do("doctor") if each["name"] == "storm"]
        assert sentence.startswith(f"Somebody at {STRANGER}")
        assert await anna.status(anna.request("OPTIONS")) == 200

    besiege(tmp_path, script)


@pytest.mark.parametrize(
    ("good", "bad"), [(b"Max-Forwards: 70", b"Max-Forwards: x"), (b"branch=", b"x=" + b"x" * 9000 + b";branch=")]
)
def test_what_is_refused_unread_is_answered_for_a_while_only(tmp_path: Path, good: bytes, bad: bytes) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        broken = bytes(stranger.request("OPTIONS")).replace(good, bad)
        answers: list[Message] = []
        for number in range(2500):
            stranger.send(broken)
            if number % 20 == 0:
                await box.settle(2)
                answers += stranger.heard()
        await box.settle(50)
        answers += stranger.heard()
        assert {each.status for each in answers if isinstance(each, Response)} <= {400, 513}
        assert 200 < len(answers) < 1600
        await box.do("doctor")

    besiege(tmp_path, script)
