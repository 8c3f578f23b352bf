"""The verbs that scripts are made of: answer, play, ask, record, ring, talk. The exchange's only use of asyncio.

A verb returns when it is done and raises PartyGone when the party it serves is gone, so that a script reads from top to
bottom and never asks "are they still there?".
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.calls.forking import Result, Round
from pbx.exchange.calls.leg import PREFERENCE, Leg, codecs_for
from pbx.exchange.calls.ringing import RINGING, Dial, Reaction, Ringing
from pbx.exchange.calls.signals import Digit, Ended, LegEvent, Proceeding
from pbx.exchange.dialling.code_collector import Collector
from pbx.exchange.dialling.digits import Dialled
from pbx.media.clip import Clip
from pbx.media.events import Played, Recorded, Silent
from pbx.media.relay import join, part

ALSO_AS_EVENT = 0.3
"""Seconds in which a key that came by INFO may still come as a telephone-event, where those were agreed on."""


class PartyGone(Exception):
    """The party the script serves is gone; the text says how."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that ended, by the party's `#`, silence, the limit, or because they hung up."""

    seconds: float
    gone: bool


class Operator:
    """Serves one party of a call: speaks to them, listens to them, connects them."""

    def __init__(self, equipment: Equipment, call: Call, party: Leg | None = None) -> None:
        self.equipment = equipment
        self.call = call
        self.party = party
        self._signals: deque[tuple[Leg, LegEvent]] = deque()
        self._keys: deque[tuple[Leg, str]] = deque()
        """Keys that came by INFO and wait for their events."""
        self._reader: asyncio.Future[None] | None = None
        """Done when there is a signal for the waiting script."""
        call.inbox = self._take

    # --- the party served ------------------------------------------------------------------------------------------

    @property
    def leg(self) -> Leg:
        """The party's leg; there must be one."""
        if self.party is None:
            raise PartyGone("nobody there")
        return self.party

    def answer(self, codecs: Sequence[str] | None = None) -> None:
        """Pick up."""
        leg = self.leg
        if leg.over:
            raise PartyGone("gone")
        if not leg.answered and not leg.answer(codecs or PREFERENCE):
            self.call.outcome = "failed"
            self.call.note("failed", reason="no common codec")
            raise PartyGone("no common codec")
        self.equipment.wake()

    def ring_back(self) -> None:
        """Let the party hear that it rings: their own phone's ringback, or ours once they are connected."""
        if self.leg.answered:
            self.leg.endpoint.tone("ringback")
        else:
            self.leg.ring()
        self.equipment.wake()

    def refuse(self, status: int, reason: str = "") -> None:
        """Refuse the party's call."""
        self.leg.refuse(status, reason)
        self.equipment.wake()

    def hang_up(self) -> None:
        """Say goodbye."""
        if self.party is not None:
            self.party.hang_up()
        self.equipment.wake()

    async def play(self, clips: Sequence[Clip]) -> None:
        """Speak to the end, whatever the party presses."""
        token = self.leg.endpoint.play(clips)
        while True:
            _, event = await self._next()
            if isinstance(event, Played) and event.token == token:
                return

    async def ask(self, clips: Sequence[Clip], digits: Collector, patience: float) -> Dialled | None:
        """Speak and collect digits meanwhile; None after `patience` seconds of silence since the last word."""
        endpoint = self.leg.endpoint
        endpoint.listen_for_tones(True)
        token = endpoint.play(clips)
        give_up: float | None = None
        try:
            while True:
                signal = await self._next_until(digits.deadline if digits.deadline is not None else give_up)
                now = self.equipment.clock()
                dialled = None
                if signal is None:
                    dialled = digits.expired(now)
                    if dialled is None and digits.deadline is None:
                        return None
                elif isinstance(signal[1], Digit):
                    endpoint.stop_playing()
                    give_up = now + patience
                    dialled = digits.digit(signal[1].digit, now)
                elif isinstance(signal[1], Played) and signal[1].token == token:
                    give_up = now + patience
                if dialled is not None:
                    return dialled
        finally:
            endpoint.listen_for_tones(False)

    async def record(self, path: Path, *, limit: float, silence: float) -> Recording:
        """Record the party until `#`, `silence` or `limit` seconds; hanging up ends a recording too."""
        if self.leg.over:  # they hung up with the tone's last packet: nothing will ever be recorded
            raise PartyGone("gone")
        self.leg.endpoint.record(path, limit=limit, silence=silence, until="#")
        gone = False
        while True:
            leg, event = await self._any()
            if leg is not self.party:
                continue
            if isinstance(event, Recorded):
                return Recording(event.seconds, gone or self.leg.over)
            if isinstance(event, Digit) and event.digit == "#":
                leg.endpoint.stop_recording()  # one that came as INFO; by all other ways it has ended already
            elif isinstance(event, Ended):
                gone = True
            elif self._is_lost(leg, event):
                self._lose(leg)

    # --- others ----------------------------------------------------------------------------------------------------

    async def ring(
        self,
        rounds: Sequence[Round],
        dial: Dial,
        *,
        reaction: Reaction = lambda target: None,
        rings: Callable[[], None] = lambda: None,
    ) -> tuple[Result, Leg | None, int]:
        """Call targets until one takes the call: what came of it, that one's leg, and the last refusing status.

        A target that has not even said 100 within its `reaction` is given up, as if it had refused with 408.
        `rings` is called once, when the first of them rings or takes the call.
        """
        ringing = Ringing(self.equipment, self.call, rounds, dial, reaction)
        rang = False
        try:
            ringing.start()
            while (result := ringing.result) is None:
                signal = await self._next_until(ringing.deadline)
                if signal is None:
                    ringing.expire()
                    continue
                leg, event = signal
                known = ringing.rings(leg)
                ringing.hear(leg, event)
                if ringing.rang and not rang:
                    rang = True
                    rings()
                if known and isinstance(event, Proceeding) and event.status in RINGING:
                    self._proceeds(leg, event, alone=ringing.alone)
        except BaseException:
            ringing.abandon()
            raise
        finally:
            self.equipment.wake()
        taken = ringing.taken()
        return result, taken, 200 if taken is not None else ringing.status

    async def talk(self, other: Leg, *, extension: str = "", pause: float = 0.0) -> Leg:
        """Connect the party and `other` until one of them hangs up or is lost: that one is returned.

        `extension` is dialled towards the other as telephone-events, `pause` seconds after the connection.
        """
        mine = self.leg
        mine.endpoint.stop_playing()
        join(mine.endpoint, other.endpoint)
        self.equipment.wake()
        dial_at = self.equipment.clock() + pause if extension else None
        try:
            while True:
                signal = await self._any_until(dial_at)
                if signal is None:
                    dial_at = None
                    self.call.note("sent-digits", digits=extension)
                    other.endpoint.dial(extension)
                    continue
                leg, event = signal
                if leg not in (mine, other):
                    continue
                if self._is_lost(leg, event):
                    self._lose(leg)
                    return leg
                if isinstance(event, Ended):
                    return leg
        finally:
            part(mine.endpoint, other.endpoint)
            for leg in (mine, other):
                leg.hang_up()
            self.equipment.wake()

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _next(self) -> tuple[Leg, LegEvent]:
        """The next signal; raises PartyGone when it is that the party is gone."""
        return self._present(await self._any())

    async def _next_until(self, when: float | None) -> tuple[Leg, LegEvent] | None:
        """The next signal, or None once the clock shows `when`; raises PartyGone."""
        signal = await self._any_until(when)
        return signal if signal is None else self._present(signal)

    async def _any_until(self, when: float | None) -> tuple[Leg, LegEvent] | None:
        """The next signal, also that the party is gone; None once the clock shows `when`."""
        if when is None:
            return await self._any()
        if not self._signals:
            await self._wait(max(0.0, when - self.equipment.clock()))
        return self._signals.popleft() if self._signals else None

    async def _any(self) -> tuple[Leg, LegEvent]:
        """The next signal, also that the party is gone."""
        if not self._signals:
            await self._wait()
        return self._signals.popleft()

    async def _wait(self, seconds: float | None = None) -> None:
        """Until there is a signal, or for so long; asyncio.Queue with asyncio.timeout costs four times as much."""
        loop = asyncio.get_running_loop()
        self._reader = loop.create_future()
        alarm = loop.call_later(seconds, _wake, self._reader) if seconds is not None else None
        try:
            await self._reader
        finally:
            self._reader = None
            if alarm is not None:
                alarm.cancel()

    def _take(self, leg: Leg, event: LegEvent) -> None:
        """The call's inbox."""
        if isinstance(event, Digit) and event.how == "info":
            self._pass_on(leg, event.digit)
        self._signals.append((leg, event))
        if self._reader is not None:
            _wake(self._reader)

    def _pass_on(self, leg: Leg, digit: str) -> None:
        """Dial a key that came by INFO towards the leg's other side, unless the relay passes on its event."""
        if leg.sends_events:
            self._keys.append((leg, digit))
            asyncio.get_running_loop().call_later(ALSO_AS_EVENT, self._pass_on_eldest)
        elif leg.endpoint.bridge is not None:
            leg.endpoint.bridge.dial(digit)

    def _pass_on_eldest(self) -> None:
        leg, digit = self._keys.popleft()
        if leg.endpoint.bridge is not None and leg.dials_by != "event":
            leg.endpoint.bridge.dial(digit)

    def _present(self, signal: tuple[Leg, LegEvent]) -> tuple[Leg, LegEvent]:
        leg, event = signal
        if self.equipment.stopping:
            raise PartyGone("stopping")
        if leg is self.party:
            if isinstance(event, Ended):
                raise PartyGone(event.cause)
            if self._is_lost(leg, event):
                self._lose(leg)
                raise PartyGone("lost")
        return signal

    def _is_lost(self, leg: Leg, event: LegEvent) -> bool:
        """A phone that holds us may send nothing: it may say sendonly and play no music, for as long as it likes.

        Nor need anything come before the answer, to a queue or an announcement: signalling tells who is there.
        """
        return (
            isinstance(event, Silent)
            and event.seconds >= self.call.office.media_timeout
            and leg.answered
            and not leg.held
        )

    def _lose(self, leg: Leg) -> None:
        """No packet has come for too long: the party is no longer there."""
        self.call.note("lost", party=leg.party.number)
        leg.hang_up()

    def _proceeds(self, leg: Leg, event: Proceeding, *, alone: bool) -> None:
        """Pass on what a single far end lets us hear; otherwise let it ring."""
        if self.party is None:
            return
        heard = event.early_media and alone and leg.agreed is not None
        if heard and (self.party.answered or self.party.early(codecs_for(leg))):
            self.party.endpoint.stop_playing()
            join(self.party.endpoint, leg.endpoint)
            self.equipment.wake()
            return
        self.ring_back()


def _wake(reader: "asyncio.Future[None]") -> None:
    if not reader.done():
        reader.set_result(None)


Script = Callable[[Operator], Awaitable[None]]


def begin(
    script: Script, operator: Operator, done: Callable[[Operator, BaseException | None], Awaitable[None]]
) -> None:
    """Let a script run; `done` is awaited at its end, however it ends."""

    async def run() -> None:
        trouble: BaseException | None = None
        try:
            await script(operator)
        except Exception as error:  # a script that fails ends its own call only
            trouble = error
        await done(operator, trouble)

    task = asyncio.get_running_loop().create_task(run(), name=f"call {operator.call.id}")
    operator.equipment.scripts.add(task)
    task.add_done_callback(operator.equipment.scripts.discard)
