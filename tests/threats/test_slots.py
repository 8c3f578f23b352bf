"""Slots, ports, memory and disk: nobody who is silent, half or slow keeps a place, and nothing grows without bound."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import struct
from pathlib import Path

import pytest

from pbx.exchange.scripts import voicemail
from pbx.sip.message import Response
from pbx.sip.transport.limits import ConnectionLimits
from tests.peers.programs import own_host
from tests.threats.box import GREETED, NUMBER, PORT, Box, besiege
from tests.threats.ends import End, Talk, Voice, ack_of_refusal, phone

PATIENCE = 60.0
"""Seconds after which a place must be free again."""


def tls() -> ssl.SSLContext:
    """A client that takes the box's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Stream:
    """A TCP or TLS client; `shake` False: TLS's port, but without a word of TLS."""

    def __init__(self, box: Box, host: str = "127.6.6.6", *, secure: bool = False, shake: bool = True) -> None:
        self._box, self._host, self._secure, self._shake = box, host, secure, shake
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self) -> Stream:
        host, port = self._box.address
        context = tls() if self._secure and self._shake else None
        place = (host, port + 1) if self._secure else (host, port)
        self.reader, self.writer = await asyncio.open_connection(*place, local_addr=(self._host, 0), ssl=context)
        return self

    def send(self, data: bytes) -> None:
        if not self.writer.transport.is_closing():
            self.writer.write(data)

    async def closed(self) -> bool:
        """Whether the box has hung up."""
        try:
            async with asyncio.timeout(0.5):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    async def final(self) -> int:
        """The status of the next final response."""
        async with asyncio.timeout(3.0):
            while True:
                head = await self.reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                status = int(head[8:11]) if head.startswith(b"SIP/2.0 ") else 0
                await self.reader.readexactly(length)
                if status >= 200:
                    return status


def options(box: Box, number: int = 1) -> bytes:
    end = End(box)
    request = bytes(end.request("OPTIONS", cseq=number)).replace(b"/UDP", b"/TCP")
    end.close()
    return request


