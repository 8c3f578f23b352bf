"""The control socket: questions, answers, events; and nothing a client does stops the exchange."""

import asyncio
import contextlib
import gc
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.control.client import ControlError, NotRunning, ask, follow
from pbx.control.protocol import (
    LONGEST_LINE,
    Garbled,
    Refused,
    question,
    read_answer,
    read_question,
    result,
    short_path,
)
from pbx.control.server import ControlServer
from pbx.sentence import Sentence

Answer = Callable[[str, dict[str, Any], str | None], Any]


def in_a_loop(script: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let pytest run a coroutine."""

    @wraps(script)
    def test(*fixtures: Any, **named: Any) -> None:
        async def limited() -> None:
            await asyncio.wait_for(script(*fixtures, **named), 30.0)

        asyncio.run(limited())

    return test


def echo(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
    return {"did": verb, **arguments}


@asynccontextmanager
async def running(path: Path, answer: Answer = echo) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, answer)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


def connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20.0)
    with short_path(path) as address:
        connection.connect(address)
    return connection


def bind(listening: socket.socket, path: Path) -> None:
    with short_path(path) as address:
        listening.bind(address)
    listening.listen()


@in_a_loop
async def test_a_question_gets_its_answer(path: Path) -> None:
    async with running(path):
        assert await asyncio.to_thread(ask, path, "user list", {"x": ["ü", 1]}) == {"did": "user list", "x": ["ü", 1]}


@in_a_loop
async def test_only_the_owner_may_talk(path: Path) -> None:
    async with running(path):
        assert path.stat().st_mode & 0o777 == 0o600


@in_a_loop
async def test_a_refusal_comes_with_its_sentence_and_code(path: Path) -> None:
    def refuse(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        raise Refused("Extension 21 is Anna's.", 2)

    async with running(path, refuse):
        with pytest.raises(Refused, match=r"Extension 21 is Anna's\.") as caught:
            await asyncio.to_thread(ask, path, "user add", {})
    assert caught.value.code == 2


@in_a_loop
async def test_a_command_that_breaks_is_answered_and_the_next_one_works(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        return 1 / arguments["by"]

    async with running(path, answer):
        with pytest.raises(Refused, match="log says why") as caught:
            await asyncio.to_thread(ask, path, "divide", {"by": 0})
        assert caught.value.code == 1
        assert await asyncio.to_thread(ask, path, "divide", {"by": 2}) == 0.5
    assert "ZeroDivisionError" in caplog.text


@in_a_loop
async def test_answers_are_made_in_another_thread_which_can_ask_the_loop(path: Path) -> None:
    threads: list[int] = []
    servers: list[ControlServer] = []

    def answer(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        threads.append(threading.get_ident())
        return servers[0].on_loop(threading.get_ident)

    async with running(path, answer) as server:
        servers.append(server)
        assert await asyncio.to_thread(ask, path, "who", {}) == threading.get_ident()
    assert threads != [threading.get_ident()]


@in_a_loop
async def test_commands_take_turns(path: Path) -> None:
    inside: list[int] = []

    def answer(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        inside.append(1)
        most = len(inside)
        time.sleep(0.02)
        inside.pop()
        return most

    async with running(path, answer):
        asked = [asyncio.to_thread(ask, path, "x", {}) for _ in range(5)]
        assert await asyncio.gather(*asked) == [1] * 5


@in_a_loop
async def test_what_only_reads_does_not_wait_for_a_writing_command(path: Path) -> None:
    read, seen = threading.Event(), threading.Barrier(3, timeout=20.0)

    def answer(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        if verb == "write":
            return read.wait(20.0)
        seen.wait()  # three at once
        read.set()
        return True

    server = ControlServer(path, answer, writes=lambda verb: verb == "write")
    await server.start()
    try:
        writing = asyncio.create_task(asyncio.to_thread(ask, path, "write", {}))
        assert await asyncio.gather(*(asyncio.to_thread(ask, path, "read", {}) for _ in range(3))) == [True] * 3
        assert await writing
    finally:
        await server.stop()


@pytest.mark.parametrize("session", [None, "", "token"])
@in_a_loop
async def test_who_asks_is_told_by_the_session(path: Path, session: str | None) -> None:
    def answer(verb: str, arguments: dict[str, Any], asked_in: str | None) -> Any:
        return ["root" if asked_in is None else asked_in]

    async with running(path, answer):
        assert await asyncio.to_thread(ask, path, "who", {}, 20.0, session) == ["root" if session is None else session]


@pytest.mark.parametrize("session", ["null", "0", "false", "[]"])
def test_a_session_that_is_no_text_is_not_taken_for_root_s(session: str) -> None:
    with pytest.raises(Garbled):
        read_question(b'{"do": "x", "as": ' + session.encode() + b"}")


@in_a_loop
async def test_a_refusal_names_the_argument_to_blame_and_can_be_said_in_another_language(path: Path) -> None:
    def refuse(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        raise Refused(Sentence("{extension} is taken.", extension="21"), 3, field="extension", hint="--extension N")

    async with running(path, refuse):
        with pytest.raises(Refused) as caught:
            await asyncio.to_thread(ask, path, "user add", {})
    refused = caught.value
    assert (str(refused), refused.code, refused.field, refused.hint) == (
        "21 is taken.", 3, "extension", "--extension N",
    )  # fmt: skip
    assert refused.said == {"say": "{extension} is taken.", "with": {"extension": "21"}}


@in_a_loop
async def test_followers_hear_events_until_the_exchange_stops(path: Path) -> None:
    async with running(path) as server:
        heard: list[dict[str, Any]] = []

        def listen() -> None:
            heard.extend(follow(path, 20.0))

        listening = asyncio.create_task(asyncio.to_thread(listen))
        while not server._followers:
            await asyncio.sleep(0.005)
        server.publish({"step": "called"})
        server.publish({"step": "answered"})
    await listening
    assert heard == [{"step": "called"}, {"step": "answered"}]


async def deaf_follower(server: ControlServer, path: Path) -> socket.socket:
    """Somebody who wants to hear everything, and never reads."""
    deaf = connect(path)
    deaf.sendall(b'{"do": "follow"}\n')
    while not server._followers:
        await asyncio.sleep(0.005)
    return deaf


@in_a_loop
async def test_a_follower_who_does_not_read_is_let_go(path: Path) -> None:
    async with running(path) as server:
        deaf = await deaf_follower(server, path)
        for _ in range(300):
            server.publish({"text": "x" * 16384})
            await asyncio.sleep(0)
        while server._followers:
            await asyncio.sleep(0.005)
        deaf.close()


@in_a_loop
async def test_a_follower_who_does_not_read_does_not_keep_the_exchange_from_stopping(path: Path) -> None:
    async with running(path) as server:
        deaf = await deaf_follower(server, path)
        for _ in range(50):
            server.publish({"text": "x" * 16384})
    assert not server._clients
    deaf.close()


@pytest.mark.parametrize("turns", range(5))
@in_a_loop
async def test_who_connects_while_it_stops_is_sent_away_at_once(path: Path, turns: int) -> None:
    gc.disable()  # which would close a forgotten socket, some time
    try:
        async with running(path):
            client = connect(path)
            client.sendall(question("user list", {}))
            for _ in range(turns):  # the client waits at the door, is let in, is inside, has been heard
                await asyncio.sleep(0)
        with client, suppress(ConnectionResetError):
            client.settimeout(5.0)
            assert await asyncio.to_thread(client.recv, 1000) in (b"", result({"did": "user list"}))
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "line",
    [b"rubbish\n", b"[]\n", b'{"do": 5}\n', b'{"do": "x", "with": []}\n', b"\xff\n", b"[" * 100_000 + b"\n", b"\n"],
)
@in_a_loop
async def test_a_garbled_question_is_told_so_and_the_connection_goes_on(path: Path, line: bytes) -> None:
    async with running(path):

        def talk() -> list[Any]:
            with connect(path) as connection, connection.makefile("rb") as lines:
                connection.sendall(line + question("x", {}))
                return [json.loads(lines.readline()) for _ in range(2)]

        first, second = await asyncio.to_thread(talk)
        assert "could not be understood" in first["error"]
        assert second == {"result": {"did": "x"}}


@in_a_loop
async def test_a_question_without_end_is_cut_off(path: Path) -> None:
    async with running(path):

        def talk() -> bytes:
            with connect(path) as connection, connection.makefile("rb") as lines:
                with suppress(OSError):  # the server may have hung up already
                    connection.sendall(b"x" * (LONGEST_LINE + 200_000))
                return lines.readline()

        assert b"too long" in await asyncio.to_thread(talk)
        assert await asyncio.to_thread(ask, path, "x", {}) == {"did": "x"}


@in_a_loop
async def test_clients_that_leave_in_the_middle_or_come_in_crowds_do_not_matter(path: Path) -> None:
    async with running(path):
        crowd = [connect(path) for _ in range(80)]
        for each in crowd[:40]:
            each.sendall(b'{"do": "x"')
        await asyncio.sleep(0.05)
        for each in crowd:
            each.close()
        await asyncio.sleep(0.05)
        assert await asyncio.to_thread(ask, path, "x", {}) == {"did": "x"}


@in_a_loop
async def test_a_socket_left_by_a_killed_daemon_is_replaced_and_one_s_own_removed(path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    bind(left, path)
    left.close()
    with pytest.raises(NotRunning):
        ask(path, "x", {})
    async with running(path):
        assert await asyncio.to_thread(ask, path, "x", {}) == {"did": "x"}
    assert not path.exists()


@in_a_loop
async def test_a_folder_too_deep_for_a_socket_s_name_works_too(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 100) / ("b" * 100) / "control.sock"
    path.parent.mkdir(parents=True)
    async with running(path):
        assert await asyncio.to_thread(ask, path, "x", {}) == {"did": "x"}


def test_no_socket_no_folder_and_no_socket_file_mean_that_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none.sock", tmp_path / "no" / "folder.sock", tmp_path / "file" / "x.sock"):
        with pytest.raises(NotRunning):
            ask(path, "x", {})


def test_a_daemon_that_says_nothing_is_waited_for_only_so_long(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        bind(silent, path)
        with pytest.raises(ControlError, match="did not answer within"):
            ask(path, "x", {}, timeout=0.05)


def test_a_daemon_that_never_ends_its_answer_is_not_waited_for_either(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as odd:
        bind(odd, path)

        def serve() -> None:
            connection, _ = odd.accept()
            with connection, contextlib.suppress(ConnectionError):
                while True:
                    connection.sendall(b" ")
                    time.sleep(0.01)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ControlError, match="did not answer within"):
            ask(path, "x", {}, timeout=0.1)
        thread.join()


@pytest.mark.parametrize(
    ("answer", "sentence"), [(b"", "stopped before"), (b"x\n", "could not be understood"), (b"{}\n", "neither")]
)
def test_a_daemon_that_answers_nonsense_is_an_error(path: Path, answer: bytes, sentence: str) -> None:
    with socket.socket(socket.AF_UNIX) as odd:
        bind(odd, path)

        def serve() -> None:
            connection, _ = odd.accept()
            connection.recv(1000)
            connection.sendall(answer)
            connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(ControlError, match=sentence):
            ask(path, "x", {}, timeout=20.0)
        thread.join()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.text(), st.dictionaries(st.text(), JSON, max_size=4))
def test_a_question_is_read_as_it_was_asked_and_is_one_line(verb: str, arguments: dict[str, Any]) -> None:
    line = question(verb, arguments)
    assert line.count(b"\n") == 1
    assert read_question(line) == (verb, arguments, None)


@given(JSON)
def test_an_answer_is_read_as_it_was_given(value: Any) -> None:
    assert read_answer(result(value)) == value


@given(st.binary())
def test_any_line_is_a_question_or_garbled(line: bytes) -> None:
    try:
        verb, arguments, _ = read_question(line)
    except Garbled:
        return
    assert isinstance(verb, str)
    assert isinstance(arguments, dict)


@in_a_loop
async def test_an_answer_that_is_too_long_is_refused_with_numbers_and_the_next_one_comes(path: Path) -> None:
    def long(verb: str, arguments: dict[str, Any], session: str | None) -> Any:
        return "x" * (LONGEST_LINE + arguments["more"])

    async with running(path, long):
        with pytest.raises(Refused, match="The answer is 9 MB, but only 8 MB can be sent at once"):
            await asyncio.to_thread(ask, path, "list", {"more": 1})
        assert len(await asyncio.to_thread(ask, path, "list", {"more": -1000})) == LONGEST_LINE - 1000
