"""Toll fraud, caller numbers, and what callers call themselves."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from pbx.sip.message import Request, Response
from tests.threats.box import GREETED, NUMBER, Box, besiege
from tests.threats.ends import End, Talk, Voice, conversation, phone, pressed, token

FOREIGN = "+4989123456"


def out_of(provider: End) -> list[Request]:
    """The INVITEs that left over the trunk."""
    heard = [*provider.seen, *provider.heard()]
    return [each for each in heard if isinstance(each, Request) and each.method == "INVITE"]


@pytest.mark.parametrize(
    "dialled",
    [
        "089123456&amt",
        "089123456%26amt",
        "089123456%00",
        "089123456%0d%0aX:%20y",
        "089123456%40evil",
        "089123456;phone-context=evil",
        "089123456;ext=1",
        "089123456,1",
        "\u0660\u0668\u0669123456".encode().hex(),
        "%D9%A0%D9%A8%D9%A9123456",
        "SIP/089123456",
        "089123456x",
        "p089123456",
        "089%C2%A0123456",
        "089%E2%80%91123456",
        "089/123456",
        "089-123456&amt",
        "089-123456%00",
        "%20",
        "*21*089123456%23",
        "**089123456",
        "089%2a123456",
        "0" * 400,
    ],
)
def test_only_plain_numbers_come_near_a_trunk(tmp_path: Path, dialled: str) -> None:
    async def script(box: Box) -> None:
        provider, anna = End(box, *box.provider), await phone(box, "21")
        refusal = await anna.call(dialled)
        assert isinstance(refusal, Response)
        assert refusal.status in (404, 400, 484)
        assert out_of(provider) == []
        for call in await box.history():
            assert call["to"].isprintable()

    besiege(tmp_path, script)


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("089-123456", "+4989123456"),
        ("%2089123456", "+493089123456"),
        ("+49%2089%20123-456", "+4989123456"),
        ("1-1-2", "112"),
    ],
)
def test_what_only_helps_reading_does_not_come_near_a_trunk(tmp_path: Path, dialled: str, number: str) -> None:
    async def script(box: Box) -> None:
        provider, anna = End(box, *box.provider), await phone(box, "21")
        await box.do("office set", area_code="30")
        invite = await rung_outside(provider, asyncio.ensure_future(anna.call(dialled)))
        assert invite.uri.user == number
        assert "%" not in str(invite.uri)

    besiege(tmp_path, script)


async def from_outside(provider: End, number: str, user: str = FOREIGN, **more: Any) -> Talk:
    """A caller of the telephone network who is answered."""
    voice = Voice(provider.address[0])
    request = provider.request("INVITE", number, sdp=voice.sdp, from_=f"<sip:{user}@x>;tag={token()}", **more)
    response = await provider.ask(request, 5.0)
    assert response is not None
    assert response.status == 200
    talk = Talk.calling(provider, request, response, voice)
    talk.ack()
    return talk


@pytest.mark.parametrize("number", [FOREIGN, "0089123456", "112", "110", "*97", "21*", "00", "+49301234", "22"])
def test_nothing_that_comes_from_a_trunk_goes_out_over_one(tmp_path: Path, number: str) -> None:
    async def script(box: Box) -> None:
        provider = End(box, *box.provider)
        status = await provider.status(provider.request("INVITE", number, sdp=Voice().sdp))
        assert status == 404
        assert out_of(provider) == []

    besiege(tmp_path, script)


def test_digits_dialled_into_the_greeting_reach_no_outside_line_and_no_voicemail(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        provider = End(box, *box.provider)
        for digits in ("0089123456", "112", "*97", "23", "0"):
            talk = await from_outside(provider, GREETED)
            for digit in digits:
                assert await provider.status(pressed(talk.request("INFO"), digit)) == 200
            await box.settle(40)
            assert out_of(provider) == []
            await talk.hang_up()
            await box.until(lambda: not box.calls)
        steps = [step["what"] for call in await box.history() for step in call["steps"]]
        assert "dialled-out" not in steps
        assert "called-voicemail" not in steps
        assert "listened" not in steps

    besiege(tmp_path, script)


@pytest.mark.parametrize("status", [300, 301, 302, 305, 380])
def test_a_phone_that_redirects_to_the_outside_moves_nobody_there(tmp_path: Path, status: int) -> None:
    async def script(box: Box) -> None:
        provider, anna, bert = End(box, *box.provider), await phone(box, "21"), await phone(box, "22")
        calling = asyncio.ensure_future(anna.call("22"))
        invite = await bert.request_of("INVITE")
        assert invite is not None
        places = [f"<sip:{FOREIGN}@{box.host}>", f"<sip:{FOREIGN}@{box.provider[0]}>", f"<sip:22@{box.host}>"]
        bert.send(invite.reply(status, tag="t", headers=[("Contact", place) for place in places]))
        refusal = await calling
        assert isinstance(refusal, Response)
        await box.settle()
        assert out_of(provider) == []
        assert not [each for each in bert.heard() if isinstance(each, Request) and each.method == "INVITE"]

    besiege(tmp_path, script)


def test_refer_moves_nobody(tmp_path: Path) -> None:
    """Inside a call and outside of one, by a colleague and by a caller."""

    async def script(box: Box) -> None:
        provider, anna, bert = End(box, *box.provider), await phone(box, "21"), await phone(box, "22")
        talk, other = await conversation(box, anna, bert)
        for end in (talk, other):
            for target in (f"<sip:{FOREIGN}@{box.host}>", f"<sip:{FOREIGN}@{box.provider[0]}>", "<tel:112>"):
                refer = end.request("REFER", [("Refer-To", target), ("Referred-By", "<sip:21@x>")])
                assert await end.end.status(refer) in (405, 403, 603)
        _, response = await anna.prove(anna.request("REFER", "22", [("Refer-To", f"<sip:{FOREIGN}@{box.host}>")]))
        assert response is not None
        assert response.status == 405
        await box.settle()
        assert out_of(provider) == []
        assert box.calls == 1

    besiege(tmp_path, script)


async def rung_outside(provider: End, calling: asyncio.Future[Any]) -> Request:
    """The INVITE that came out of the trunk; it is refused."""
    invite = await provider.request_of("INVITE")
    assert invite is not None
    provider.send(invite.reply(486, tag=token()))
    await calling
    return invite


@pytest.mark.parametrize("emergency", [False, True])
def test_a_phone_shows_only_numbers_that_are_its_own(tmp_path: Path, emergency: bool) -> None:
    async def script(box: Box) -> None:
        provider, anna = End(box, *box.provider), await phone(box, "21")
        lie = "+49110"
        headers = [
            ("P-Asserted-Identity", f"<sip:{lie}@x>"),
            ("P-Preferred-Identity", f"<sip:{lie}@x>"),
            ("Remote-Party-ID", f"<sip:{lie}@x>"),
            ("Diversion", f"<sip:{lie}@x>"),
            ("History-Info", f"<sip:{lie}@x>;index=1"),
            ("Privacy", "id"),
            ("Referred-By", f"<sip:{lie}@x>"),
        ]
        anna.user = lie
        request = anna.request("INVITE", "112" if emergency else "089123456", headers, sdp=Voice().sdp)
        anna.user = anna.username
        request = request.with_headers(request.headers.with_("From", f'"Police" <sip:{lie}@x>;tag=1'))
        invite = await rung_outside(provider, asyncio.ensure_future(anna.prove(request)))
        assert lie not in bytes(invite).decode()
        assert "Police" not in bytes(invite).decode()
        assert invite.from_.uri.user == NUMBER
        assert (invite.headers.get("P-Asserted-Identity") or "").startswith(f"<sip:{NUMBER}@")

    besiege(tmp_path, script)


NAMES = [
    "=cmd|' /C calc'!A0",
    '\\"; drop',
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "\u202egnp.exe",
    "\x9b31m",
    "A\x00B",
    "%0d%0aX: y",
    "\u2028\u2029",
    "x" * 5000,
    "{0.__class__}",
    "%s%n",
    "; rm -rf",
    "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:20] for name in NAMES])
def test_what_callers_call_themselves_arrives_harmlessly(tmp_path: Path, name: str) -> None:
    """At the phone that rings, in the story, and at whoever follows it."""

    async def script(box: Box) -> None:
        provider, anna = End(box, *box.provider), await phone(box, "21")
        invite = provider.request("INVITE", NUMBER, [("User-Agent", name[:100])], sdp=Voice(provider.address[0]).sdp)
        for field in ("From", "P-Asserted-Identity"):
            data = bytes(invite)
            quoted = name if name.startswith("\\") else name.replace("\\", "\\\\").replace('"', '\\"')
            line = f'\r\n{field}: "{quoted}" <sip:{FOREIGN}{name[:9].encode().hex()}@x>'.encode()
            if field == "From":
                data = data.replace(b"\r\nFrom: ", line + b";tag=" + token().encode() + b"\r\nX-From: ", 1)
            else:
                data = data.replace(b"\r\nTo: ", line + b"\r\nTo: ", 1)
            for old in (invite.call_id, invite.via.branch):
                data = data.replace(old.encode(), f"z9hG4bK{token()}".encode())
            provider.send(data)
            rung = await anna.request_of("INVITE", 0.4)
            if rung is None:
                assert {each.status for each in provider.heard() if isinstance(each, Response)} <= {100, 400}
                continue
            assert rung.from_.display.isprintable()
            assert len(rung.from_.display) <= 60
            assert "X" not in [header for header, _ in rung.headers if header != "Session-Expires"]
            user = rung.from_.uri.user or ""
            assert user.lstrip("+").isdigit() or user == "anonymous", user
            assert len(user) <= 30
            anna.send(rung.reply(486, tag="b"))
            await box.settle()
            await box.end_calls()
        for call in await box.history():
            assert _harmless(call)
        for event in box.events:
            assert _harmless(event)

    besiege(tmp_path, script)


def _harmless(value: Any) -> bool:
    """Every text in it can be printed on a terminal."""
    match value:
        case str():
            return value.isprintable() and json.loads(json.dumps(value)) == value
        case dict():
            return all(_harmless(key) and _harmless(each) for key, each in value.items())
        case list() | tuple():
            return all(map(_harmless, value))
        case _:
            return True


def test_what_phones_call_themselves_is_listed_harmlessly(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        for evil in ("\x9b31m", "\u202e", "=1+1", "%1b[31m"):
            request = anna.request(
                "REGISTER",
                to=f"<sip:{anna.username}@{box.host}>",
                headers=[("User-Agent", f"Phone {evil}"), ("Expires", "600")],
            )
            headers = request.headers.with_(
                "Contact", f"<sip:a{evil if '%' in evil else ''}@127.0.0.1:{anna.address[1]}>"
            )
            _, response = await anna.prove(request.with_headers(headers))
            assert response is not None
            assert response.status == 200
        assert _harmless(await box.do("phone list"))
        bindings = box.daemon.exchange.registrar.all_bindings()
        assert all(binding.user_agent.isprintable() and binding.contact.isprintable() for binding in bindings)

    besiege(tmp_path, script)
