"""The simulated provider: a telephone network of one's own, made of the SIP stack and the media library alone."""

import asyncio
import contextlib
import secrets
from pathlib import Path

import numpy as np

from pbx.media.clip import Clip
from pbx.media.codecs.codec import CODECS
from pbx.media.codecs.g711 import Samples
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitsSent, FirstPacket, MediaEvent
from pbx.media.format import Format
from pbx.media.pump import Pump
from pbx.media.tones import sound, strength
from pbx.sdp.description import SdpError
from pbx.sdp.negotiation import Agreed, Local, agreed, answer, offer
from pbx.sip import events as sip
from pbx.sip.address import Address
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.session import Session
from pbx.sip.stack import Stack
from pbx.sip.transactions.timers import Timers
from pbx.sip.transport.hop import Hop
from pbx.sip.transport.listener import Transports
from pbx.sip.uri import Uri

HOST = "127.0.0.2"
"""The whole of 127.0.0.0/8 is this machine; the provider gets an address to itself."""
RTP_PORTS = (12000, 12999)
CODEC = "PCMU"
"""pyVoIP, which the demo's desk phones use, encodes A-law with its mu-law encoder; only mu-law comes out right."""
RATE = 8000


class Caller:
    """Somebody in the telephone network who called the office. Await the verbs one after the other."""

    def __init__(self, endpoint: Endpoint, ear: Path, session_id: int) -> None:
        self.ear = ear
        """The file that gets what the caller hears."""
        self.answered = asyncio.Event()
        self.ended = asyncio.Event()
        self.session: Session | None = None
        self._endpoint = endpoint
        self._sounding = asyncio.Event()
        self._dialled = asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._local = Local(*endpoint.local, session_id=session_id)
        self.sdp = offer(self._local, [CODEC])
        endpoint.on_event = self._on_media_event

    async def hears_somebody(self) -> None:
        """Wait until the first sound arrives. Raises TimeoutError after 10 seconds."""
        async with asyncio.timeout(10):
            await self._sounding.wait()

    async def dial(self, digits: str) -> None:
        """Press keys: telephone-events (RFC 4733), until the last one is out."""
        self._dialled.clear()
        self._endpoint.dial(digits, tone=0.12, gap=0.12)
        async with asyncio.timeout(2 + len(digits)):
            await self._dialled.wait()

    def hum(self, frequency: float) -> None:
        """Hum from now on, at that many Hz."""
        self._endpoint.play([Clip(sound((frequency,), 1.0), RATE)], repeat=True)

    async def hears_silence(self, seconds: float = 60.0) -> None:
        """Wait until nothing has come for a second: the exchange listens. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            received, since = -1, self._clock()
            while self._clock() - since < 1:
                if (now := self._endpoint.quality().received) != received:
                    received, since = now, self._clock()
                await asyncio.sleep(0.05)

    async def is_hung_up_on(self, seconds: float = 60.0) -> None:
        """Wait until the office ends the call. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self.ended.wait()

    def hang_up(self) -> None:
        """End the call, at whatever stage it is."""
        if self.session is not None:
            self.session.hang_up()

    def heard(self) -> Samples:
        """All the caller has heard so far, 8000 samples a second."""
        try:
            data = self.ear.read_bytes()[44:]
        except OSError:
            return np.zeros(0, np.int16)
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)

    def heard_tone(self, frequency: float, seconds: float = 1.0) -> bool:
        """Whether the tone sounded for so long, on end, at some time."""
        return sounds(self.heard(), frequency, seconds)

    # --- what the network tells the caller -------------------------------------------------------------------------

    def take(self, event: sip.Event) -> None:
        """Take an event of the caller's session."""
        match event:
            case sip.Answered(sdp=sdp) if sdp:
                self._agree(agreed(self.sdp, sdp))
                self._endpoint.record(self.ear, limit=600, silence=600, until="")
                self.answered.set()
            case sip.Offered(session=session, sdp=sdp):
                self._accept(session, sdp)
            case sip.Rejected() | sip.Ended():
                self._endpoint.close()
                self.ended.set()

    def _accept(self, session: Session, sdp: bytes) -> None:
        self._local = self._local.next()
        if not sdp:
            session.accept_offer(offer(self._local, [CODEC]))
            return
        try:
            reply, agreement = answer(sdp, self._local, [CODEC])
        except SdpError:
            session.decline_offer(488)
            return
        session.accept_offer(reply)
        self._agree(agreement)

    def _agree(self, agreement: Agreed) -> None:
        if agreement.remote is not None:
            self._endpoint.agree(
                Format(
                    CODECS[agreement.codec],
                    agreement.payload_type,
                    agreement.event_payload_type,
                    agreement.remote,
                    direction=agreement.direction,
                    receive_payload_type=agreement.receive_payload_type,
                    event_receive=agreement.event_receive,
                )
            )

    def _on_media_event(self, _: Endpoint, event: MediaEvent) -> None:
        match event:
            case FirstPacket():
                self._sounding.set()
            case DigitsSent():
                self._dialled.set()


