"""TCP connections: reused, bounded, and rid of clients that say nothing. Time is made up where it matters."""

import asyncio
import contextlib
import socket
import threading

import pytest

from pbx.sip.flow import Flow
from pbx.sip.transport.hop import Hop
from pbx.sip.transport.limits import ConnectionLimits
from tests.line import play
from tests.sip.transport.ends import End, message, until

BORING = ConnectionLimits(connections=10, per_source=4, patience=25.0, idle=50.0)


def connected(local: tuple[str, int], source: str = "127.0.0.1") -> socket.socket:
    """A client that has connected and does not block."""
    client = socket.create_connection(local, timeout=5, source_address=(source, 0))
    client.setblocking(False)
    return client


def is_closed(client: socket.socket) -> bool:
    """Whether the other side has ended it; what was received is thrown away."""
    try:
        while client.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_one_connection_is_used_for_everything() -> None:
    async def script() -> None:
        here, there = End(), End(echo=True)
        local = await here.open().listen("127.0.0.1", 0)
        remote = await there.open().listen("127.0.0.1", 0)
        asked = here.transports.flow_to(Hop("tcp", *remote))
        assert asked == Flow("tcp", local, remote)
        for number in range(20):
            here.transports.send(message(str(number), b"b" * number), asked)
        await until(lambda: len(here.received) == 20)
        flows = {flow for _, flow in here.received}
        assert flows == {Flow("tcp", local, remote, 1)}
        assert [data for data, _ in here.received] == [message(str(n), b"b" * n) for n in range(20)]
        here.transports.send(message("again"), flows.pop())
        there.transports.send(message("back"), there.received[0][1])
        await until(lambda: len(there.received) == 21 and len(here.received) >= 21)
        assert len(here.transports.connections) == len(there.transports.connections) == 1
        await here.transports.close()
        await there.transports.close()

    asyncio.run(script())


async def everything(client: socket.socket) -> bytes:
    """What is said until the other side closes; fails if it does not within made-up minutes."""
    loop, said = asyncio.get_running_loop(), b""
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            while piece := await loop.sock_recv(client, 65536):
                said += piece
    return said


NO_LENGTH = b"OPTIONS sip:a SIP/2.0\r\n\r\n"


@pytest.mark.parametrize(
    ("segments", "answers"),
    [
        ([message("1") + NO_LENGTH], [message("1")]),
        ([message("1") + message("2", b"body") + b"\x00\xffrubbish"], [message("1"), message("2", b"body")]),
        ([message("1") + b"\r\n\r\n" + message("2") + b"rubbish\r\n"], [message("1"), b"\r\n", message("2")]),
        ([message("1"), NO_LENGTH, message("2")], [message("1")]),
        ([message("1") + NO_LENGTH + message("2")], [message("1")]),
        ([b"SIP/2.0 200 OK\r\nl: 0\r\n\r\n" + NO_LENGTH], [b"SIP/2.0 200 OK\r\nl: 0\r\n\r\n"]),
        ([message("big", b"x" * 60_000) + NO_LENGTH], [message("big", b"x" * 60_000)]),
        ([NO_LENGTH], []),
    ],
    ids=[
        "one",
        "two",
        "with a ping",
        "in a segment of its own",
        "and more",
        "a response",
        "a large one",
        "only rubbish",
    ],
)
def test_what_came_whole_is_answered_before_rubbish_ends_the_connection(
    segments: list[bytes], answers: list[bytes]
) -> None:
    async def script() -> None:
        here = End(echo=True)
        local = await here.open().listen("127.0.0.1", 0)
        with connected(local) as client:
            for segment in segments:
                with contextlib.suppress(ConnectionError):
                    await asyncio.get_running_loop().sock_sendall(client, segment)
                    await asyncio.sleep(0.05)
            assert await everything(client) == b"".join(answers)
        await until(lambda: not len(here.transports.connections))
        assert here.failed[-1][1].startswith("not SIP")
        await here.transports.close()

    asyncio.run(script())


def test_who_sends_rubbish_and_takes_no_answer_is_let_go_all_the_same() -> None:
    async def script() -> None:
        here = End()
        local = await here.open().listen("127.0.0.1", 0)
        with connected(local) as client:
            client.sendall(message())
            await until(lambda: here.received)
            for _ in range(60):
                here.transports.send(message("", b"x" * 4000), here.received[0][1])
            client.sendall(NO_LENGTH)
            await asyncio.sleep(6)
            assert len(here.transports.connections) == 0
        await here.transports.close()

    play(script())


