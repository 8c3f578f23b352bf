"""The call of the box to itself: through the real port, with sound that is heard, and without a trace."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from pbx.administration.desk.live import Guest
from pbx.administration.update import self_call
from pbx.daemon.daemon import Daemon
from pbx.exchange.calls.operator import Operator
from pbx.exchange.scripts import self_call as far_end
from pbx.media.clip import Clip
from pbx.media.codecs.g711 import Samples
from pbx.media.tones import RATE, sound, strength
from pbx.sentence import Wrong
from pbx.sip.message import Request
from pbx.sip.transport.listener import has_ipv6

BINDS = ["127.0.0.81", "0.0.0.0", *(("::", "::1") if has_ipv6() else ())]


def at(data: Path, act: Callable[[Daemon], Awaitable[None]], host: str = "127.0.0.81") -> None:
    """Do something with an exchange that nobody has set up."""

    async def done() -> None:
        daemon = Daemon(data, (host, 0), (21200, 21299))
        await daemon.start()
        try:
            await act(daemon)
        finally:
            await daemon.stop()

    asyncio.run(done())


async def call(daemon: Daemon) -> None:
    """One call, as `update check` makes it: in a thread. Raises Wrong."""

    def calls() -> None:
        assert daemon.desk.live is not None
        self_call.call(daemon.desk.live.guest())

    await asyncio.to_thread(calls)


async def quiet(daemon: Daemon) -> None:
    """Until the call's story is over."""
    async with asyncio.timeout(5):
        while daemon.exchange.equipment.scripts or daemon.exchange.equipment.legs:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("host", BINDS)
def test_it_goes_through_at_whatever_address_phones_are_answered_and_leaves_nothing(
    tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def calls(daemon: Daemon) -> None:
        seen: list[str] = []
        monkeypatch.setattr(daemon.topics, "changed", seen.append)
        await call(daemon)
        await quiet(daemon)
        desk, exchange = daemon.desk, daemon.exchange
        assert not desk.records.calls()
        assert not desk.records.tasks()
        assert not exchange.registrar.all_bindings()
        assert not exchange.trace._dialogs
        assert not exchange.stack.counters["fault"]
        assert not set(seen) & {"calls", "tasks", "phones", "lines"}
        await call(daemon)  # the account of before is gone, a new one is as good

    at(tmp_path, calls, host)


def test_what_is_heard_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []

    def measured(samples: Samples, rate: int, frequency: float) -> float:
        heard.append(strength(samples, rate, frequency))
        return heard[-1]

    monkeypatch.setattr(self_call, "strength", measured)
    at(tmp_path, call)
    assert len(heard) >= 2, "two tones"
    assert max(heard) > 0.99


def test_an_exchange_that_is_silent_is_not_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_call, "PATIENCE", 0.6)
    monkeypatch.setattr(far_end, "sound", lambda tones, seconds: np.zeros(round(seconds * RATE), np.int16))
    with pytest.raises(Wrong, match="no sound in the test call"):
        at(tmp_path, call)


def test_nor_is_one_that_hears_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(operator: Operator) -> None:
        operator.answer()
        await operator.play([Clip(sound([far_end.QUESTION], 4.0), RATE)])

    monkeypatch.setattr(self_call, "PATIENCE", 0.6)
    monkeypatch.setattr(far_end, "attend", deaf)
    with pytest.raises(Wrong, match="a key that was pressed"):
        at(tmp_path, call)


def test_without_proof_of_identity_nobody_is_let_in(tmp_path: Path) -> None:
    async def calls(daemon: Daemon) -> None:
        def wrong() -> None:
            assert daemon.desk.live is not None
            guest = daemon.desk.live.guest()
            self_call.call(Guest(guest.address, guest.username, "guessed"))

        with pytest.raises(Wrong, match="INVITE was 401"):
            await asyncio.to_thread(wrong)
        assert not daemon.exchange.equipment.legs

    at(tmp_path, calls)


def test_the_account_is_good_for_some_seconds_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx.daemon.live.GUEST", 0.05)

    async def calls(daemon: Daemon) -> None:
        assert daemon.desk.live is not None
        guest = await asyncio.to_thread(daemon.desk.live.guest)
        await asyncio.sleep(0.2)
        with pytest.raises(Wrong, match="401"):
            await asyncio.to_thread(self_call.call, guest)

    at(tmp_path, calls)


def test_a_port_at_which_nobody_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_call, "PATIENCE", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(Wrong, match=f"Nothing answered OPTIONS on port {deaf.getsockname()[1]}"):
            self_call.call(Guest(deaf.getsockname(), "guest", "secret"))


def test_it_hangs_up_also_when_something_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    sent = self_call._Phone._asked

    def asked(phone: self_call._Phone, request: Request) -> object:
        said.append(request.method)
        return sent(phone, request)

    def broken(*given: object) -> None:
        raise OSError(5, "the disk on fire")

    monkeypatch.setattr(self_call._Phone, "_asked", asked)
    monkeypatch.setattr(self_call._Phone, "hear", broken)

    async def calls(daemon: Daemon) -> None:
        with pytest.raises(Wrong, match="could not be made: the disk on fire"):
            await call(daemon)
        await quiet(daemon)

    at(tmp_path, calls)
    assert said[-1] == "BYE"


def test_a_trunk_on_the_same_machine_is_not_taken_for_the_one_who_calls(tmp_path: Path) -> None:
    async def calls(daemon: Daemon) -> None:
        await daemon.do("trunk add", name="amt", peer="127.0.0.1")
        await call(daemon)

    at(tmp_path, calls)


def test_it_is_made_while_new_calls_are_put_off_too(tmp_path: Path) -> None:
    async def calls(daemon: Daemon) -> None:
        assert (await daemon.do("drain"))["calls"] == 0
        await call(daemon)

    at(tmp_path, calls)
