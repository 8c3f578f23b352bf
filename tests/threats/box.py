"""A whole running exchange in the test's own event loop, and time that can be pushed on."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pbx.control.protocol import SOCKET
from pbx.control.server import ControlServer
from pbx.daemon.daemon import Daemon
from tests.peers.programs import free_ports, own_host
from tests.sip.transport.keys import seed

Found = TypeVar("Found")

NUMBER = "+4930123450"
"""The office's number; it rings Anna (21) at once, without a greeting."""
GREETED = "+4930123451"
"""Another one: callers are greeted and may dial an extension."""


class Loop(asyncio.SelectorEventLoop):
    """The real event loop, with a clock that can be put forward: what was to come in a minute comes at once."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class Faults(logging.Handler):
    """Keeps every error that is logged: no attack may bring one about."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if not line.startswith("Error on transport creation"):  # a TLS server of the tests was not believed
            self.lines.append(line)


class Follower(ControlServer):
    """A control socket on which somebody follows all calls."""

    followed = True

    def publish(self, what: Mapping[str, Any]) -> None:
        self.events.append(dict(what))

    @property
    def events(self) -> list[dict[str, Any]]:
        """All that was told."""
        found: list[dict[str, Any]] = self.__dict__.setdefault("_told", [])
        return found


PORT = 17060
"""Not 5060: an exchange that runs on this machine has that at all addresses."""


class Box:
    """Durchwahl with Anna (21), Bert (22), Carl (23, who only calls out) and a trunk to the peer at `provider`.

    A folder in which there is an office already is taken as it is: another box has moved here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = own_host()
        self.address = (self.host, PORT)
        self.provider = (own_host(), PORT)
        self.daemon: Daemon
        self.faults = Faults()
        self.events: list[dict[str, Any]] = []
        """What the exchange told whoever follows its calls."""
        self._rtp = free_ports(100, self.host)

    async def __aenter__(self) -> Self:
        logging.getLogger().addHandler(self.faults)
        self.daemon = Daemon(self.folder, self.address, (self._rtp, self._rtp + 99))
        seed(self.folder)
        self.daemon.control = Follower(self.folder / SOCKET, self.daemon._answer)
        self.events = self.daemon.control.events
        if not self.daemon.desk.office.people:
            await self._furnish()
        await self.daemon.start()
        return self

    async def _furnish(self) -> None:
        for name, extension in (("Anna", "21"), ("Bert", "22"), ("Carl", "23")):
            await self.do("user add", name=name, extension=extension, voicemail=False, outbound_only=extension == "23")
        await self.do("trunk add", name="amt", peer="{}:{}".format(*self.provider))
        await self.do("number add", number=NUMBER, trunk="amt", to=["21"], extensions="off")
        await self.do("number add", number=GREETED, trunk="amt", to=["21"])

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.daemon.stop()
        logging.getLogger().removeHandler(self.faults)
        if kind is None:
            assert self.faults.lines == [], "an attack brought a mistake of ours to light"
            assert self.counters["fault"] == 0

    @property
    def counters(self) -> Any:
        """What the stack dropped and refused."""
        return self.daemon.exchange.stack.counters

    @property
    def calls(self) -> int:
        """Calls that last."""
        return len(self.daemon.exchange.equipment.calls)

    async def do(self, verb: str, **arguments: Any) -> Any:
        """A command, as the command line gives it."""
        return await self.daemon.do(verb, **arguments)

    async def end_calls(self) -> None:
        """Cut every call short."""
        for leg in list(self.daemon.exchange.equipment.legs.values()):
            leg.hang_up()
        self.daemon.exchange.wake()
        try:
            await self.until(lambda: not self.calls)
        except TimeoutError:
            left = list(self.daemon.exchange.equipment.calls.values())
            raise AssertionError(f"calls that do not end: {left}") from None

    async def history(self) -> list[Any]:
        """The calls that ended."""
        found: list[Any] = (await self.do("calls", last=50))["calls"]
        return found

    async def settle(self, turns: int = 12) -> None:
        """Let everything that is under way arrive and be answered."""
        for _ in range(turns):
            await asyncio.sleep(0)

    async def until(self, look: Callable[[], Found], seconds: float = 5.0) -> Found:
        """Wait until there is something (true) to see."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.005)
        return found

    async def pass_time(self, seconds: float, step: float = 0.5) -> None:
        """Put the clock forward."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        while seconds > 0:
            loop.ahead += min(step, seconds)
            seconds -= step
            await self.settle(4)


def besiege(folder: Path, script: Callable[[Box], Coroutine[Any, Any, None]], seconds: float = 60.0) -> None:
    """Run a script with a box of its own; at its end the box must be in order."""

    async def siege() -> None:
        async with Box(folder) as box:
            await _within(script(box), seconds)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(siege())


async def _within(work: Awaitable[None], seconds: float) -> None:
    """Real seconds: scripts put the loop's clock forward."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    alarm = await asyncio.to_thread(_alarm, loop, task, seconds)
    try:
        await task
    finally:
        alarm.cancel()


def _alarm(loop: asyncio.AbstractEventLoop, task: asyncio.Future[None], seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, loop.call_soon_threadsafe, (task.cancel,))
    timer.daemon = True
    timer.start()
    return timer