def test_a_refused_connection_is_reported_with_the_flow_that_was_asked_for() -> None:
    async def script() -> None:
        here = End()
        await here.open().listen("127.0.0.1", 0)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            hop = Hop("tcp", *closed.getsockname())
            flow = here.transports.flow_to(hop)
            here.transports.send(message(), flow)
            here.transports.send(message(), flow)
            await until(lambda: flow in [failed for failed, _ in here.failed])
        assert {why for _, why in here.failed} == {"Connection refused"}
        assert len(here.transports.connections) == 0
        await here.transports.close()

    asyncio.run(script())


def test_a_connection_that_is_never_made_fails_after_a_while() -> None:
    async def script() -> None:
        here = End()
        await here.open(BORING).listen("127.0.0.1", 0)
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            # the kernel drops further connection attempts once its queue is full
            waiting = [socket.socket() for _ in range(4)]
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(full.getsockname())
            flow = here.transports.flow_to(Hop("tcp", *full.getsockname()))
            here.transports.send(message(), flow)
            await asyncio.sleep(BORING.opening + 1)
            for client in waiting:
                client.close()
        assert (flow, "no answer in time") in here.failed
        await here.transports.close()

    play(script())


def test_a_lost_connection_is_reported_and_the_next_message_opens_a_new_one() -> None:
    async def script() -> None:
        here, there = End(), End()
        await here.open().listen("127.0.0.1", 0)
        remote = await there.open().listen("127.0.0.1", 0)
        asked = here.transports.flow_to(Hop("tcp", *remote))
        here.transports.send(message(), asked)
        await until(lambda: there.received)
        used = Flow("tcp", asked.local, remote, 1)
        await there.transports.close()
        await until(lambda: len(here.failed) == 2)
        assert [flow for flow, _ in here.failed] == [used, asked]
        here.transports.send(message(), used)
        await until(lambda: len(here.failed) == 3)
        assert here.failed[2] == (used, "the connection is closed")
        again = End()
        assert await again.open().listen(*remote) == remote
        here.transports.send(message("anew"), asked)
        await until(lambda: again.received)
        await here.transports.close()
        await again.transports.close()

    asyncio.run(script())


def test_a_ping_gets_its_pong() -> None:
    async def script() -> None:
        box = End()
        client = connected(await box.open().listen("127.0.0.1", 0))
        client.sendall(b"\r\n\r\n" + message())
        await until(lambda: box.received)
        assert client.recv(100) == b"\r\n"
        client.close()
        await box.transports.close()

    asyncio.run(script())


@pytest.mark.parametrize("sent", [b"", b"OPTIONS sip:a SIP/2.0\r\nVia: S", b"\r\n\r\n\r\n\r\n", message() + b"OPT"])
def test_who_says_nothing_or_half_of_it_is_gone_within_a_minute(sent: bytes) -> None:
    async def script() -> None:
        box = End()
        client = connected(await box.open(BORING).listen("127.0.0.1", 0))
        client.sendall(sent)
        await until(lambda: len(box.transports.connections) == 1)
        await asyncio.sleep(20)
        assert not is_closed(client)
        await asyncio.sleep(40)
        assert is_closed(client)
        assert len(box.transports.connections) == 0
        client.close()
        await box.transports.close()

    play(script())


def test_a_client_that_drips_is_gone_within_a_minute() -> None:
    async def script() -> None:
        box = End()
        client = connected(await box.open(BORING).listen("127.0.0.1", 0))
        for byte in message("slow", b"x" * 500)[:59]:
            try:
                client.send(bytes([byte]))
            except OSError:
                break
            await asyncio.sleep(1)
        await asyncio.sleep(1)
        assert is_closed(client)
        client.close()
        await box.transports.close()

    play(script())


def test_an_idle_connection_stays_as_long_as_somebody_needs_it() -> None:
    async def script() -> None:
        box = End(kept=lambda flow: True)
        client = connected(await box.open(BORING).listen("127.0.0.1", 0))
        client.sendall(message())
        await until(lambda: box.received)
        await asyncio.sleep(3600)
        assert not is_closed(client)
        box.kept = lambda flow: False
        await asyncio.sleep(60)
        assert is_closed(client)
        client.close()
        await box.transports.close()

    play(script())


