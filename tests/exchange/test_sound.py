"""Whole calls with real packets on the loopback: what is pressed counts, what is said arrives."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from pbx.media import wav
from pbx.media.codecs.codec import CODECS
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard, MediaEvent
from pbx.media.pump import Pump
from pbx.media.rtcp import compound
from pbx.media.telephone_event import DIGITS, EventSender, TelephoneEvent
from pbx.media.tones import dtmf, strength
from tests.exchange.peers import Line, polite, said
from tests.exchange.rig import PEOPLE, Rig
from tests.line import play
from tests.media.wire import Peer as Voice
from tests.media.wire import tone
from tests.peers.tones import loudest


class Talkers:
    """A rig with the real pump, and a voice for each peer that has one."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        dice = random.Random(7)
        self.pump = Pump(loop.time, 25000, 25999, dice.randbytes, call_at=loop.call_at, interval=0.02)
        self.rig = Rig(pump=self.pump)
        self.voices: dict[str, Voice] = {}

    def voice(self, name: str) -> Voice:
        """The voice of a peer; its descriptions name the voice's port."""
        peer = self.rig.peers[name]
        self.voices[name] = Voice(peer.address[0], ssrc=len(self.voices) + 1)
        peer.rtp = self.voices[name].address[1]
        return self.voices[name]

    def endpoint(self, line: Line) -> Endpoint:
        """The box's end of this call."""
        return next(endpoint for endpoint in self.pump.endpoints if endpoint.local[1] == line.port)

    async def say(self, line: Line, frequency: float, seconds: float) -> None:
        """A tone, in packets of 20 ms."""
        voice, endpoint = self.voices[line.peer.name], self.endpoint(line)
        frames = tone(voice.codec, frequency, 1.0)
        for number in range(int(seconds * 50)):
            voice.say(endpoint, frames[number % 50])
            await asyncio.sleep(0.02)

    async def whistle(self, line: Line, digits: str) -> None:
        """Digits as sound."""
        voice, endpoint = self.voices[line.peer.name], self.endpoint(line)
        for digit in digits:
            for frame in [*dtmf(digit, 0.1).frames(voice.codec), *[voice.codec.silence()] * 8]:
                voice.say(endpoint, frame)
                await asyncio.sleep(0.02)

    async def press(self, line: Line, digits: str) -> None:
        """Digits as telephone-events; every third packet is lost."""
        voice, endpoint = self.voices[line.peer.name], self.endpoint(line)
        for digit in digits:
            sender, number = EventSender(digit), 0
            while (payload := sender.next()) is not None:
                number += 1
                if number % 3:
                    voice.press(endpoint, payload, marker=number == 1)
                await asyncio.sleep(0.02)
            voice.skip(1, 1600)
            await asyncio.sleep(0.06)

    async def close(self) -> None:
        """All is over, and no port is in use any more."""
        await self.rig.settle(40)
        self.rig.assert_empty()
        assert not self.pump.endpoints
        for voice in self.voices.values():
            voice.sock.close()
        self.pump.close()


def test_digits_in_packets_ring_the_phone_and_both_hear_each_other() -> None:
    async def script() -> None:
        talkers = Talkers()
        rig, caller, anna = talkers.rig, talkers.voice("provider"), talkers.voice("anna")
        await rig.open("anna")
        polite(rig.peers.values())
        line = rig.call("provider", "4930123450")
        await rig.settle()
        await talkers.press(line, "21")
        await rig.settle()
        ringing = rig.peers["anna"].last
        ringing.reply(200)
        await rig.settle()
        caller.hear()
        caller.got.clear()
        await asyncio.gather(talkers.say(line, 600.0, 2.0), talkers.say(ringing, 900.0, 2.0))
        assert abs(loudest(anna.sound(), 8000) - 600.0) < 15
        assert abs(loudest(caller.sound(), 8000) - 900.0) < 15
        line.ask("BYE")
        await talkers.close()
        assert rig.record.outcome == "answered"
        assert [leg.received >= 100 for leg in rig.record.legs] == [True, True]
        assert all(leg.lost < 10 for leg in rig.record.legs), rig.record.legs
        [points] = rig.archive.quality_points
        assert [each.party for each in points] == [leg.party for leg in rig.record.legs]
        for each, leg in zip(points, rig.record.legs, strict=True):
            assert each.points[-1].received == leg.received
            assert abs(each.points[-1].at - rig.record.ended) < 1

    play(script())