@pytest.mark.parametrize("secure", [False, True], ids=["tcp", "tls"])
def test_silent_half_and_slow_clients_are_gone_within_a_minute(tmp_path: Path, secure: bool) -> None:
    async def script(box: Box) -> None:
        await box.until(lambda: len(box.daemon.exchange.transports.listening) == 3)
        kinds = {
            name: await Stream(box, f"127.6.6.{at + 1}", secure=secure, shake=name != "speechless").open()
            for at, name in enumerate(("speechless", "silent", "half", "body", "slow", "pings", "once"))
        }
        whole = options(box)
        kinds["half"].send(whole[:60])
        kinds["body"].send(whole.replace(b"Content-Length: 0", b"Content-Length: 9000") + b"x" * 100)
        kinds["once"].send(whole)
        for second in range(int(PATIENCE) // 2):
            kinds["slow"].send(whole[second : second + 1])
            kinds["pings"].send(b"\r\n\r\n")
            await box.pass_time(2.0, 1.0)
            if second == 2:
                assert await End(box).status(End(box).request("OPTIONS")) in (200, None)
        still = [name for name, stream in kinds.items() if not await stream.closed()]
        assert still == []
        for stream in kinds.values():
            stream.writer.transport.abort()

    besiege(tmp_path, script)


def test_who_holds_all_places_gives_way_to_the_office(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        connections = box.daemon.exchange.transports.connections
        connections.limits = ConnectionLimits(connections=40, per_source=10)
        hogs = [await Stream(box, f"127.6.6.{host}").open() for host in range(1, 7) for _ in range(12)]
        await box.settle()
        assert len(connections) <= 40
        office = await Stream(box, "127.0.0.1").open()
        office.send(options(box))
        assert await office.final() == 200
        for stream in (*hogs, office):
            stream.writer.transport.abort()
        await box.until(lambda: len(connections) == 0)

    besiege(tmp_path, script)


def test_a_stream_that_is_no_sip_is_closed_at_once(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        for data in (
            b"\x16\x03\x01" * 400,
            b"A" * 70000,
            options(box).replace(b"Content-Length: 0", b"Content-Length: 99999999"),
            options(box).replace(b"Content-Length: 0", b"Content-Length: -1"),
            options(box).replace(b"Content-Length: 0", b"Content-Length: 0\r\nContent-Length: 5"),
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            stream = await Stream(box).open()
            stream.send(data)
            await box.settle()
            await box.pass_time(PATIENCE, 5.0)
            assert await stream.closed(), data[:40]
        assert await End(box).status(End(box).request("OPTIONS")) in (200, None)

    besiege(tmp_path, script)


def listening() -> set[tuple[str, int, str]]:
    """Where this process listens, TCP and UDP."""
    inodes = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            inodes.add(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    found = set()
    for kind, wanted in (("tcp", "0A"), ("udp", "07"), ("tcp6", "0A"), ("udp6", "07")):
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == wanted and f"socket:[{words[9]}]" in inodes:
                host, port = words[1].split(":")
                packed = struct.pack("=I", int(host, 16)) if len(host) == 8 else b""
                found.add((socket.inet_ntoa(packed) if packed else host, int(port, 16), kind))
    return found


def test_only_sip_and_rtp_listen(tmp_path: Path) -> None:
    before = listening()

    async def script(box: Box) -> None:
        await box.until(lambda: len(box.daemon.exchange.transports.listening) == 3)
        sip = {(box.host, PORT, "udp"), (box.host, PORT, "tcp"), (box.host, PORT + 1, "tcp")}
        assert listening() - before == sip
        provider = End(box, *box.provider)
        invite = provider.request("INVITE", GREETED, sdp=Voice(box.provider[0]).sdp)
        assert await provider.status(invite) == 200
        lowest = box._rtp
        during = {each for each in listening() - before - sip if each[0] == box.host}
        assert len(during) == 2
        assert all(kind == "udp" and lowest <= port < lowest + 100 for _, port, kind in during)
        await box.end_calls()
        assert {each for each in listening() - before if each[0] == box.host} == sip
        provider.close()

    besiege(tmp_path, script)


def test_files_of_the_box_are_for_the_box_alone(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await phone(box, "21")
        await box.until(lambda: len(box.daemon.exchange.transports.listening) == 3)
        for name in ("settings.json", "secret", "tls.key", "control.sock"):
            assert (tmp_path / name).stat().st_mode & 0o077 == 0, name

    besiege(tmp_path, script)


def resident() -> float:
    """Megabytes this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def test_large_requests_are_not_kept(tmp_path: Path) -> None:
    """A response says Via, From, To, Call-ID and CSeq again, and is kept for half a minute."""

    async def script(box: Box) -> None:
        stranger = End(box)
        before = resident()
        for number in range(250):
            request = stranger.request("INVITE" if number % 2 else "OPTIONS", "21")
            long = f"{number}x" + "a" * 27_000
            for name, value in (
                ("Call-ID", long),
                ("From", f"<sip:{long}@x>;tag=1"),
                ("Via", f"SIP/2.0/UDP h;rport;branch=z9hG4bK{long}"),
                ("To", f'"{long}" <sip:21@x>'),
            ):
                stranger.send(request.with_headers(request.headers.with_(name, value)))
            stranger.send(bytes(request).replace(f"1 {request.method}".encode(), b"1 " + long.encode()))
            await box.settle(2)
            stranger.heard()
            stranger.seen.clear()
        assert box.daemon.exchange.stack.transactions == 0
        assert resident() - before < 30, "they were 70 MB"
        assert await stranger.status(stranger.request("OPTIONS")) == 200

    besiege(tmp_path, script)


def test_a_merely_long_request_is_answered(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        way = [("Via", f"SIP/2.0/UDP 127.0.0.{hop};branch=z9hG4bK{'x' * 60}") for hop in range(40)]
        assert await stranger.status(stranger.request("OPTIONS", "21", [*way, ("Subject", "x" * 9000)])) == 200
        assert await stranger.status(stranger.request("OPTIONS", "21", way * 4), 0.3) in (400, 513, None)

    besiege(tmp_path, script)


def test_calls_past_the_last_port_are_refused_and_leave_nothing_behind(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        provider = End(box, *box.provider)
        asked = []
        for number in range(80):
            request = provider.request("INVITE", GREETED, sdp=Voice(box.provider[0]).sdp)
            asked.append(request)
            provider.send(request)
            if number % 8 == 0:
                await box.settle()
        finals: dict[str, Response] = {}

        def all_answered() -> bool:
            for each in provider.heard():
                if isinstance(each, Response) and each.status >= 200:
                    finals[each.call_id] = each
            return len(finals) == len(asked)

        await box.until(all_answered)
        refused = [each for each in finals.values() if each.status == 503]
        assert len(refused) == 30
        for each in refused:
            request = next(one for one in asked if one.call_id == each.call_id)
            provider.send(ack_of_refusal(request, each))
        await box.end_calls()
        assert box.daemon.exchange.pump.endpoints == ()
        await box.pass_time(70.0)
        assert len(box.daemon.exchange.equipment.legs) == 0
        assert len(box.daemon.exchange.stack.sessions) == 0
        assert len(box.daemon.exchange.stack._dialogs) == 0
        assert len(box.daemon.exchange.equipment.scripts) == 0

    besiege(tmp_path, script)


async def message_for_anna(box: Box, provider: End, voice: Voice, talking: float) -> None:
    """A caller talks into Anna's mailbox, for so many seconds after the announcement began."""
    await box.do("user set", person="21", voicemail=True)
    request = provider.request("INVITE", NUMBER, sdp=voice.sdp, from_="<sip:+4989123456@x>;tag=1")
    response = await provider.ask(request)
    assert response is not None
    assert response.status == 200
    talk = Talk.calling(provider, request, response, voice)
    talk.ack()
    for _ in range(int(talking * 50)):
        voice.say(talk.remote, byte=0x05 if voice.sequence % 2 else 0x85)
        await box.pass_time(0.02, 0.02)
        if not box.calls:
            break
    await box.end_calls()


def test_with_a_full_disk_nothing_is_recorded_and_the_caller_is_told(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        boxes = box.daemon.desk.mailboxes
        boxes._free_share = lambda path: 0.09
        await message_for_anna(box, End(box, *box.provider), Voice(box.provider[0]), 12.0)
        (call,) = await box.history()
        notes = [step["detail"].get("reason", "") for step in call["steps"] if step["what"] == "no-message"]
        assert notes
        assert "disk is free" in notes[0]
        assert list((tmp_path / "spool").iterdir()) == []
        boxes._free_share = lambda path: 0.5
        talking = End(box, own_host())
        assert await talking.status(talking.request("OPTIONS")) == 200

    besiege(tmp_path, script)


def test_one_message_is_no_longer_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voicemail, "LONGEST", 2.0)

    async def script(box: Box) -> None:
        await message_for_anna(box, End(box, *box.provider), Voice(box.provider[0]), 20.0)
        (message,) = await box.do("voicemail list", extension="21")
        assert 1.5 <= message["seconds"] <= 2.6

    besiege(tmp_path, script)


def test_readers_of_answers_see_whole_messages_only(tmp_path: Path) -> None:
    """Many requests in one segment, and one request in many."""

    async def script(box: Box) -> None:
        stream = await Stream(box, "127.0.0.1").open()
        stream.send(b"".join(options(box, number + 1) for number in range(20)))
        assert [await stream.final() for _ in range(20)] == [200] * 20
        whole = options(box, 50)
        for at in range(0, len(whole), 7):
            stream.send(whole[at : at + 7])
            await box.settle(2)
        assert await stream.final() == 200
        stream.writer.transport.abort()

    besiege(tmp_path, script)


@pytest.mark.parametrize("secure", [False, True], ids=["tcp", "tls"])
@pytest.mark.parametrize("rubbish", [b"OPTIONS sip:x SIP/2.0\r\n\r\n", b"\0\1\2", b"no message\r\n", b""])
def test_whole_requests_are_answered_before_rubbish_in_their_segment_ends_the_connection(
    tmp_path: Path, rubbish: bytes, secure: bool
) -> None:
    async def script(box: Box) -> None:
        end = End(box)
        stream = await Stream(box, secure=secure).open()
        whole = [bytes(end.request(method, "21")) for method in ("OPTIONS", "REGISTER", "OPTIONS")]
        stream.send(whole[0] + b"\r\n\r\n" + whole[1] + whole[2] + rubbish)
        said = b""
        async with asyncio.timeout(5):
            while len(statuses := re.findall(rb"^SIP/2.0 (\d+)", said, re.MULTILINE)) < 3:
                said += await stream.reader.read(65536)
        assert statuses == [b"200", b"401", b"200"]
        assert await stream.closed() is bool(rubbish)
        stream.writer.close()

    besiege(tmp_path, script)
