"""Dialog hijack, loops and storms: what belongs to others stays theirs, and everything ends by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pbx.sip.limits import SipLimits
from pbx.sip.message import Request, Response
from tests.threats.box import NUMBER, PORT, Box, besiege
from tests.threats.ends import End, Talk, Voice, again, answered, authorization, contact, conversation, described, phone


def as_if(stranger: End, request: Request) -> Request:
    """The very request of somebody else, sent from another host."""
    host, port = stranger.address
    via = (request.headers.get("Via") or "").split(";branch")
    headers = request.headers.with_("Via", f"SIP/2.0/UDP {host}:{port};rport;branch{via[1]}")
    return request.with_headers(headers.with_("Contact", f"<sip:x@{host}:{port}>"))


@pytest.mark.parametrize("side", [0, 1], ids=["caller", "callee"])
def test_who_knows_everything_about_a_call_but_sits_elsewhere_cannot_touch_it(tmp_path: Path, side: int) -> None:
    async def script(box: Box) -> None:
        talks = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        stranger, thief = End(box), Voice("127.6.6.6")
        victim = talks[side]
        for method in ("BYE", "INVITE", "UPDATE", "INFO", "PRACK", "CANCEL", "REFER", "NOTIFY", "MESSAGE", "OPTIONS"):
            extra = [("RAck", "1 1 INVITE"), ("Refer-To", "<sip:112@x>"), ("Event", "refer")]
            sdp = thief.sdp if method in ("INVITE", "UPDATE") else b""
            stolen = as_if(stranger, victim.request(method, extra, sdp, cseq=victim.cseq + 500))
            answer = await stranger.ask(stolen, 1.0)
            assert answer is not None, method
            assert answer.status in ((405, 481) if method in ("REFER", "NOTIFY", "MESSAGE") else (481,)), method
            proof = [("Authorization", value) for _, value in victim.authorization]
            proven = as_if(stranger, victim.request(method, [*extra, *proof], sdp))
            assert await stranger.status(proven, 1.0) == answer.status
        stranger.send(as_if(stranger, victim.request("ACK", sdp=thief.sdp)))
        for _ in range(10):
            talks[0].voice.say(talks[0].remote)
            talks[1].voice.say(talks[1].remote)
            await box.pass_time(0.02, 0.01)
        assert talks[0].voice.heard()
        assert talks[1].voice.heard()
        assert thief.heard() == []
        assert box.calls == 1
        assert await victim.hang_up() == 200

    besiege(tmp_path, script)


def test_a_stranger_cannot_cancel_a_call_that_rings(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, bert, stranger = await phone(box, "21"), await phone(box, "22"), End(box)
        request = anna.request("INVITE", "22", sdp=Voice().sdp)
        refusal = await anna.ask(request)
        assert refusal is not None
        request = again(request, authorization(refusal, request, anna.username, anna.password))
        anna.send(request)
        invite = await bert.request_of("INVITE")
        assert invite is not None
        bert.send(invite.reply(180, tag="x", headers=[("Contact", contact(bert))]))
        cancel = Request("CANCEL", request.uri, request.headers.with_("CSeq", "2 CANCEL").without("Content-Type"))
        assert await stranger.status(cancel) == 481
        assert await bert.request_of("CANCEL", 0.2) is None
        assert box.calls == 1
        assert await anna.status(cancel) == 200
        assert await bert.request_of("CANCEL") is not None
        bert.send(invite.reply(487, tag="x"))
        await box.until(lambda: not box.calls)

    besiege(tmp_path, script)


@pytest.mark.parametrize("status", [180, 200])
def test_a_phone_s_contact_and_record_route_name_a_victim_that_gets_nothing(tmp_path: Path, status: int) -> None:
    async def script(box: Box) -> None:
        anna, bert, victim = await phone(box, "21"), await phone(box, "22", "127.0.0.9"), End(box, "127.7.7.7")
        place = "{}:{}".format(*victim.address)
        calling = asyncio.ensure_future(anna.call("22"))
        invite = await bert.request_of("INVITE")
        assert invite is not None
        fields = [("Contact", f"<sip:x@{place}>"), ("Record-Route", f"<sip:{place};lr>, <sip:{place}>")]
        fields += [("Require", "100rel"), ("RSeq", "1")] if status == 180 else [("Content-Type", "application/sdp")]
        body = Voice(bert.address[0]).sdp if status == 200 else b""
        bert.send(invite.reply(status, tag="b", headers=fields, body=body))
        await box.settle(40)
        await box.end_calls()
        await calling
        await box.pass_time(40.0)
        assert victim.heard() == []
        requests = {each.method for each in bert.heard() if isinstance(each, Request)}
        assert requests & {"ACK", "PRACK"}
        assert requests & {"BYE", "CANCEL"}

    besiege(tmp_path, script)


@pytest.mark.parametrize("way", ["Contact", "Record-Route"])
def test_a_trunk_s_call_goes_on_at_another_port_of_its_own_and_a_phone_s_where_the_phone_is(
    tmp_path: Path, way: str
) -> None:
    async def script(box: Box) -> None:
        await box.do("user set", person="21", number=NUMBER)
        anna, provider, spare = await phone(box, "21"), End(box, *box.provider), End(box, box.provider[0], PORT + 7)
        phone_s_spare = End(box, anna.address[0])
        voice = Voice(anna.address[0])
        dialling = anna.request("INVITE", "089123456", sdp=voice.sdp)
        listening = "<sip:21@{}:{}>".format(*phone_s_spare.address)
        dialling = dialling.with_headers(dialling.headers.with_("Contact", listening))
        calling = asyncio.ensure_future(anna.prove(dialling))
        invite = await provider.request_of("INVITE")
        assert invite is not None
        fields = [("Content-Type", "application/sdp"), ("Contact", contact(spare if way == "Contact" else provider))]
        fields += [("Record-Route", "<sip:{}:{};lr>".format(*spare.address))] if way == "Record-Route" else []
        provider.send(invite.reply(200, tag="p", headers=fields, body=Voice(box.provider[0]).sdp))
        assert await spare.request_of("ACK")
        proven, answer = await calling
        assert answer is not None
        Talk.calling(anna, proven, answer, voice).ack()
        await box.settle()
        await box.end_calls()
        bye = await spare.request_of("BYE")
        assert bye is not None
        spare.met(bye)
        assert await anna.request_of("BYE")
        assert phone_s_spare.heard() == []
        assert [each for each in provider.heard() if isinstance(each, Request) and each.method != "OPTIONS"] == []

    besiege(tmp_path, script)


def test_a_caller_s_proxy_on_the_trunk_is_told_of_the_end_and_a_victim_is_not(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, provider, spare = await phone(box, "21"), End(box, *box.provider), End(box, box.provider[0], PORT + 7)
        victim = End(box, "127.7.7.7")
        for route, peer in (("<sip:{}:{};lr>".format(*spare.address), spare),
                            ("<sip:{}:{};lr>".format(*victim.address), provider)):  # fmt: skip
            invite = provider.request("INVITE", NUMBER, [("Record-Route", route)], sdp=Voice(box.provider[0]).sdp)
            provider.send(invite)
            rung = await anna.request_of("INVITE")
            assert rung is not None
            answered(anna, rung, Voice(anna.address[0]))
            answer = await provider.final()
            assert answer is not None
            ack = provider.request("ACK", uri=str(answer.contacts[0].uri), from_=invite.headers.get("From") or "",
                                   to=answer.headers.get("To") or "", call_id=invite.call_id)  # fmt: skip
            provider.send(ack)
            await box.settle()
            await box.end_calls()
            bye = await peer.request_of("BYE")
            assert bye is not None
            peer.met(bye)
        assert victim.heard() == []

    besiege(tmp_path, script)


def test_old_and_wrong_requests_inside_a_dialog_change_nothing(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        assert await talk.end.status(talk.request("BYE", cseq=1)) == 500
        headers = talk.request("BYE").headers
        for wrong in (
            headers.with_("From", talk.ours + "x"),
            headers.with_("To", talk.theirs + "x"),
            headers.with_("Call-ID", "other"),
        ):
            fresh = talk.request("BYE")
            mistaken = fresh.with_headers(wrong.with_("Via", fresh.headers.get("Via") or ""))
            assert await talk.end.status(mistaken) == 481
        assert box.calls == 1
        assert await other.hang_up() == 200

    besiege(tmp_path, script)


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "SUBSCRIBE", "OPTIONS", "MESSAGE"])
def test_requests_that_have_been_around_too_long_end_here(tmp_path: Path, method: str) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        request = stranger.request(method, "21")
        request = request.with_headers(request.headers.with_("Max-Forwards", "0"))
        assert await stranger.status(request) in ((483,) if method != "MESSAGE" else (483, 405))

    besiege(tmp_path, script)


def test_one_request_that_came_by_two_ways_is_one(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        provider, anna = End(box, *box.provider), await phone(box, "21")
        first = provider.request("INVITE", NUMBER, sdp=Voice(box.provider[0]).sdp)
        provider.send(first)
        assert await anna.request_of("INVITE")
        way = f"SIP/2.0/UDP {provider.address[0]};rport;branch=z9hG4bKother"
        forked = first.with_headers(first.headers.with_("Via", way))
        assert await provider.status(forked) == 482
        assert box.calls == 1
        await box.end_calls()

    besiege(tmp_path, script)


def test_a_trunk_that_leads_back_to_the_box_itself_ends(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.do("trunk add", name="circle", peer=f"{box.host}:{PORT}")
        await box.do("number add", number="+4930777", trunk="circle", to=["22"])
        await box.do("user set", person="21", number="+4930777")
        anna = await phone(box, "21")
        for dialled in ("089123456", "+4930777", "110"):
            calling = asyncio.ensure_future(anna.call(dialled))
            await box.settle(100)
            assert box.calls <= 2, dialled
            assert len(box.daemon.exchange.stack.sessions) <= 3
            await box.end_calls()
            await calling
        assert len(await box.history()) <= 6

    besiege(tmp_path, script)


def test_a_flood_of_offers_that_are_never_acknowledged_ends_by_itself(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, _ = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        for number in range(300):
            talk.end.send(talk.request("INVITE", sdp=described("127.0.0.1", 4000 + 2 * number)))
            if number % 10 == 0:
                await box.settle(2)
        await box.settle()
        answers = [each for each in talk.end.heard() if isinstance(each, Response)]
        assert sum(each.status == 200 for each in answers) <= 32, "each of them would be repeated for half a minute"
        session = next(iter(box.daemon.exchange.stack.sessions.values()))
        assert len(session._unacknowledged) <= 32
        assert await End(box).status(End(box).request("OPTIONS"), 0.1) in (200, None)
        await box.pass_time(40.0)
        await box.until(lambda: not box.calls)

    besiege(tmp_path, script)


def test_a_flood_of_strangers_requests_leaves_room_for_the_office(tmp_path: Path) -> None:
    """Refused INVITEs that nobody acknowledges live for half a minute: they must not fill the table."""

    async def script(box: Box) -> None:
        stack = box.daemon.exchange.stack
        small = SipLimits(transactions=200, answered=50)
        stack.limits = stack._transactions.limits = small
        anna, bert = await phone(box, "21"), await phone(box, "22")
        talk, _ = await conversation(box, anna, bert)
        stranger = End(box)
        for number in range(600):
            stranger.send(stranger.request("INVITE" if number % 3 else "REGISTER", "21"))
            if number % 20 == 0:
                await box.settle(2)
                stranger.heard()
        await box.settle()
        assert stack.transactions <= 200
        await anna.register()
        assert await talk.hang_up() == 200

    besiege(tmp_path, script)


def test_unanswered_refusals_are_repeated_only_a_few_times(tmp_path: Path) -> None:
    """A forged source address must not be flooded with our 401s."""

    async def script(box: Box) -> None:
        stranger = End(box)
        stranger.send(stranger.request("INVITE", "21"))
        await box.pass_time(64.0, 0.25)
        heard = [each for each in stranger.heard() if isinstance(each, Response)]
        assert 1 <= len(heard) <= 13
        assert box.daemon.exchange.stack.transactions <= 1

    besiege(tmp_path, script)
