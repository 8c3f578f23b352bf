"""Registration and lamps: one account is never another's, and there is a bound to everything."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pbx.exchange.phones.registering import PER_PHONE
from pbx.sip.message import Request
from tests.threats.box import Box, besiege
from tests.threats.ends import End, Fields, Phone, phone


def register(end: Phone, box: Box, name: str = "", contact: str = "", headers: Fields = ()) -> Request:
    """A REGISTER, for whatever account and Contact."""
    request = end.request("REGISTER", headers=headers, to=f"<sip:{name or end.username}@{box.host}>")
    return request.with_headers(request.headers.with_("Contact", contact)) if contact else request


async def contacts(box: Box, end: Phone) -> list[str]:
    """Where an account is registered."""
    (found,) = [each["contacts"] for each in await box.do("phone list") if each["username"] == end.username]
    return list(found)


async def proven(end: Phone, request: Request) -> int:
    """The status of a request with credentials."""
    _, response = await end.prove(request)
    assert response is not None
    return response.status


@pytest.mark.parametrize("contact", ["<sip:thief@127.6.6.6>", "*", "<sip:x@127.0.0.1>;expires=0"])
def test_one_account_can_neither_register_nor_unregister_another(tmp_path: Path, contact: str) -> None:
    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        before = await contacts(box, anna)
        expires = [("Expires", "0" if contact == "*" else "600")]
        for name in (anna.username, anna.username.upper(), anna.username + "%00", "%61" + anna.username):
            assert await proven(bert, register(bert, box, name, contact, expires)) in (400, 403)
        assert await proven(bert, register(bert, box, "", contact, expires)) == 200
        assert await contacts(box, anna) == before
        stranger = End(box)
        assert await stranger.status(register(bert, box, anna.username, contact, expires)) in (401, None)
        assert await contacts(box, anna) == before

    besiege(tmp_path, script)


def test_the_contact_of_a_colleague_s_phone_can_be_named_but_not_taken(tmp_path: Path) -> None:
    """Calls go to where the REGISTER came from, whatever Contact, Path or Via say."""

    async def script(box: Box) -> None:
        anna, bert, victim = await phone(box, "21"), await phone(box, "22", "127.0.0.9"), End(box, "127.7.7.7")
        place, at_anna = "{}:{}".format(*victim.address), "{}:{}".format(*anna.address)
        extra = [("Path", f"<sip:{place};lr>"), ("Expires", "600"), ("Supported", "path")]
        for contact in (f"<sip:{anna.username}@{at_anna}>", f"<sip:x@{place};maddr={place.split(':')[0]}>"):
            assert await proven(bert, register(bert, box, "", contact, extra)) == 200
        assert len(await contacts(box, anna)) == 1
        anna.heard(), bert.heard()
        calling = asyncio.ensure_future(anna.call("22"))
        assert await bert.request_of("INVITE")
        await box.pass_time(3.0)
        assert victim.heard() == []
        assert not [each for each in anna.seen if isinstance(each, Request) and each.method == "INVITE"]
        await box.end_calls()
        await calling

    besiege(tmp_path, script)


def test_bindings_of_one_account_are_bounded(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21")
        for number in range(30):
            request = register(anna, box, "", f"<sip:p{number}@127.0.0.1:{2000 + number}>", [("Expires", "600")])
            assert await proven(anna, request) == 200
        assert len(await contacts(box, anna)) <= PER_PHONE
        many = ", ".join(f"<sip:p{number}@127.0.0.1>" for number in range(90))
        assert await proven(anna, register(anna, box, "", many, [("Expires", "600")])) in (400, 403)
        long = f"<sip:{'x' * 5000}@127.0.0.1>"
        assert await proven(anna, register(anna, box, "", long, [("Expires", "600")])) == 400
        paths = [[("Path", f"<sip:{'x' * 300}@127.0.0.1:{number + 1};lr>") for number in range(100)]]
        paths += [[("Path", "<sip:a@127.0.0.1:0;lr>")], [("Path", "no way")], [("Path", "<sip:a@127.0.0.1")]]
        for path in paths:
            assert await proven(anna, register(anna, box, "", "", [*path, ("Expires", "600")])) == 400
        bindings = box.daemon.exchange.registrar.all_bindings()
        assert max(sum(map(len, binding.path)) for binding in bindings) < 4096
        registrar, message_waiting = box.daemon.exchange.registrar, box.daemon.exchange.message_waiting
        assert len(registrar._by_flow) == 1
        assert len(message_waiting._deaf) <= PER_PHONE

    besiege(tmp_path, script)


def test_phones_that_know_no_lamps_and_move_about_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TCP a phone has another Contact after each reconnection, for months."""
    monkeypatch.setattr("pbx.exchange.phones.message_waiting.UNASKED_AFTER", 0.0)

    async def script(box: Box) -> None:
        anna = await phone(box, "21")
        anna.knows_no_lamps = True
        for number in range(40):
            contact = f"<sip:{anna.username}@127.0.0.1:{3000 + number}>"
            assert await proven(anna, register(anna, box, "", contact, [("Expires", "600")])) == 200
            await box.settle(3)
            for message in anna.heard():
                if isinstance(message, Request):
                    anna.met(message)
            await box.settle(3)
        assert sum(isinstance(each, Request) and each.method == "NOTIFY" for each in anna.seen) >= 40
        assert len(box.daemon.exchange.message_waiting._deaf) <= PER_PHONE
        assert len(box.daemon.exchange.message_waiting._tokens) <= PER_PHONE

    besiege(tmp_path, script)


def test_a_lamp_shows_only_one_s_own_mailbox(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, bert, stranger = await phone(box, "21"), await phone(box, "22"), End(box)
        wanted = [("Event", "message-summary"), ("Accept", "application/simple-message-summary"), ("Expires", "600")]
        for user in ("22", bert.username, "21", anna.username, ""):
            assert await stranger.status(stranger.request("SUBSCRIBE", user, wanted)) == 401
            _, response = await anna.prove(anna.request("SUBSCRIBE", user, wanted))
            assert response is not None
            assert response.status in (200, 403)
            if response.status == 200:
                notify = await anna.request_of("NOTIFY")
                assert notify is not None
                assert b"sip:21@" in notify.body
                assert b"sip:22@" not in notify.body
                anna.send(notify.reply(200))
            else:
                assert user == "22"
        _, granted = await bert.prove(bert.request("SUBSCRIBE", "22", wanted))
        assert granted is not None
        theirs = [granted.headers.get("To") or "", granted.headers.get("From") or "", granted.call_id]
        for expires in ("600", "0"):
            fields = [("Event", "message-summary"), ("Expires", expires)]
            hijack = anna.request("SUBSCRIBE", "22", fields, to=theirs[0], from_=theirs[1], call_id=theirs[2], cseq=50)
            assert await proven(anna, hijack) == 481
        for event in ("dialog", "presence", "reg", "refer", "x" * 300, ""):
            _, refused = await anna.prove(anna.request("SUBSCRIBE", "22", [("Event", event), ("Expires", "600")]))
            assert refused is not None
            assert refused.status == 489
        await box.do("user set", person="22", name="Bertram")
        for _ in range(30):
            anna.send((await anna.prove(anna.request("SUBSCRIBE", "21", wanted)))[0])
        assert len(box.daemon.exchange.message_waiting._watchers) <= 8

    besiege(tmp_path, script)
