"""The web page as a child process: started with the exchange, started again when it dies, stopped with it."""

import argparse
import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pbx.control.protocol import SOCKET
from pbx.service.later import load
from pbx.sip.transport.tls import paths

log = logging.getLogger(__name__)

HostPort = tuple[str, int]

DEFAULT: HostPort = ("::", 8080)
"""Where the page is, if nobody says otherwise."""
TLS_ABOVE = 363
"""HTTPS is so many ports above HTTP: 80 and 443, 8080 and 8443."""
PORTS_TRIED = 20
SHORTEST, LONGEST = 1.0, 60.0
"""Seconds of pause before it is started again; each time twice as long."""
WELL = 60.0
"""Seconds it must have run to count as well."""
FAREWELL = 5.0
"""Seconds it gets to stop."""


class WebProcess:
    """The page's process. Make it inside a running loop, `start` it, `stop` it."""

    def __init__(
        self,
        command: Sequence[str],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`command` is the program with its arguments: see `command`."""
        self._command = command
        self._pause = pause
        self._clock = clock
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it, and again whenever it dies."""
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End it for good."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping

    async def _keep(self) -> None:
        pause = SHORTEST
        while True:
            started = self._clock()
            try:
                code = await self._run()
            except OSError as error:
                code = error.strerror or str(error)
            if self._clock() - started > WELL:
                pause = SHORTEST
            log.warning("The web page's process ended (%s); it is started again in %.0f seconds.", code, pause)
            await self._pause(pause)
            pause = min(pause * 2, LONGEST)

    async def _run(self) -> int | str:
        """Run it to its end; the exit code."""
        # Its standard input ends with us, however we end: then it stops by itself.
        process = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.PIPE)
        try:
            return await process.wait()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), FAREWELL)
            except TimeoutError:
                process.kill()
                await process.wait()
            raise


def command(data: Path, web: HostPort, allow_all: bool = False) -> list[str]:
    """What starts the page of the exchange in this folder as a child process."""
    return [sys.executable, "-P", "-m", "webui", "--child", *arguments(data / SOCKET, web, allow_all)]


def arguments(socket: Path, web: HostPort, allow_all: bool) -> list[str]:
    """The page's arguments. The certificate is in the socket's folder."""
    host = f"[{web[0]}]" if ":" in web[0] else web[0]
    certificate, key = paths(socket.parent)
    words = ["--socket", str(socket), "--web", f"{host}:{web[1]}", "--tls", str(certificate), str(key)]
    return [*words, "--allow-all"] if allow_all else words


def next_free(web: HostPort) -> HostPort:
    """This address, or the next one whose port, and that of HTTPS above it, is free. Raises OSError when none is."""
    host, wanted = web
    for port in range(wanted, wanted + PORTS_TRIED):
        if _is_free(host, port) and _is_free(host, port + TLS_ABOVE):
            return host, port
    raise OSError(f"none of the ports {wanted} to {wanted + PORTS_TRIED - 1} is free for the web page")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind((host, port))
    except OSError:
        return False
    return True


def run(options: argparse.Namespace) -> int:
    """`durchwahl web`: the page alone, for an exchange that runs elsewhere on this machine; the exit code."""
    web = next_free(options.web or DEFAULT) if options.next_port else options.web or DEFAULT
    words = arguments(options.socket or options.data / SOCKET, web, options.allow_all)
    return int(load("webui.__main__").main(words))
