"""RTP bleed and injection: strangers neither hear a call nor speak into it, and nobody is flooded with voice."""

from __future__ import annotations

from pathlib import Path

from pbx.sip.message import Request
from tests.threats.box import GREETED, Box, besiege
from tests.threats.ends import STRANGER, End, Voice, conversation, described, phone

INJECTED = 0xAA
RUBBISH = (b"", b"\x80", b"\x80\xcb\0\1abcd", b"\xff" * 1500, b"\x90\x08" + bytes(20), b"\x81\xc9\xff\xff")


def has_injected(packets: list[bytes]) -> bool:
    return any(packet[12:] == bytes([INJECTED]) * 160 for packet in packets)


async def flood(box: Box, stranger: Voice, ports: list[tuple[str, int]], beats: int = 30) -> None:
    """Packets, on every port of the call, also disguised as the phone's stream."""
    for _ in range(beats):
        for port in ports:
            stranger.say(port, 3, INJECTED)
        await box.pass_time(0.02, 0.01)


def test_a_stranger_who_speaks_first_is_not_taken_for_the_phone(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        stranger = Voice(STRANGER)
        await flood(box, stranger, [talk.remote, other.remote])
        for _ in range(20):
            talk.voice.say(talk.remote)
            other.voice.say(other.remote)
            await box.pass_time(0.02, 0.01)
        heard, heard_too = talk.voice.heard(), other.voice.heard()
        assert len(heard) >= 10
        assert len(heard_too) >= 10
        assert not has_injected(heard + heard_too)
        assert stranger.heard() == []

    besiege(tmp_path, script)


def test_a_stranger_cannot_take_a_call_over_nor_speak_into_it_with_the_phone_s_own_ssrc(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        for _ in range(20):
            talk.voice.say(talk.remote)
            other.voice.say(other.remote)
            await box.pass_time(0.02, 0.01)
        talk.voice.heard(), other.voice.heard()
        strangers = [Voice(STRANGER), Voice("127.0.0.1")]
        for stranger in strangers:  # the second one sits on the phones' own host
            stranger.ssrc, stranger.sequence = talk.voice.ssrc, talk.voice.sequence
            await flood(box, stranger, [talk.remote, other.remote])
        for _ in range(5):
            talk.voice.say(talk.remote)
            other.voice.say(other.remote)
            await box.pass_time(0.02, 0.01)
        heard = talk.voice.heard() + other.voice.heard()
        assert heard
        assert not has_injected(heard)
        assert [stranger.heard() for stranger in strangers] == [[], []]

    besiege(tmp_path, script)


def test_rtcp_and_rubbish_on_the_ports_of_a_call_do_no_harm(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        talk, other = await conversation(box, await phone(box, "21"), await phone(box, "22"))
        stranger = Voice(STRANGER)
        for host, port in (talk.remote, other.remote):
            for end in (stranger, talk.voice, other.voice):
                for data in RUBBISH:
                    end.socket.sendto(data, (host, port))
                    end.socket.sendto(data, (host, port + 1))
        await box.pass_time(1.0, 0.02)
        for _ in range(5):
            talk.voice.say(talk.remote)
            await box.pass_time(0.02, 0.01)
        assert other.voice.heard()
        assert box.calls == 1

    besiege(tmp_path, script)


def test_voice_for_an_address_that_never_answers_stops_soon(tmp_path: Path) -> None:
    """A caller whose description names a victim: the greeting plays on, to nobody."""

    async def script(box: Box) -> None:
        provider, victim = End(box, *box.provider), Voice("127.7.7.7")
        invite = provider.request("INVITE", GREETED, sdp=described(*victim.address), from_="<sip:+4989123456@x>;tag=1")
        response = await provider.ask(invite)
        assert response is not None
        assert response.status == 200
        headers = response.headers.get("To") or ""
        provider.send(
            provider.request(
                "ACK", to=headers, uri=str(response.contacts[0].uri), from_="<sip:+4989123456@x>;tag=1",
                call_id=invite.call_id, cseq=1,
            )
        )  # fmt: skip
        await box.pass_time(6.0, 0.02)
        assert len(victim.heard()) <= 260
        await box.pass_time(2.0, 0.02)
        assert len(victim.heard()) <= 1

    besiege(tmp_path, script)


def test_a_stranger_s_digits_are_not_the_caller_s(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        provider, anna, bert = End(box, *box.provider), await phone(box, "21"), await phone(box, "22")
        voice, stranger = Voice(box.provider[0]), Voice(STRANGER)
        invite = provider.request("INVITE", GREETED, sdp=voice.sdp, from_="<sip:+4989123456@x>;tag=1")
        response = await provider.ask(invite)
        assert response is not None
        port = int(response.body.decode().partition("m=audio ")[2].split()[0])
        for digit in (2, 2):
            for end in (0, 0, 0x80, 0x80, 0x80):
                stranger.sequence += 1
                header = bytes([0x80, 101]) + stranger.sequence.to_bytes(2, "big") + bytes(8)
                stranger.socket.sendto(header + bytes([digit, end | 10, 3, 32]), (box.host, port))
                await box.pass_time(0.02, 0.01)
        await box.settle(40)
        heard = bert.heard() + anna.heard()
        assert not [each for each in heard if isinstance(each, Request) and each.method == "INVITE"]

    besiege(tmp_path, script)
