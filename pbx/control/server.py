"""The daemon's end of the control socket."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pbx.control.door import OWN, Door
from pbx.control.protocol import FOLLOW, LONGEST_LINE, Garbled, Json, Refused, event, read_question, refusal, result
from pbx.control.protocol import short_path as short
from pbx.sentence import Sentence

T = TypeVar("T")
Answer = Callable[[str, dict[str, Json], str | None], Json]
"""Verb, arguments and session (see `protocol.question`) to a result. Raises Refused."""

log = logging.getLogger(__name__)

_MOST_CLIENTS = 64
_READERS = 8
_MOST_WAITING = 1024 * 1024
"""Bytes a follower may leave unread before it is disconnected."""


class ControlServer:
    """Answers commands and tells followers what happens, on a Unix socket that only those let in by `door` can open.

    `answer` runs in other threads, where it may wait for the disk or for the speech engine while voice packets leave
    on their beat. Verbs for which `writes` is true run one at a time, the others alongside, so that no page has to wait
    for somebody's long greeting. It asks for things of the event loop by `on_loop`.
    """

    def __init__(
        self, path: Path, answer: Answer, writes: Callable[[str], bool] = lambda verb: True, door: Door = OWN
    ) -> None:
        self._path = path
        self._answer = answer
        self._writes = writes
        self._door = door
        self._writer = ThreadPoolExecutor(1, "control-writes")
        self._readers = ThreadPoolExecutor(_READERS, "control-reads")
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._followers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to listen, replacing a socket that a killed daemon left behind. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Until `listen` nobody can connect, so that the mode is right before anybody gets in.
            with short(self._path) as address:
                listening.bind(address)
            os.chmod(self._path, self._door.mode)
            self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LONGEST_LINE)
        except BaseException:
            listening.close()
            raise

    async def stop(self) -> None:
        """Stop listening, finish the running commands, close all connections, remove the socket."""
        self._stopping = True
        if self._server is not None:
            await self._close(self._server)
            self._path.unlink(missing_ok=True)
        for threads in (self._writer, self._readers):
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
        for client in self._clients.values():
            client.close()
        if self._clients and (deaf := (await asyncio.wait(tuple(self._clients), timeout=1.0))[1]):
            for task in deaf:
                self._clients[task].transport.abort()
            await asyncio.wait(deaf)
        if self._server is not None:
            await self._server.wait_closed()

    async def _close(self, server: asyncio.Server) -> None:
        """Stop listening. Waiting connections are accepted and then closed: asyncio would forget their sockets."""
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        await asyncio.sleep(0)
        server.close()

    @property
    def followed(self) -> bool:
        """Whether anybody follows what is published."""
        return bool(self._followers)

    def publish(self, what: Mapping[str, Json]) -> None:
        """Tell all followers; one that does not read is disconnected. For the event loop's thread."""
        if not self._followers:
            return
        line = event(what)
        for follower in tuple(self._followers):
            if follower.transport.get_write_buffer_size() > _MOST_WAITING:
                follower.transport.abort()
            elif not follower.is_closing():
                follower.write(line)

    def on_loop(self, act: Callable[[], T]) -> T:
        """Let the event loop's thread do something, for `answer`; what it raises is raised here.

        Raises TimeoutError when the loop does not come round to it within ten seconds.
        """
        if self._loop is None:
            raise RuntimeError("the control server was not started")

        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(10.0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if self._stopping:
            writer.close()
            return
        if task is None or len(self._clients) >= _MOST_CLIENTS:
            writer.write(refusal(Refused(Sentence("Too many programs are connected to the exchange."), 1)))
            writer.close()
            return
        self._clients[task] = writer
        try:
            while await self._answered(reader, writer):
                pass
        except (ConnectionError, TimeoutError):
            pass
        finally:
            self._followers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            del self._clients[task]

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one line and answer it; returns whether the connection goes on."""
        try:
            line = await reader.readline()
        except ValueError:
            writer.write(refusal(Refused(Sentence("The request is too long."))))
            return False
        if not line.endswith(b"\n") or self._stopping:
            return False
        try:
            verb, arguments, session = read_question(line)
        except Garbled as error:
            writer.write(refusal(Refused(Sentence("The request could not be understood: {why}.", why=str(error)))))
            return True
        if verb == FOLLOW:
            writer.write(result(True))
            self._followers.add(writer)
            return True
        writer.write(await self._result(verb, arguments, session))
        await writer.drain()
        return True

    async def _result(self, verb: str, arguments: dict[str, Json], session: str | None) -> bytes:
        if not self._door.lets(verb, session):
            return refusal(Refused(Sentence("This can only be done on the box itself."), 4))
        threads = self._writer if self._writes(verb) else self._readers
        try:
            loop = asyncio.get_running_loop()
            return result(await loop.run_in_executor(threads, self._answer, verb, arguments, session))
        except Refused as error:
            return refusal(error)
        except Exception:
            # Whatever it was, it concerns only this command: the calls go on.
            log.exception("the command %r failed", verb)
            return refusal(Refused(Sentence("“{verb}” failed. The exchange's log says why.", verb=verb), 1))