class DemoProvider:
    """Places calls to the office, and answers the office's OPTIONS. Make it inside a running loop."""

    def __init__(self, folder: Path) -> None:
        self.address = (HOST, 0)
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._timers = Timers()
        self._ids = Ids(secrets.token_bytes)
        self._stack = Stack(clock=self._loop.time, timers=self._timers, ids=self._ids, agent="Simulated provider")
        self._transports = Transports(self._received, self._failed, kept=lambda flow: False)
        self._pump = Pump(self._loop.time, *RTP_PORTS, secrets.token_bytes, call_at=self._loop.call_at)
        self._callers: dict[str, Caller] = {}
        self._alarm: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Listen at a free port of its own address. Raises OSError."""
        self.address = await self._transports.listen(*self.address)

    async def stop(self) -> None:
        """End all calls."""
        for caller in self._callers.values():
            caller.hang_up()
        self._run_once()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(caller.ended.wait() for caller in self._callers.values()))
        if self._alarm is not None:
            self._alarm.cancel()
        self._pump.close()
        await self._transports.close()

    def call(self, number: str, caller: str, office: tuple[str, int]) -> Caller:
        """Somebody (`caller`, E.164) calls the office's number at the exchange's SIP address."""
        endpoint = self._pump.open(HOST)
        ear = self._folder / f"heard-{self._ids.token()}.wav"
        somebody = Caller(endpoint, ear, self._ids.session_id())
        domain = f"{office[0]}:{office[1]}"
        session = self._stack.invite(
            Uri.parse(f"sip:{number}@{domain}"),
            self._transports.flow_to(Hop("udp", *office)),
            from_=Address(Uri.parse(f"sip:{caller}@{HOST}")),
            to=Address(Uri.parse(f"sip:{number}@{domain}")),
            contact_user="network",
            sdp=somebody.sdp,
        )
        somebody.session = session
        self._callers[session.id] = somebody
        self._run_once()
        return somebody

    # --- the same crank as the exchange's, much smaller ------------------------------------------------------------

    def _received(self, data: bytes, flow: Flow) -> None:
        self._stack.receive(data, flow)
        self._run_once()

    def _failed(self, flow: Flow, why: str) -> None:
        self._stack.flow_failed(flow, why)
        self._run_once()

    def _run_once(self) -> None:
        while self._stack.events:
            self._take(self._stack.events.popleft())
        while self._stack.outgoing:
            send = self._stack.outgoing.popleft()
            self._transports.send(bytes(send.message), send.flow)
        if self._alarm is not None:
            self._alarm.cancel()
        due = self._timers.next()
        self._alarm = None if due is None else self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timers.run(self._loop.time())
        self._run_once()

    def _take(self, event: sip.Event) -> None:
        match event:
            case sip.Requested(request=request, transaction=transaction):
                self._stack.reply(transaction, request.reply(200 if request.method == "OPTIONS" else 405))
            case sip.Invited(session=session):
                session.refuse(404)  # nobody lives in this network but the callers
            case sip.Answered() | sip.Offered() | sip.Rejected() | sip.Ended():
                caller = self._callers.get(event.session.id)
                if caller is not None:
                    caller.take(event)
                    if caller.ended.is_set():
                        del self._callers[event.session.id]
                    self._loop.call_soon(self._run_once)


def sounds(samples: Samples, frequency: float, seconds: float) -> bool:
    """Whether a tone sounds for so long on end, louder than all else."""
    step, run = RATE // 20, 0
    for start in range(0, len(samples) - step + 1, step):
        piece = samples[start : start + step]
        audible = int(np.abs(piece).max()) > 300
        run = run + 1 if audible and strength(piece, RATE, frequency) > 0.6 else 0
        if run * step >= seconds * RATE:
            return True
    return False
