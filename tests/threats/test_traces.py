"""What is kept of the wire to find faults with, and what is handed out, tells no secret of a whole day."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from pbx.daemon.archive import SETTLING
from pbx.sip.message import Request, Response
from tests.threats.box import NUMBER, Box, besiege
from tests.threats.ends import End, Phone, Talk, Voice, ack_of_refusal, answered, media_of, phone
from tests.threats.test_pins import press

PIN = "8362"
CALLER = "+491701234567"


class Wiretap(Phone):
    """A phone that remembers what it has sent, too."""

    sent: list[bytes]

    def send(self, message: Any) -> None:
        self.__dict__.setdefault("sent", []).append(bytes(message))
        super().send(message)


async def outside_call(box: Box, callee: Phone) -> None:
    """Somebody outside calls Anna, they talk, digits go to and fro."""
    provider = End(box, *box.provider, user=CALLER)
    voice = Voice(box.provider[0])
    sdp = voice.sdp + b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEYKEYKEYKEYKEYKEY\r\n"
    request = provider.request("INVITE", NUMBER, sdp=sdp, from_=f"<sip:{CALLER}:CARELESS@provider>;tag=t1")
    provider.send(request)
    ringing = await callee.request_of("INVITE")
    assert ringing is not None
    answered(callee, ringing, Voice(callee.address[0]))
    response = await provider.final()
    assert response is not None
    assert response.status == 200, response
    talk = Talk(provider, voice, request.call_id, request.headers.get("From") or "", response.headers.get("To") or "",
                str(response.contacts[0].uri), 1, media_of(response.body))  # fmt: skip
    talk.ack()
    await press(box, talk, PIN)
    await talk.hang_up()
    bye = await callee.request_of("BYE")
    assert bye is not None
    callee.send(bye.reply(200))
    await box.until(lambda: not box.calls)
    provider.close()


async def voicemail_call(box: Box, anna: Phone) -> None:
    talk = await anna.call("*97", Voice(anna.address[0]))
    assert isinstance(talk, Talk)
    await box.pass_time(3.0, 0.02)
    await press(box, talk, PIN + "#")
    await box.settle(60)
    await box.end_calls()


async def wrong_password(box: Box, anna: Phone) -> None:
    guess = Wiretap(box, {"username": anna.username, "password": "GUESSEDPASSWORD", "extension": "21"})
    request = guess.request("INVITE", "22", sdp=Voice().sdp)
    proven, response = await guess.prove(request)
    assert isinstance(response, Response)
    guess.send(ack_of_refusal(proven, response))
    await box.settle()


async def written_down(box: Box, count: int) -> None:
    """Wait until the messages of so many calls are on the disk."""
    for _ in range(40):
        if len(box.daemon.desk.records.traces.with_text(lambda _: True)) == count:
            return
        await box.pass_time(SETTLING / 2)
        await asyncio.sleep(0.02)
    raise AssertionError("traces were not written")


async def everything_kept(box: Box) -> tuple[str, list[dict[str, Any]]]:
    """All that the box shows, keeps and hands out, as text; and the calls as told."""
    texts = [json.dumps(await box.do("trace"))]
    calls = [await box.do("history call", id=call["id"]) for call in (await box.do("history"))["calls"]]
    texts += [json.dumps(call) for call in calls]
    made = await box.do("privacy export", number=CALLER)
    with zipfile.ZipFile(made["path"]) as archive:
        texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join(texts), calls


def test_no_secret_of_a_whole_day_is_in_what_is_kept_or_handed_out(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.do("user set", person="21", pin=PIN, voicemail=True)
        anna = Wiretap(box, await box.do("phone add", extension="21"))
        await anna.register()
        await wrong_password(box, anna)
        await outside_call(box, anna)
        await voicemail_call(box, anna)
        while_it_settles, calls = await everything_kept(box)
        assert all(call["messages"] for call in calls)
        await written_down(box, len(calls))
        written, calls = await everything_kept(box)
        wire = b"\n".join([*anna.sent, *(bytes(each) for each in anna.seen)]).decode()
        found = re.findall(r'(?:response|[ ,]nonce)="([^"]{20,})"', wire)
        assert len(set(found)) >= 4
        secrets = {anna.password, "GUESSEDPASSWORD", "CARELESS", "KEYKEYKEY", *found}
        for text in (while_it_settles, written):
            assert not [secret for secret in secrets if secret in text]
            assert not re.search(r"Signal=\d", text)
            assert "Signal=***" in text
            assert "Digest username=" in text.replace("\\", "")

        # the whole call is there: from its first INVITE to the answer to the BYE
        outside = next(call for call in calls if call["call"]["from"] == CALLER)
        said = [(message["sent"], message["summary"]) for message in outside["messages"]]
        assert said[0] == (False, "INVITE + SDP")
        assert (False, "200 OK + SDP") in said
        assert (True, "BYE") in said
        assert said[-1][1].startswith("200")
        assert {lane["party"] for lane in outside["lanes"]} == {CALLER, "21"}

    besiege(tmp_path, script)


def test_somebody_who_is_erased_is_gone_from_the_running_box_too(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = Wiretap(box, await box.do("phone add", extension="21"))
        await anna.register()
        await outside_call(box, anna)
        stranger = End(box)
        stranger.send(stranger.request("OPTIONS", from_=f"<sip:0{CALLER[3:]}@example.org>;tag=x"))
        assert isinstance(await stranger.final(), Response)
        await written_down(box, 1)
        assert CALLER[3:] in (await box.do("trace"))["text"]
        await box.do("privacy erase", number=CALLER, digits=CALLER[-4:])
        assert CALLER[3:] not in (await box.do("trace"))["text"]
        assert (await box.do("privacy show", number=CALLER))["calls"] == 0
        left = [path for path in box.folder.rglob("*") if path.is_file() and CALLER.encode() in path.read_bytes()]
        assert left == []

    besiege(tmp_path, script)


def test_a_call_in_progress_can_be_traced(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        ringing = asyncio.ensure_future(anna.call("22"))
        invite = await bert.request_of("INVITE")
        assert isinstance(invite, Request)
        text = (await box.do("trace"))["text"]
        assert "INVITE sip:" in text
        assert f"to {bert.address[0]}:{bert.address[1]}" in text
        assert len(re.findall(r"^--- ", text, re.MULTILINE)) == text.count("\nCall-ID: ")
        bert.send(invite.reply(486, tag="b"))
        await ringing

    besiege(tmp_path, script)
