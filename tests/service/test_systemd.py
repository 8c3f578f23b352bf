"""What systemd hears, on a real datagram socket; and that it hears nothing from a loop that hangs."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pbx.service.systemd import Systemd, from_environment
from tests.peers.programs import own_address


class NotifySocket:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)

    def heard(self, patience: float = 0.0) -> str:
        """The next message; "" when there is none."""
        self._socket.settimeout(patience)
        try:
            return self._socket.recv(4096).decode()
        except (BlockingIOError, TimeoutError):
            return ""

    def all(self) -> list[str]:
        """Everything that was not heard yet."""
        return list(iter(self.heard, ""))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def notify_socket(tmp_path: Path) -> Iterator[NotifySocket]:
    made = NotifySocket(str(tmp_path / "notify"))
    yield made
    made.close()


class Loop:
    """Calls when it is told to."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, act: Callable[[], None]) -> "Loop":
        self.due.append((seconds, act))
        return self

    def cancel(self) -> None:
        self.due.clear()

    def turn(self) -> None:
        self.due.pop(0)[1]()


def test_beginning_and_end_are_told(notify_socket: NotifySocket) -> None:
    systemd = Systemd(notify_socket.address)
    systemd.ready()
    systemd.status("2 calls")
    systemd.stopping()
    assert notify_socket.all() == ["READY=1", "STATUS=2 calls", "STOPPING=1"]


def test_a_status_is_one_line_whatever_is_in_it(notify_socket: NotifySocket) -> None:
    Systemd(notify_socket.address).status("a\nREADY=1\0" + "x" * 10_000)
    (heard,) = notify_socket.all()
    assert heard.startswith("STATUS=a READY=1 xx")
    assert len(heard) < 300


def test_a_name_in_the_abstract_namespace_works() -> None:
    notify_socket = NotifySocket(f"@durchwahl-test-{os.getpid()}")
    Systemd(notify_socket.address).ready()
    assert notify_socket.all() == ["READY=1"]
    notify_socket.close()


def test_signs_of_life_come_twice_in_an_interval_until_the_end(notify_socket: NotifySocket) -> None:
    loop = Loop()
    systemd = Systemd(notify_socket.address, 30.0)
    systemd.live(loop.call_later)
    for _ in range(3):
        assert [seconds for seconds, _ in loop.due] == [15.0]
        loop.turn()
    assert notify_socket.all() == ["WATCHDOG=1"] * 4
    systemd.stopping()
    assert not loop.due


def test_a_loop_that_hangs_gives_no_sign_of_life(notify_socket: NotifySocket) -> None:
    async def hang() -> None:
        systemd = Systemd(notify_socket.address, 0.1)
        systemd.live(asyncio.get_running_loop().call_later)
        await asyncio.sleep(0.3)
        assert len(notify_socket.all()) >= 2
        time.sleep(0.3)  # that is the mistake
        assert not notify_socket.all()
        systemd.stopping()

    asyncio.run(hang())


def test_without_systemd_nothing_is_said_and_nothing_is_watched() -> None:
    loop = Loop()
    systemd = from_environment({"WATCHDOG_USEC": "1000"}, 1)
    systemd.ready()
    systemd.live(loop.call_later)
    systemd.stopping()
    assert not loop.due


@pytest.mark.parametrize(
    ("environment", "beats"),
    [
        ({"WATCHDOG_USEC": "2000000"}, [1.0]),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"}, [1.0]),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "8"}, []),
        ({"WATCHDOG_USEC": "0"}, []),
        ({"WATCHDOG_USEC": "never"}, []),
        ({}, []),
    ],
)
def test_the_watchdog_is_ours_only_if_it_means_us(
    notify_socket: NotifySocket, environment: dict[str, str], beats: list[float]
) -> None:
    loop = Loop()
    from_environment({"NOTIFY_SOCKET": notify_socket.address, **environment}, 7).live(loop.call_later)
    assert [seconds for seconds, _ in loop.due] == beats


def test_nobody_at_the_other_end_hurts_nobody(tmp_path: Path) -> None:
    systemd = Systemd(str(tmp_path / "nobody"))
    systemd.ready()
    systemd.status("x")


def test_a_deaf_systemd_does_not_make_calls_wait(notify_socket: NotifySocket) -> None:
    systemd = Systemd(notify_socket.address)
    for _ in range(2000):
        systemd.ready()  # more than the socket holds


def test_the_exchange_tells_systemd_when_phones_are_answered_and_when_it_ends(
    tmp_path: Path, notify_socket: NotifySocket
) -> None:
    environment = {**os.environ, "NOTIFY_SOCKET": notify_socket.address, "WATCHDOG_USEC": "400000"}
    sip = "{}:{}".format(*own_address())
    words = ("-m", "pbx", "run", "--data", str(tmp_path / "data"), "--sip", sip, "--rtp", "21000-21019")
    process = subprocess.Popen([sys.executable, *words], env=environment, stderr=subprocess.DEVNULL)
    try:
        heard = [notify_socket.heard(40.0)]  # the first certificate takes its time
        while heard[-1] and (heard.count("WATCHDOG=1") < 3 or "READY=1" not in heard):
            heard.append(notify_socket.heard(10.0))
        assert heard.count("WATCHDOG=1") == 3
        assert heard.count("READY=1") == 1
        process.send_signal(signal.SIGTERM)
        while heard[-1] and heard[-1] != "STOPPING=1":
            heard.append(notify_socket.heard(10.0))
        assert heard[-1] == "STOPPING=1"
        assert process.wait(10) == 0
        assert "WATCHDOG=1" not in notify_socket.all()
    finally:
        process.kill()
        process.wait()
