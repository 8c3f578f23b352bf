"""Calls with real packets over a bad line, between parties that are sloppy, hostile or dying.

No call hangs, none leaks, and no voice reaches anybody whom it should not reach.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.media.packet import Packet
from pbx.media.rtcp import compound
from pbx.media.telephone_event import TelephoneEvent
from tests.exchange.peers import Line, Peer, polite
from tests.exchange.test_sound import Talkers
from tests.line import play
from tests.media.wire import Peer as Voice
from tests.media.wire import tone

INJECTED = b"\xaa" * 160
TWO = bytes(TelephoneEvent(2, 320, end=True))
RUBBISH = (b"", b"\x80", b"\x80\xc8\0\1abcd", b"\xff" * 1500, b"\x90\x08" + bytes(20), b"\x81\xc9\xff\xff", bytes(12))
ODD_LINES = (
    "m=video 0 RTP/AVP",
    "b=AS:99999999999999999999999999",
    "a=ptime:-1",
    "m=audio 0",
    "c=IN IP4 127.0.0.8",
    "m=audio 9 RTP/SAVP 8",
)


class BadLine:
    """Loses, doubles, delays and so reorders signalling; whoever speaks repeats it, and the third copy gets through."""

    def __init__(self, dice: random.Random, peer: Peer) -> None:
        self.dice, self.loop = dice, asyncio.get_running_loop()
        self.send, self.take = peer._send, peer.take
        peer._send = self.carry
        peer.take = lambda data: self.arrive(data)  # type: ignore[method-assign]

    def carry(self, peer: Peer, data: bytes) -> None:
        for copy, after in enumerate((0.0, 0.5, 1.5)):
            if copy == 2 or self.dice.random() > 0.3:
                self.loop.call_later(after + self.dice.uniform(0, 0.3), self.send, peer, data)

    def arrive(self, data: bytes) -> None:
        if self.dice.random() > 0.2:  # the box repeats by itself
            self.loop.call_later(self.dice.uniform(0, 0.1), self.take, data)


class BadCall:
    """One call, its two parties, and a stranger who has heard of it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.talkers = Talkers()
        self.rig = self.talkers.rig
        self.rig.archive.folder = folder
        self.lines: list[Line] = []
        self.living: set[str] = set()
        """Who still gives signs of life."""

    async def play(self) -> None:
        """The call from beginning to end, and a look at what is left."""
        rig, dice = self.rig, self.dice
        for name in ("provider", "anna", "bert"):
            self.talkers.voice(name)
        self.stranger = Voice("127.0.0.9")
        await rig.open("anna", "bert")
        polite(rig.peers.values(), anna=200)
        for name in ("provider", "anna"):
            BadLine(dice, rig.peers[name])
        line = rig.call("provider", "4930123450")
        while not self.stands(line):
            await rig.settle(0.5)
        dialled = dice.choice(["21", "21", "26"])  # Finn has no phone, but a mailbox
        for digit in dialled:
            await self.talkers.press(line, digit)
            self.attack()
            await asyncio.sleep(dice.uniform(0, 0.5))
        await rig.settle(6.0)
        self.lines = [line, *rig.peers["anna"].lines]
        self.living = {each.peer.name for each in self.lines}
        breath = asyncio.ensure_future(self.breathe())
        for _ in range(dice.randint(1, 8)):
            await self.act()
            self.attack()
        await self.end()
        await rig.settle(240)
        breath.cancel()
        self.look("anna" if dialled == "21" else "nobody")

    def stands(self, line: Line) -> bool:
        """Whether the box takes this party's voice."""
        return any(end.local[1] == line.port for end in self.talkers.pump.endpoints)

    # -- what they do

    async def act(self) -> None:
        """One party does something."""
        line = self.dice.choice(self.lines)
        if not self.stands(line):
            return
        acts: list[Callable[[Line], Awaitable[None]]] = [
            self.speak, self.speak, self.listen, self.move, self.hold, self.reoffer, self.press, self.begin_anew,
            self.babble,
        ]  # fmt: skip
        await self.dice.choice(acts)(line)

    async def speak(self, line: Line) -> None:
        """A second of voice in any listed codec, lost, doubled and reordered on the way."""
        voice, endpoint, dice = self.talkers.voices[line.peer.name], self.talkers.endpoint(line), self.dice
        kind, late = dice.choice([8, 0]), list[bytes]()
        for payload in tone(voice.codec, 800, 1.0):
            packet = bytes(Packet(kind, voice.sequence, voice.timestamp, voice.ssrc, payload))
            voice.skip()
            late += [packet] * dice.choice([0, 1, 1, 1, 1, 2])
            if dice.random() < 0.8:
                dice.shuffle(late)
                while late:
                    voice.raw(endpoint, late.pop())
            await asyncio.sleep(0.02)
            voice.hear()

    async def breathe(self) -> None:
        """Who lives sends reports, some of them on the port of RTP."""
        while True:
            for line in self.lines:
                if line.peer.name in self.living and self.stands(line):
                    host, port = self.talkers.endpoint(line).local
                    voice = self.talkers.voices[line.peer.name]
                    voice.sock.sendto(compound(voice.ssrc, "alive"), (host, port + self.dice.choice([0, 1])))
                    voice.hear()
            await asyncio.sleep(4.0)

    async def listen(self, _: Line) -> None:
        """Both are muted."""
        await asyncio.sleep(100.0)

    async def move(self, line: Line) -> None:
        """A new NAT mapping."""
        old = self.talkers.voices[line.peer.name]
        new = self.talkers.voices[line.peer.name] = Voice(old.address[0], ssrc=old.ssrc)
        new.sequence, new.timestamp, new.got = old.sequence, old.timestamp, old.got
        old.sock.close()
        await asyncio.sleep(self.dice.uniform(0, 4))

    async def hold(self, line: Line) -> None:
        for direction in (self.dice.choice(["sendonly", "inactive", "recvonly"]), "sendrecv"):
            line.ask("INVITE", body=line.description(direction, version=len(line.heard)))
            await asyncio.sleep(self.dice.uniform(2, 5))

    async def reoffer(self, line: Line) -> None:
        body = line.description(version=len(line.heard)) + self.dice.choice(ODD_LINES) + "\r\n"
        line.ask("INVITE", body=body.replace("o=- ", self.dice.choice(["o=- ", "o=- 9999999999999999999999999"])))
        await asyncio.sleep(3.0)

    async def press(self, line: Line) -> None:
        await self.talkers.press(line, self.dice.choice(["5", "00", "*97"]))

    async def begin_anew(self, line: Line) -> None:
        voice = self.talkers.voices[line.peer.name]
        voice.ssrc, voice.sequence = self.dice.getrandbits(32), self.dice.getrandbits(16)
        await self.speak(line)

    async def babble(self, line: Line) -> None:
        voice, endpoint = self.talkers.voices[line.peer.name], self.talkers.endpoint(line)
        for data in RUBBISH:
            voice.raw(endpoint, data)
        await asyncio.sleep(0.1)

    def attack(self) -> None:
        """The stranger speaks, presses, reports and babbles at every port, as if it were the other party."""
        for endpoint in self.talkers.pump.endpoints:
            host, port = endpoint.local
            ssrc, number = endpoint.reception.ssrc & 0xFFFFFFFF, (endpoint.reception.highest + 1) & 0xFFFF
            for kind, payload in ((8, INJECTED), (101, TWO), (0, INJECTED), (101, TWO)):
                self.stranger.raw(endpoint, bytes(Packet(kind, number, 7, ssrc, payload)))
            for data in (*RUBBISH, compound(ssrc, "stranger", goodbye=True)):
                self.stranger.raw(endpoint, data)
                self.stranger.sock.sendto(data, (host, port + 1))

    # -- how it ends

    async def end(self) -> None:
        """Somebody hangs up, or dies; who holds while dying is another matter (nothing is heard of who holds)."""
        dying = self.dice.choice([False, True]) and not any(leg.held for leg in self.rig.equipment.legs.values())
        line = self.dice.choice(self.lines)
        if dying:
            for each in self.dice.choice([self.lines, [line]]):
                each.peer.there = False
                self.living.discard(each.peer.name)
        else:
            line.ask("BYE")
        await asyncio.sleep(1.0)

    def look(self, callee: str) -> None:
        """What must hold whatever happened."""
        rig, talkers = self.rig, self.talkers
        rig.assert_empty()
        assert not talkers.pump.endpoints
        assert len(rig.archive.calls) == 1
        assert {name for name, peer in rig.peers.items() if peer.lines} <= {"provider", callee}
        assert not self.stranger.hear()
        for voice in talkers.voices.values():
            voice.hear()
            assert all(packet.payload != INJECTED for packet in voice.got)
        assert all(not talkers.voices[name].got for name in ("anna", "bert") if name != callee)
        for voice in (*talkers.voices.values(), self.stranger):
            voice.sock.close()
        talkers.pump.close()


@settings(max_examples=12)
@given(st.integers(0, 1 << 32))
def test_bad_lines_and_worse_parties_neither_hang_nor_leak_nor_misdirect_a_call(seed: int) -> None:
    async def script(folder: Path) -> None:
        await BadCall(seed, folder).play()

    with TemporaryDirectory() as folder:
        play(script(Path(folder)))