@pytest.mark.parametrize("dialled", ["", "21 as tones", "21 by INFO", "99 and 21 as tones"])
def test_nobody_listens_for_tones_any_more_once_the_two_talk(dialled: str) -> None:
    """A talk after a greeting takes the quick way; and what sounds like a key in it is nobody's business."""

    async def script() -> None:
        talkers = Talkers()
        rig, caller = talkers.rig, talkers.voice("provider")
        talkers.voice("anna")
        await rig.open("anna")
        polite(rig.peers.values(), anna=200)
        line = rig.call("provider", "4930123450")
        await rig.settle()
        endpoint = talkers.endpoint(line)
        caller.say(endpoint)
        await rig.settle(0.1)
        assert endpoint._dtmf_in.listens
        if dialled.endswith("INFO"):
            for digit in "21":
                line.ask("INFO", body=f"Signal={digit}\r\nDuration=160\r\n", kind="application/dtmf-relay")
                await rig.settle(0.2)
        elif dialled:
            for word in dialled.removesuffix(" as tones").split(" and "):
                await talkers.whistle(line, word)
                await rig.settle(3.0)
        await rig.settle(20.0 if not dialled else 3.0)
        ringing = rig.peers["anna"].last
        talkers.voices["anna"].say(talkers.endpoint(ringing))
        caller.say(endpoint)
        await rig.settle(0.1)
        events, tell_it = list[MediaEvent](), endpoint.on_event
        assert tell_it

        def listen(end: Endpoint, event: MediaEvent) -> None:
            events.append(event)
            tell_it(end, event)

        endpoint.on_event = listen
        await talkers.whistle(line, "123")
        assert not endpoint._dtmf_in.listens
        assert not [event for event in events if isinstance(event, DigitHeard)]
        for end in (endpoint, talkers.endpoint(ringing)):
            assert "quick" in talkers.pump._acts[end.rtp_socket.rtp.fileno()].__qualname__
        line.ask("BYE")
        await talkers.close()
        assert rig.record.outcome == "answered"

    play(script())


def test_who_lists_several_codecs_is_heard_in_each_by_caller_callee_and_mailbox(tmp_path: Path) -> None:
    async def script() -> None:
        talkers = Talkers()
        rig, caller, anna = talkers.rig, talkers.voice("provider"), talkers.voice("anna")
        rig.archive.folder = tmp_path
        await rig.open("anna")
        polite(rig.peers.values())
        line = rig.call("provider", "4930123450")
        await rig.settle()
        await talkers.press(line, "21")
        await rig.settle()
        ringing = rig.peers["anna"].last
        ringing.reply(200, sdp=ringing.description(types="8 0 101"))
        await rig.settle()
        for codec in (CODECS["PCMU"], CODECS["PCMA"], CODECS["PCMU"]):
            for voice, mine, other in ((anna, ringing, caller), (caller, line, anna)):
                other.hear()
                other.got.clear()
                voice.codec = codec
                await talkers.say(mine, 900.0, 0.6)
                other.codec = CODECS["PCMA"]
                assert abs(loudest(other.sound(), 8000) - 900.0) < 15
        line.ask("BYE")
        await rig.settle(1.0)
        line = rig.call("provider", "4930123450")
        await rig.settle()
        await talkers.press(line, "22")
        await rig.settle(2.0)
        for codec in (CODECS["PCMA"], CODECS["PCMU"]):
            caller.codec = codec
            await talkers.say(line, 700.0, 2.0)
        line.ask("BYE")
        await talkers.close()
        [message] = rig.archive.kept
        sound = wav.read(tmp_path / message.file).at(8000)
        assert min(strength(sound[at : at + 8000], 8000, 700.0) for at in (2000, 20000)) > 0.5

    play(script())


def test_a_message_of_packets_is_a_file_of_sound(tmp_path: Path) -> None:
    async def script() -> None:
        talkers = Talkers()
        rig = talkers.rig
        rig.archive.folder = tmp_path
        talkers.voice("provider")
        await rig.open()
        polite(rig.peers.values())
        line = rig.call("provider", "4930123450")
        await rig.settle()
        await talkers.press(line, "22")
        await rig.settle(2.0)
        await talkers.say(line, 700.0, 5.0)
        line.ask("BYE")
        await talkers.close()
        [message] = rig.archive.kept
        assert 4.0 < message.seconds < 6.5
        clip = wav.read(tmp_path / message.file)
        assert strength(clip.at(8000)[8000:16000], 8000, 700.0) > 0.5
        assert rig.record.outcome == "voicemail"

    play(script())


