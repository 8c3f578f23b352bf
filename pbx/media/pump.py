"""What moves the packets of all calls: one thread, one epoll, one beat of 20 ms.

The daemon's loop drives it and it costs nothing while no endpoint is open:

    pump = Pump(loop.time, 16384, 17383, os.urandom, on_event=on_media_event, call_at=loop.call_at)

Without `call_at` its owner calls `run(now)` again whenever the time comes that the last `run` returned, and once after
the first `open`, `on_event` being called from within `run` only.
"""

import logging
import select
import socket
from collections import deque
from collections.abc import Callable

from pbx.media.endpoint import Endpoint
from pbx.media.events import MediaEvent
from pbx.media.ports import Ports
from pbx.media.rtp_socket import BUFFER

BEAT = 0.02
"""Seconds between two packets of everything played."""
_CATCH_UP = 3
"""Beats that are made up for after a late wake-up; more would overrun the listener's buffer."""
_ROUNDS = 8
"""Packets that are taken from one socket at most before the beat has its turn: a flood must not stop the music."""
_SECOND = 50
"""Beats between two housekeepings of one endpoint."""

OnEvent = Callable[[Endpoint, MediaEvent], None]
CallAt = Callable[[float, Callable[[], None]], object]

log = logging.getLogger(__name__)


class Pump:
    """Opens endpoints and runs them. Never calls its owner back from within a verb: events wait for the next `run`."""

    def __init__(
        self,
        clock: Callable[[], float],
        low_port: int,
        high_port: int,
        random_bytes: Callable[[int], bytes],
        on_event: OnEvent | None = None,
        *,
        call_at: CallAt | None = None,
        interval: float = 0.01,
        unheard: float = 5.0,
    ) -> None:
        """`clock` in monotonic seconds; ports from `low_port` to `high_port`, both included.

        Sockets are looked at every `interval` seconds (20 ms must be a multiple): that is what a bridged packet
        waits at most. For `unheard` seconds packets are sent to a peer that was not heard from
        and whose address is not that of its signalling.
        """
        self.clock = clock
        self.random_bytes = random_bytes
        self.buffer = bytearray(BUFFER)
        self.view = memoryview(self.buffer)
        self.unheard = unheard
        self.interval = interval
        self._on_event = on_event
        self._call_at = call_at
        self._ports = Ports(low_port, high_port, random_bytes)
        self._epoll = select.epoll()
        self._acts: dict[int, Callable[[float], None]] = {}
        self._endpoints: list[Endpoint] = []
        self._beating: dict[Endpoint, None] = {}
        self._events: deque[tuple[Endpoint, MediaEvent, OnEvent | None]] = deque()
        self._number = 0
        self._next_beat = self._next_poll = 0.0
        self._running = self._scheduled = False

    @property
    def busy(self) -> bool:
        """Whether there is anything to run for."""
        return bool(self._endpoints or self._events)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All that are open."""
        return tuple(self._endpoints)

    def open(self, local_host: str, on_event: OnEvent | None = None) -> Endpoint:
        """A new endpoint at this local address; its events go to `on_event` if given. Raises NoPort."""
        sockets = self._ports.open(local_host)
        if not self.busy:
            self._next_beat = self._next_poll = self.clock() + self.interval
        endpoint = Endpoint(self, sockets, on_event)
        self._endpoints.append(endpoint)
        self._schedule()
        return endpoint

    def run(self, now: float) -> float | None:
        """Move what is there to be moved; when to come again, None if nothing is open.

        Events are sent at the end, when verbs of any endpoint may be called again.
        """
        if not self.busy:
            return None
        self._next_poll += self.interval
        if self._next_poll <= now:
            self._next_poll = now + self.interval - (now - self._next_poll) % self.interval
        self._poll(now)
        self._beats(now)
        self._tell_events()
        return self._next_poll if self.busy else None

    def close(self) -> None:
        """Close every endpoint and send the last events; the pump is of no use afterwards."""
        for endpoint in list(self._endpoints):
            endpoint.close()
        self._tell_events()
        self._epoll.close()

    def _poll(self, now: float) -> None:
        """Take packets until there are no more: one from each ready socket a round."""
        poll, acts = self._epoll.poll, self._acts
        for _ in range(_ROUNDS):
            ready = poll(0)
            if not ready:
                return
            for number, _flags in ready:
                try:
                    if act := acts.get(number):
                        act(now)
                except Exception:
                    log.exception("a packet was too much; the other calls go on")

    def _beats(self, now: float) -> None:
        behind = int((now - self._next_beat) / BEAT)
        if behind >= _CATCH_UP:
            skipped = behind - _CATCH_UP + 1
            self._number += skipped
            self._next_beat += skipped * BEAT
        while self._next_beat <= now:
            self._next_beat += BEAT
            self._number += 1
            for endpoint in list(self._beating):
                try:
                    endpoint.beat(self._number, now)
                except Exception:
                    log.exception("the beat of %s failed; the other calls go on", endpoint.local)
            for endpoint in self._endpoints[self._number % _SECOND :: _SECOND]:
                try:
                    endpoint.housekeeping(now)
                except Exception:
                    log.exception("looking after %s failed; the other calls go on", endpoint.local)

    def _tell_events(self) -> None:
        while self._events:
            endpoint, event, on_event = self._events.popleft()
            try:
                if on_event:
                    on_event(endpoint, event)
            except Exception:
                log.exception("an event of %s was not taken: %s", endpoint.local, event)

    def _schedule(self) -> None:
        if self._call_at and not self._scheduled and self.busy:
            self._scheduled = True
            self._call_at(self._next_poll, self._woken)

    def _woken(self) -> None:
        self._scheduled = False
        try:
            self.run(self.clock())
        finally:
            self._schedule()

    # -- what endpoints ask (endpoint.Loop)

    def watch(self, sock: socket.socket, act: Callable[[float], None]) -> None:
        number = sock.fileno()
        if number not in self._acts:
            self._epoll.register(number, select.EPOLLIN)
        self._acts[number] = act

    def unwatch(self, sock: socket.socket) -> None:
        number = sock.fileno()
        if self._acts.pop(number, None):
            self._epoll.unregister(number)

    def beat_for(self, endpoint: Endpoint, wanted: bool) -> None:
        if wanted:
            self._beating[endpoint] = None
        else:
            self._beating.pop(endpoint, None)

    def tell(self, endpoint: Endpoint, event: MediaEvent) -> None:
        if not self.busy:
            self._next_poll = self.clock()
        self._events.append((endpoint, event, endpoint.on_event or self._on_event))
        self._schedule()

    def forget(self, endpoint: Endpoint) -> None:
        if endpoint in self._endpoints:
            self._endpoints.remove(endpoint)
        self._beating.pop(endpoint, None)
