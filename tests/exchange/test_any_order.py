"""Callers and phones do whatever they like: afterwards nothing is left, and every call has its row."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable
from functools import partial

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbx.exchange.calls.equipment import NoRoom
from pbx.sip.message import Message, Request, Response
from tests.exchange.peers import Line
from tests.exchange.rig import CALLER, Rig
from tests.line import play

NUMBERS = ("4930123450", "4930123451", "4930123452", "4930123453", "4930123455", "4930123456", "493077721", "999")
DIALLED = ("21", "22", "23", "26", "30", "31", "32", "*97", "04012345678", "110", "030123459", "29", "0")
DIGITS = ("21", "22", "24", "30", "99", "#", "*", "2", "4711#", "1", "3")
FINALS = (486, 603, 480, 404, 503, 302, 500)


class Whim:
    """The random behaviour of all peers of one exchange."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rig = Rig(seed=seed, most=self.dice.choice([1000, 1000, 6]))
        self.rude = self.dice.random() < 0.3
        """Whether some omit even what they must send."""
        self.began: set[str] = set()

    async def play(self) -> None:
        """Make some calls, and check what is left of them."""
        rig, dice = self.rig, self.dice
        await rig.open(*(name for name in ("anna", "anna2", "bert", "carla", "finn") if dice.random() < 0.7))
        rig.archive.pins["21"] = "4711"
        rig.archive.stands_still = self._disk
        for peer in rig.peers.values():
            peer.react = self._react
        for _ in range(dice.randint(1, 4)):
            self._call()
            await asyncio.sleep(dice.choice([0.0, 0.3, 5.0, 20.0]))
            self._assert_nobody_is_forgotten()
        await asyncio.sleep(dice.choice([1.0, 40.0, 300.0]))
        self._assert_nobody_is_forgotten()
        self._all_hang_up()
        await asyncio.sleep(400.0)  # and those that answered nothing are given up
        self._all_hang_up()
        await asyncio.sleep(100.0)
        rig.archive.stands_still = lambda verb: None
        rig.assert_empty()
        rows = Counter(record.id for record in rig.archive.calls)
        assert set(rows) == {call.id for call, _ in rig.steps}
        assert max(rows.values(), default=1) == 1
        assert len(rig.archive.tasks) <= len(rows)
        for record in rig.archive.calls:
            assert record.story.endswith("."), record
            assert record.ended >= record.started
            assert not any("internal-error" in step.detail.values() for step in record.steps), record

    def _assert_nobody_is_forgotten(self) -> None:
        """Nobody is on the line without a call that serves them; at most they are being cancelled."""
        equipment = self.rig.equipment
        legs = [leg for call in equipment.calls.values() for leg in call.legs]
        for session in self.rig.stack.sessions.values():
            assert session.state == "cancelling" or equipment.legs[session.id] in legs, session.state
            assert session.state == "cancelling" or not equipment.legs[session.id].over, session.state

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do it then, unless it does not fit any more."""

        def attempt() -> None:
            with contextlib.suppress(StopIteration, LookupError):
                act()

        self.rig.loop.call_later(seconds, attempt)

    def _disk(self, verb: str) -> None:
        if verb == "spool" and self.dice.random() < 0.1:
            raise NoRoom("full")
        if self.dice.random() < 0.1:
            self._any_hangs_up()

    # -- calling

    def _call(self) -> None:
        rig, dice = self.rig, self.dice
        phones = [name for name in ("anna", "bert", "eva") if rig.registrar.bindings(name)]
        kind = dice.choice(["in", "in", "phone", "click"])
        if kind == "click":
            person = rig.office.people[dice.choice(["21", "22"])]
            rig.switchboard.router.click_to_call(person, "+494012345678", "Contact", dice.choice(["", "12"]))
            return
        sdp = "" if dice.random() < 0.1 else None
        if kind == "in" or not phones:
            line = rig.call("provider", dice.choice(NUMBERS), caller=dice.choice([CALLER, "anonymous"]), sdp=sdp)
        else:
            line = rig.call(dice.choice(phones), dice.choice(DIALLED), sdp=sdp)

        def dial(digits: str) -> None:
            rig.endpoint(line).hears(digits)

        for _ in range(dice.randint(0, 4)):
            digits = dice.choice(DIGITS)
            self._later(dice.uniform(0, 12), partial(dial, digits))
        self._later(dice.uniform(0, 30), lambda: rig.endpoint(line).speaks(dice.uniform(0, 20)))
        self._later(dice.uniform(0, 30), lambda: rig.endpoint(line).is_silent(dice.choice([5.0, 60.0])))
        if dice.random() < 0.7:
            self._later(dice.uniform(0, 60) ** dice.choice([0.2, 1]), lambda: self._hang_up(line))

    def _hang_up(self, line: Line) -> None:
        """Hang up in the way that fits what this side has heard."""
        answers = [each for each in line.heard if isinstance(each, Response) and each.cseq.method == "INVITE"]
        if line.called_us or any(200 <= each.status < 300 for each in answers):
            line.ask("BYE")
        elif not any(each.status >= 300 for each in answers):
            line.cancel()

    def _lines(self) -> list[Line]:
        return [line for peer in self.rig.peers.values() for line in peer.lines if line.heard]

    def _any_hangs_up(self) -> None:
        if lines := self._lines():
            self._hang_up(self.dice.choice(lines))

    def _all_hang_up(self) -> None:
        for line in self._lines():
            self._hang_up(line)

    # -- reacting

    def _react(self, line: Line, message: Message) -> None:
        dice = self.dice
        if self.rude and dice.random() < 0.1:
            return
        if isinstance(message, Response):
            if message.cseq.method == "INVITE" and message.status >= 200:
                late = message.status < 300 and dice.random() < 0.1
                answers = dice.random() < 0.5  # in case our INVITE offered nothing
                self._later(0.7 if late else 0.0, lambda: line.ack(sdp=line.description() if answers else ""))
            return
        match message.method:
            case "INVITE":
                self._ring(line)
            case "CANCEL":
                self._later(0.0, lambda: line.reply(200, method="CANCEL"))
                final = dice.choice([487, 487, 487, 200])
                self._later(dice.choice([0.0, 0.1]), lambda: line.reply(final, method="INVITE"))
            case "BYE" | "UPDATE" | "INFO":
                status = dice.choice([200, 200, 481])
                self._later(dice.choice([0.0, 0.4]), lambda: line.reply(status, method=message.method))

    def _ring(self, line: Line) -> None:
        dice = self.dice
        if sum(isinstance(each, Request) and each.method == "INVITE" for each in line.heard) > 1:
            return
        at = 0.0
        for status in dice.choice([(), (100,), (180,), (100, 180), (183,), (180, 183), (180, 180)]):
            at += dice.choice([0.0, 0.2, 1.0])
            self._later(at, partial(line.reply, status, method="INVITE"))
        at += dice.choice([0.0, 1.0, 10.0, 25.0])
        match dice.randrange(4):
            case 0 | 1:
                sdp = "" if dice.random() < 0.1 else None
                self._later(at, lambda: line.reply(200, method="INVITE", sdp=sdp))
                if dice.random() < 0.6:
                    self._later(at + dice.choice([0.0, 0.001, 5.0]), lambda: self._hang_up(line))
                if dice.random() < 0.2:
                    self._later(at + 2, lambda: line.ask("INVITE", body=line.description("sendonly", version=2)))
            case 2:
                final = dice.choice(FINALS)
                self._later(at, lambda: line.reply(final, method="INVITE"))


@given(st.integers(0, 2**32))
@settings(max_examples=100)
@example(0)
def test_whatever_peers_do_nothing_is_left_and_every_call_has_its_row(seed: int) -> None:
    async def script() -> None:
        await Whim(seed).play()

    play(script())