def test_connections_of_ours_are_kept_alive() -> None:
    async def script() -> None:
        here = End(kept=lambda flow: True)
        await here.open(BORING).listen("127.0.0.1", 0)
        with socket.create_server(("127.0.0.1", 0)) as provider:
            here.transports.send(message(), here.transports.flow_to(Hop("tcp", *provider.getsockname())))
            provider.setblocking(False)
            far, _ = await asyncio.get_running_loop().sock_accept(provider)
            await asyncio.sleep(400)
            assert far.recv(4096) == message() + b"\r\n\r\n" * 4
            far.close()
        await here.transports.close()

    play(script())


def test_one_address_cannot_take_all_places() -> None:
    async def script() -> None:
        box = End(kept=lambda flow: flow.remote[0] == "127.0.0.3")
        local = await box.open(BORING).listen("127.0.0.1", 0)
        greedy = [connected(local) for _ in range(30)]
        await until(lambda: sum(map(is_closed, greedy)) == 26)
        phone = connected(local, "127.0.0.3")
        phone.sendall(message("phone"))
        await until(lambda: box.received)
        # three more addresses fill all ten places; the phone that is registered never has to go
        others = [connected(local, f"127.0.1.{number}") for number in range(40)]
        await until(lambda: sum(map(is_closed, others)) >= 30)
        assert not is_closed(phone)
        assert len(box.transports.connections) == BORING.connections
        for client in (*greedy, *others, phone):
            client.close()
        await box.transports.close()

    play(script())


def test_a_peer_that_never_reads_is_given_up() -> None:
    async def script() -> None:
        here = End(kept=lambda flow: True)
        await here.open(ConnectionLimits(unsent=100_000)).listen("127.0.0.1", 0)
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            flow = here.transports.flow_to(Hop("tcp", *deaf.getsockname()))
            for _ in range(2000):
                here.transports.send(message("long", b"x" * 60_000), flow)
                await asyncio.sleep(0)
                if here.failed:
                    break
            await until(lambda: any("read" in why or "waits" in why for _, why in here.failed))
            assert len(here.transports.connections) <= 1
        await here.transports.close()

    asyncio.run(script())


@pytest.mark.parametrize(
    "sent", [b"x" * 70_000, b"OPTIONS sip:a SIP/2.0\r\n\r\n", message("", b"")[:-4] + b"\r\nContent-Length: 9\r\n\r\n"]
)
def test_what_is_not_sip_closes_only_its_own_connection(sent: bytes) -> None:
    async def script() -> None:
        box = End()
        local = await box.open().listen("127.0.0.1", 0)
        good, bad = connected(local), connected(local)
        good.sendall(message("before"))
        sender = threading.Thread(target=_push, args=(bad, sent))
        sender.start()
        await until(lambda: box.failed)
        sender.join()
        assert box.failed[0][1].startswith("not SIP")
        good.sendall(message("after"))
        await until(lambda: len(box.received) == 2)
        good.close()
        bad.close()
        await box.transports.close()

    asyncio.run(script())


def _push(client: socket.socket, data: bytes) -> None:
    client.settimeout(5)
    with contextlib.suppress(OSError):  # closed on the way: that is what is wanted
        client.sendall(data)


def test_nothing_is_told_after_closing() -> None:
    async def script() -> None:
        here, there = End(), End()
        await here.open().listen("127.0.0.1", 0)
        remote = await there.open().listen("127.0.0.1", 0)
        here.transports.send(message(), here.transports.flow_to(Hop("tcp", *remote)))
        await until(lambda: there.received)
        await here.transports.close()
        await until(lambda: there.failed)
        assert here.failed == []
        await there.transports.close()

    asyncio.run(script())


def test_a_peer_that_vanished_while_nothing_was_said_is_noticed_within_a_minute() -> None:
    async def script() -> None:
        here, there = End(), End()
        remote = await there.open().listen("127.0.0.1", 0)
        await here.open().listen("127.0.0.1", 0)
        here.transports.send(message(), here.transports.flow_to(Hop("tcp", *remote)))
        await until(lambda: there.received)
        for end in (here, there):
            (connection,) = end.transports.connections._open.values()
            assert connection._transport is not None
            sock = connection._transport.get_extra_info("socket")
            idle, pause, times = (
                sock.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert idle + pause * times <= 60
        await here.transports.close()
        await there.transports.close()

    asyncio.run(script())