def test_the_contacts_extension_goes_out_as_telephone_events_after_the_pause() -> None:
    async def script() -> None:
        talkers = Talkers()
        rig, contact = talkers.rig, talkers.voice("provider")
        talkers.voice("anna")
        await rig.open("anna")
        polite(rig.peers.values(), anna=200, provider=200)
        rig.switchboard.router.click_to_call(PEOPLE[0], "+494012345678", "Contact", "47")
        await rig.settle(1.3)
        contact.hear()
        assert not any(packet.payload_type == 101 for packet in contact.got)
        await rig.settle(1.0)
        contact.hear()
        found = [TelephoneEvent.parse(packet.payload) for packet in contact.got if packet.payload_type == 101]
        digits = [DIGITS[event.code] for event in found if event is not None]
        assert list(dict.fromkeys(digits)) == ["4", "7"]
        rig.peers["anna"].last.ask("BYE")
        await talkers.close()
        assert said(rig.peers["provider"].last)[-1] == "BYE"

    play(script())


def test_two_parties_of_whom_nothing_is_heard_any_more_are_hung_up_after_the_set_time() -> None:
    async def script() -> None:
        talkers = Talkers()
        rig = talkers.rig
        talkers.voice("provider")
        talkers.voice("anna")
        await rig.open("anna")
        polite(rig.peers.values(), anna=200)
        line = rig.call("provider", "493077721")
        await rig.settle()
        anna = rig.peers["anna"].last
        await asyncio.gather(talkers.say(line, 600.0, 2.0), talkers.say(anna, 900.0, 2.0))
        await rig.settle(55)
        assert "BYE" not in said(line)
        await rig.settle(15)
        assert "BYE" in said(line)
        assert "BYE" in said(anna)
        await talkers.close()
        assert "lost" in rig.step_words

    play(script())


@pytest.mark.parametrize("muted", ["provider", "anna", "both"])
def test_who_is_muted_and_sends_only_reports_stays_until_the_reports_end_too(muted: str) -> None:
    async def script() -> None:
        talkers = Talkers()
        rig = talkers.rig
        talkers.voice("provider")
        talkers.voice("anna")
        await rig.open("anna")
        polite(rig.peers.values(), anna=200)
        line = rig.call("provider", "493077721")
        await rig.settle()
        lines = (line, rig.peers["anna"].last)
        await asyncio.gather(talkers.say(lines[0], 600.0, 0.5), talkers.say(lines[1], 900.0, 0.5))
        for _ in range(40):
            for each in lines:
                voice, endpoint = talkers.voices[each.peer.name], talkers.endpoint(each)
                if muted in (each.peer.name, "both"):
                    voice.sock.sendto(compound(voice.ssrc, "muted"), (endpoint.local[0], endpoint.local[1] + 1))
                else:
                    voice.say(endpoint)
                voice.hear()
            await rig.settle(5.0)
        assert "BYE" not in said(line)
        await rig.settle(70.0)
        assert "BYE" in said(line)
        await talkers.close()

    play(script())


@pytest.mark.parametrize("described_again", [True, False])
@pytest.mark.parametrize("caller", ["provider", "bert"])
def test_who_listens_before_the_answer_without_a_sound_stays_and_has_the_whole_time_from_the_answer_on(
    caller: str, described_again: bool
) -> None:
    async def script() -> None:
        talkers = Talkers()
        rig = talkers.rig
        rig.office = replace(rig.office, media_timeout=10.0)
        talkers.voice(caller)
        talkers.voice("anna")
        await rig.open("anna", "bert")
        polite(rig.peers.values())
        line = rig.call(caller, "21" if caller == "bert" else "493077721")
        await rig.settle()
        ringing = rig.peers["anna"].last
        ringing.reply(183)
        await rig.settle(18.0)
        assert said(line) == ["100", "183"]
        ringing.reply(200, sdp=None if described_again else "")
        await rig.settle(8.0)
        assert "BYE" not in said(line) + said(ringing)
        await rig.settle(10.0)
        assert "BYE" in said(line)
        assert "BYE" in said(ringing)
        await talkers.close()
        assert rig.step_words.endswith("lost")

    play(script())
