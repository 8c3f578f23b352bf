"""Real calls and registrations with every kind of damage, sent in any order: a small fuzzer."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from pbx.sip.message import Request, Response
from tests.threats.box import GREETED, NUMBER, Box, besiege
from tests.threats.ends import End, Phone, Voice, again, authorization, described, phone, pressed, token

MESSAGES = 600
"""That each run sends."""
VALUES = [
    "", " ", "0", "-1", "+5", "99999999999999999999", "\u0665", "*", "<>", "<sip:>", "sip:", "<sip:a@b", '"', '"\\',
    "<sip:%00@x>", "a=b", ";;;;", ",,,,", "x" * 3000, "sip:a@[::1", "<sip:a@127.0.0.1:99999>", "tel:+49", "<urn:x:y>",
    "application/sdp", "multipart/mixed;boundary=", "timer, 100rel", "refer", "message-summary;id=\u2028", "1 1 INVITE",
    "90;refresher=uac", "1;refresher=", "Digest", "Digest a=,", 'Digest username="x', "0.0.0.0", "id;critical",
]  # fmt: skip
NAMES = [
    "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Route", "Record-Route", "Max-Forwards", "Expires", "Require",
    "Supported", "Allow", "Session-Expires", "Min-SE", "RAck", "RSeq", "Event", "Authorization", "Proxy-Authorization",
    "Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "P-Asserted-Identity", "Privacy",
    "P-Called-Party-ID", "Path", "User-Agent", "Replaces", "Refer-To", "Reason", "Accept", "Timestamp", "Diversion",
]  # fmt: skip
SDP_LINES = [
    b"m=audio 0 RTP/AVP 8", b"m=audio 99999 RTP/AVP 8", b"m=audio -1 RTP/AVP", b"m=video 4000 RTP/AVP 31", b"c=IN IP4",
    b"c=IN IP6 ::", b"c=IN IP4 224.1.1.1", b"c=IN IP4 evil.example", b"a=rtpmap:8", b"a=rtpmap:101 telephone-event/0",
    b"a=rtcp:99999", b"a=ptime:0", b"a=ptime:99999999999", b"a=sendonly", b"a=inactive", b"m=audio 4000/9999 RTP/AVP 8",
    b"m=audio 4000 RTP/SAVP 8", b"v=1", b"o=", b"\xff\xff", b"m=audio 4000 RTP/AVP " + b"8 " * 900,
    b"a=fmtp:101 0-99999",
]  # fmt: skip


def changed(dice: random.Random, request: Request) -> bytes:
    """The request with some header, its body, or any byte of it gone wrong."""
    headers, body = request.headers, request.body
    for _ in range(dice.randint(0, 2)):
        name, value = dice.choice(NAMES), dice.choice(VALUES)
        match dice.randrange(3):
            case 0:
                headers = headers.with_(name, value)
            case 1:
                headers = headers.adding(name, value)
            case _:
                headers = headers.without(name)
    if body and dice.random() < 0.5:
        lines = body.split(b"\r\n")
        lines.insert(dice.randrange(len(lines)), dice.choice(SDP_LINES))
        if dice.random() < 0.5:
            del lines[dice.randrange(len(lines))]
        body = b"\r\n".join(lines)
    data = bytes(Request(request.method, request.uri, headers, body))
    if dice.random() < 0.2:
        at = dice.randrange(len(data))
        data = data[:at] + bytes([dice.randrange(256)]) + data[at + dice.randrange(3) :]
    return data


def answers(dice: random.Random, end: End) -> None:
    """React to what the box asked, mostly wrongly."""
    for message in end.heard():
        if not isinstance(message, Request) or message.method == "ACK":
            continue
        status = dice.choice([100, 180, 183, 200, 200, 302, 401, 407, 422, 481, 486, 491, 500, 600])
        fields = [("Contact", f"<sip:x@{end.address[0]}:{end.address[1]}>"), ("Require", "100rel"), ("RSeq", "1")]
        body = described(end.address[0], 4000 + dice.randrange(1000)) if dice.random() < 0.7 else b""
        response = message.reply(status, tag=dice.choice(["a", "b", token()]), headers=fields[: dice.randrange(4)])
        kind = response.headers.with_("Content-Type", "application/sdp") if body else response.headers
        data = bytes(Response(status, response.reason, kind, body))
        if dice.random() < 0.3:
            name = dice.choice(NAMES)
            line = f"\r\n{name}: {dice.choice(VALUES)}".replace("\\", "\\\\").encode()
            data = re.sub(rf"\r\n{name}: [^\r]*".encode(), line, data)
        end.send(data)


async def first_request(
    box: Box, dice: random.Random, end: End, account: Phone | None, nonce: Response | None
) -> Request:
    """Some request that begins something, from a phone with good credentials, the provider, or a stranger."""
    voice = Voice(end.address[0])
    method = dice.choice(["INVITE"] * 4 + ["REGISTER", "SUBSCRIBE", "OPTIONS", "MESSAGE", "REFER"])
    user = dice.choice(["21", "22", "23", "*97", "089123456", "112", NUMBER, GREETED, GREETED + "21", "99", ""])
    extra = [("Event", "message-summary")] if method == "SUBSCRIBE" else []
    to = f"<sip:{account.username}@{box.host}>" if account and method == "REGISTER" else ""
    request = end.request(method, "" if to else user, extra, sdp=voice.sdp if method == "INVITE" else b"", to=to)
    voice.socket.close()
    if account is not None and nonce is not None:
        request = again(
            request, authorization(nonce, request, account.username, account.password, nc=dice.randint(1, 1 << 30))
        )
    return request


def followers(dice: random.Random, end: End, begun: list[Request]) -> Request:
    """Some request in a dialog that began, or that nearly is in one."""
    first = dice.choice(begun)
    answers_to = [
        each for each in end.seen if isinstance(each, Response) and each.headers.get("Call-ID") == first.call_id
    ]
    to = (answers_to[-1].headers.get("To") if answers_to else None) or first.headers.get("To") or "<sip:x@y>"
    method = dice.choice(["ACK", "ACK", "BYE", "CANCEL", "INVITE", "UPDATE", "PRACK", "INFO", "REFER", "SUBSCRIBE"])
    request = end.request(
        method,
        uri=str(first.uri),
        to=to,
        from_=first.headers.get("From") or "",
        call_id=first.call_id,
        cseq=dice.choice([first.cseq.number, first.cseq.number + dice.randint(1, 50), 1]),
        sdp=described(end.address[0], 5000) if method in ("INVITE", "UPDATE", "ACK", "PRACK") else b"",
    )
    if method == "INFO":
        return pressed(request, chr(dice.randrange(256)))
    if method == "CANCEL" or dice.random() < 0.1:
        return request.with_headers(request.headers.with_("Via", first.headers.get("Via") or ""))
    return request


@pytest.mark.parametrize("seed", range(3))
def test_damaged_calls_leave_nothing_behind_and_break_nothing(tmp_path: Path, seed: int) -> None:
    async def script(box: Box) -> None:
        dice = random.Random(seed)
        anna, bert = await phone(box, "21"), await phone(box, "22")
        provider, stranger = End(box, *box.provider), End(box)
        ends: list[tuple[End, Phone | None]] = [(anna, anna), (bert, bert), (provider, None), (stranger, None)]
        begun: dict[End, list[Request]] = {end: [] for end, _ in ends}
        nonce: Response | None = None
        for number in range(MESSAGES):
            if number % 50 == 0:
                nonce = await anna.ask(anna.request("REGISTER"), 0.5)
                nonce = nonce if nonce is not None and nonce.status == 401 else None
            end, account = dice.choice(ends)
            if begun[end] and dice.random() < 0.5:
                request = followers(dice, end, begun[end][-8:])
            else:
                request = await first_request(box, dice, end, account, nonce)
                begun[end].append(request)
            end.send(changed(dice, request))
            await box.settle(2)
            answers(dice, end)
            if number % 20 == 0:
                for each, _ in ends:
                    answers(dice, each)
                await box.pass_time(dice.choice([0.1, 1.0, 5.0]), 0.1)
        await box.settle()
        await box.pass_time(90.0, 0.5)
        await box.end_calls()
        await box.pass_time(200.0, 0.5)
        exchange = box.daemon.exchange
        assert exchange.pump.endpoints == ()
        assert dict(exchange.equipment.legs) == {}
        assert dict(exchange.stack.sessions) == {}
        assert exchange.stack._dialogs == {}
        assert exchange.stack.transactions <= 1, "a question to the provider"
        fresh = await phone(box, "21", "127.0.0.77")
        assert await fresh.status(fresh.request("OPTIONS")) == 200

    besiege(tmp_path, script)
