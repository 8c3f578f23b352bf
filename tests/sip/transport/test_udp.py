"""UDP over real sockets on the loopback."""

import asyncio
import socket
from typing import Literal

import pytest

from pbx.sip.flow import Flow
from pbx.sip.transport.hop import Hop
from pbx.sip.transport.udp import CACHE, UdpSocket
from tests.sip.transport.ends import End, message, until


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_datagram_goes_there_and_back(host: str) -> None:
    async def script() -> None:
        here, there = End(), End(echo=True)
        port = (await here.open().listen(host, 0))[1]
        remote = await there.open().listen(host, 0)
        flow = here.transports.flow_to(Hop("udp", *remote))
        assert flow == Flow("udp", (host, port), remote)
        here.transports.send(message("hello"), flow)
        await until(lambda: here.received)
        assert here.received == [(message("hello"), flow)]
        assert there.received == [(message("hello"), Flow("udp", remote, (host, port)))]
        await here.transports.close()
        await there.transports.close()

    asyncio.run(script())


def test_a_wildcard_socket_answers_from_the_address_that_was_written_to() -> None:
    async def script() -> None:
        box = End(echo=True)
        _, port = await box.open().listen("0.0.0.0", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.7", 0))
            phone.setblocking(False)
            for address in ("127.0.0.1", "127.0.0.5", "127.0.0.9"):
                phone.sendto(message(), (address, port))
                await until(lambda: box.received)
                assert box.received.pop()[1].local == (address, port)
                assert phone.recvfrom(2000)[1] == (address, port)
        await box.transports.close()

    asyncio.run(script())


def test_both_families_listen_at_one_port() -> None:
    async def script() -> None:
        box, phone = End(echo=True), End()
        _, port = await box.open().listen("::", 0)
        phone.open()
        for host in ("127.0.0.1", "::1"):
            await phone.transports.listen(host, 0)
            for transport in ("udp", "tcp"):
                phone.transports.send(message(), phone.transports.flow_to(Hop(transport, host, port)))
        await until(lambda: len(phone.received) == 4)
        assert {(flow.transport, flow.local[0]) for _, flow in box.received} == {
            ("udp", "127.0.0.1"), ("tcp", "127.0.0.1"), ("udp", "::1"), ("tcp", "::1")
        }  # fmt: skip
        await box.transports.close()
        await phone.transports.close()

    asyncio.run(script())


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::1"])
def test_a_port_nobody_listens_at_is_reported_with_its_own_flow(bound: str) -> None:
    async def script() -> None:
        here, other = End(), End()
        await here.open().listen(bound, 0)
        host = "::1" if ":" in bound else "127.0.0.1"
        good = await other.open().listen(host, 0)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as closed:
            closed.bind((host, 0))
            port = closed.getsockname()[1]
        dead, alive = here.transports.flow_to(Hop("udp", host, port)), here.transports.flow_to(Hop("udp", *good))
        here.transports.send(message("lost"), dead)
        here.transports.send(message("kept"), alive)  # the error of the first must not eat the second
        await until(lambda: other.received and here.failed)
        assert here.failed == [(dead, "Connection refused")]
        assert other.received[0][0] == message("kept")
        await here.transports.close()
        await other.transports.close()

    asyncio.run(script())


def test_what_no_datagram_can_carry_is_refused_and_the_socket_goes_on() -> None:
    async def script() -> None:
        here, there = End(), End()
        await here.open().listen("127.0.0.1", 0)
        flow = here.transports.flow_to(Hop("udp", *(await there.open().listen("127.0.0.1", 0))))
        here.transports.send(b"x" * 65508, flow)
        assert not here.failed  # never from within send
        await until(lambda: here.failed)
        here.transports.send(b"y" * 65507, flow)
        await until(lambda: there.received)
        assert here.failed == [(flow, "the message is too long for UDP")]
        assert there.received[0][0] == b"y" * 65507
        await here.transports.close()
        await there.transports.close()

    asyncio.run(script())


@pytest.mark.parametrize("remote", [("127.0.0.1", 0), ("127.0.0.1", 70000), ("::1", 5060), ("a\0b", 5060), ("", 1)])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_address_that_is_none_fails_and_does_not_raise(
    transport: Literal["udp", "tcp"], remote: tuple[str, int]
) -> None:
    async def script() -> None:
        here = End()
        local = await here.open().listen("127.0.0.1", 0)
        here.transports.send(message(), Flow(transport, local, remote))
        await until(lambda: here.failed)
        assert here.failed[0][0].remote == remote
        await here.transports.close()

    asyncio.run(script())


def test_packets_that_only_keep_a_nat_open_are_not_passed_on() -> None:
    async def script() -> None:
        box = End()
        local = await box.open().listen("127.0.0.1", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            for data in (b"\r\n\r\n", b"\r\n", b"\0", b"", message("real")):
                phone.sendto(data, local)
            await until(lambda: box.received)
        assert [data for data, _ in box.received] == [message("real")]
        await box.transports.close()

    asyncio.run(script())


def test_the_addresses_remembered_are_bounded() -> None:
    received: list[bytes] = []
    box = UdpSocket("127.0.0.1", 0, lambda data, flow: received.append(data), lambda flow, why: None)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.sendto(b"hello", box.local)
    box._flows = {("192.0.2.1", number): Flow("udp", box.local, ("192.0.2.1", number)) for number in range(CACHE)}
    box.read()
    assert received == [b"hello"]
    assert len(box._flows) == 1
    box.close()


def test_no_socket_is_left_when_the_port_is_taken() -> None:
    async def script() -> None:
        first, second = End(), End()
        local = await first.open().listen("127.0.0.1", 0)
        second.open()
        with pytest.raises(OSError, match="in use"):
            await second.transports.listen(*local)
        assert second.transports.listening == []
        with pytest.raises(OSError, match="not listening"):
            second.transports.flow_to(Hop("udp", "127.0.0.1", 5060))
        await second.transports.close()
        await first.transports.close()

    asyncio.run(script())
