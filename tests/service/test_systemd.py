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

from pbx.service.systemd import Notify, from_environment
from tests.peers.programs import own_address


class Systemd:
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
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(str(tmp_path / "notify"))
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


def test_beginning_and_end_are_told(systemd: Systemd) -> None:
    notify = Notify(systemd.address)
    notify.ready()
    notify.status("2 calls")
    notify.stopping()
    assert systemd.all() == ["READY=1", "STATUS=2 calls", "STOPPING=1"]


def test_a_status_is_one_line_whatever_is_in_it(systemd: Systemd) -> None:
    Notify(systemd.address).status("a\nREADY=1\0" + "x" * 10_000)
    (heard,) = systemd.all()
    assert heard.startswith("STATUS=a READY=1 xx")
    assert len(heard) < 300


def test_a_name_in_the_abstract_namespace_works() -> None:
    systemd = Systemd(f"@durchwahl-test-{os.getpid()}")
    Notify(systemd.address).ready()
    assert systemd.all() == ["READY=1"]
    systemd.close()


def test_signs_of_life_come_twice_in_an_interval_until_the_end(systemd: Systemd) -> None:
    loop = Loop()
    notify = Notify(systemd.address, 30.0)
    notify.live(loop.call_later)
    for _ in range(3):
        assert [seconds for seconds, _ in loop.due] == [15.0]
        loop.turn()
    assert systemd.all() == ["WATCHDOG=1"] * 4
    notify.stopping()
    assert not loop.due


def test_a_loop_that_hangs_gives_no_sign_of_life(systemd: Systemd) -> None:
    async def hang() -> None:
        notify = Notify(systemd.address, 0.1)
        notify.live(asyncio.get_running_loop().call_later)
        await asyncio.sleep(0.3)
        assert len(systemd.all()) >= 2
        time.sleep(0.3)  # that is the mistake
        assert not systemd.all()
        notify.stopping()

    asyncio.run(hang())


def test_without_systemd_nothing_is_said_and_nothing_is_watched() -> None:
    loop = Loop()
    notify = from_environment({"WATCHDOG_USEC": "1000"}, 1)
    notify.ready()
    notify.live(loop.call_later)
    notify.stopping()
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
    systemd: Systemd, environment: dict[str, str], beats: list[float]
) -> None:
    loop = Loop()
    from_environment({"NOTIFY_SOCKET": systemd.address, **environment}, 7).live(loop.call_later)
    assert [seconds for seconds, _ in loop.due] == beats


def test_nobody_at_the_other_end_hurts_nobody(tmp_path: Path) -> None:
    notify = Notify(str(tmp_path / "nobody"))
    notify.ready()
    notify.status("x")


def test_a_deaf_systemd_does_not_make_calls_wait(systemd: Systemd) -> None:
    notify = Notify(systemd.address)
    for _ in range(2000):
        notify.ready()  # more than the socket holds


def test_the_exchange_tells_systemd_when_phones_are_answered_and_when_it_ends(tmp_path: Path, systemd: Systemd) -> None:
    environment = {**os.environ, "NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "400000"}
    sip = "{}:{}".format(*own_address())
    words = ("-m", "pbx", "run", "--data", str(tmp_path / "data"), "--sip", sip, "--rtp", "21000-21019")
    process = subprocess.Popen([sys.executable, *words], env=environment, stderr=subprocess.DEVNULL)
    try:
        heard = [systemd.heard(40.0)]  # the first certificate takes its time
        while heard[-1] and (heard.count("WATCHDOG=1") < 3 or "READY=1" not in heard):
            heard.append(systemd.heard(10.0))
        assert heard.count("WATCHDOG=1") == 3
        assert heard.count("READY=1") == 1
        process.send_signal(signal.SIGTERM)
        while heard[-1] and heard[-1] != "STOPPING=1":
            heard.append(systemd.heard(10.0))
        assert heard[-1] == "STOPPING=1"
        assert process.wait(10) == 0
        assert "WATCHDOG=1" not in systemd.all()
    finally:
        process.kill()
        process.wait()
