"""What happens, sent to open pages: topics over server-sent events, from one follower on the control socket."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pbx.control.client import ControlError, NotRunning, Refused, follow

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""
ASKED = 45.0
"""Seconds after which it is asked again whether the session lasts."""
MOST, MOST_PER_SOURCE = 60, 20
"""Streams, in all and for one address."""
PAUSES = (0.5, 1.0, 2.0, 3.0)
"""Seconds between attempts to reach the daemon; the last one for good."""
EVERYTHING = "everything"
"""The topic after a time in which nothing was heard: a page must look at all of itself."""
TOPICS = frozenset(
    ("lines", "phones", "trunks", "calls", "tasks", "messages", "settings", "health", EVERYTHING, "exchange")
)


class Stream:
    """One open page's ear."""

    def __init__(self, source: str, token: str, missed: Iterable[str], mark: str) -> None:
        self.source = source
        self.token = token
        """Of its session."""
        self.ended = False
        self.mark = mark
        """Up to where it has been read."""
        self._latest = mark
        self._topics = set(missed)
        self._news = threading.Condition()

    def tell(self, topic: str, mark: str) -> None:
        """Something of this topic changed."""
        with self._news:
            self._topics.add(topic)
            self._latest = mark
            self._news.notify()

    def end(self) -> None:
        """It shall say goodbye."""
        with self._news:
            self.ended = True
            self._news.notify()

    def wait(self, seconds: float) -> list[str]:
        """The topics since the last time, after at most so long."""
        with self._news:
            if not self._topics and not self.ended:
                self._news.wait(seconds)
            topics = sorted(self._topics)
            self._topics.clear()
            self.mark = self._latest
        return topics


class Hub:
    """Passes on what the daemon tells to all open streams."""

    def __init__(self, socket: Path, heartbeat: float = HEARTBEAT, pauses: tuple[float, ...] = PAUSES) -> None:
        self._socket = socket
        self.heartbeat = heartbeat
        self._pauses = pauses
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._life = secrets.token_hex(4)
        self._count = 0
        """Of what was sent."""
        self._sent: dict[str, int] = {}
        """The count at which each topic was sent last."""
        self._stopped = threading.Event()
        self._failed = 0
        """Attempts in vain to reach the daemon."""

    def start(self) -> None:
        """Follow the daemon in a thread, and again whenever it comes back."""
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def stop(self) -> None:
        """End all streams."""
        self._stopped.set()
        for stream in self._open():
            stream.end()

    @property
    def mark(self) -> str:
        """How far it is. What is sent after a page took its mark, the page has not seen."""
        return f"{self._life}.{self._count}"

    def open(self, source: str, token: str, mark: str) -> Stream | None:
        """A stream for a page made at this mark; None when there are too many, in all or from this address."""
        with self._lock:
            theirs = sum(stream.source == source for stream in self._streams)
            if len(self._streams) >= MOST or theirs >= MOST_PER_SOURCE or self._stopped.is_set():
                return None
            stream = Stream(source, token, self._since(mark), self.mark)
            self._streams.add(stream)
            return stream

    def _since(self, mark: str) -> list[str]:
        """The topics sent after a mark; a mark of another life of ours says nothing."""
        life, _, count = mark.partition(".")
        if life != self._life or not (count.isascii() and count.isdigit()):
            return [EVERYTHING]
        return [topic for topic, sent in self._sent.items() if sent > int(count[:20])]

    def close(self, stream: Stream) -> None:
        """Forget a stream."""
        with self._lock:
            self._streams.discard(stream)

    def end(self, token: str) -> None:
        """End the streams of a session."""
        for stream in self._open():
            if stream.token == token:
                stream.end()

    def tell(self, topic: str) -> None:
        """Tell all streams. Any thread may."""
        if topic not in TOPICS:
            return
        with self._lock:
            self._count += 1
            self._sent[topic] = self._count
            for stream in self._streams:
                stream.tell(topic, self.mark)

    def _open(self) -> tuple[Stream, ...]:
        with self._lock:
            return tuple(self._streams)

    def _follow(self) -> None:
        while not self._stopped.is_set():
            with suppress(NotRunning, ControlError, Refused):
                for event in follow(self._socket, begun=self._begun):
                    self._heard(event)
            if not self._failed:
                self.tell("exchange")
            self._stopped.wait(self._pauses[min(self._failed, len(self._pauses) - 1)])
            self._failed += 1

    def _begun(self) -> None:
        """The daemon is heard; what it said before was missed."""
        self.tell(EVERYTHING)
        self._failed = 0

    def _heard(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "changed":
                self.tell(str(event.get("topic")))
            case "step" | "ended":
                self.tell("calls")


def written(
    hub: Hub, stream: Stream, lasts: Callable[[], bool], clock: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """A stream as server-sent events, until the other side is gone or `lasts` says that the session is not there."""
    try:
        yield b"retry: 2000\n\n"
        asked = clock()
        while not stream.ended:
            topics = stream.wait(hub.heartbeat)
            if clock() - asked >= ASKED:
                asked = clock()
                if not lasts():
                    break
            # With the id a browser whose connection broke says how far it had heard.
            yield f"id: {stream.mark}\ndata: {' '.join(topics)}\n\n".encode() if topics else b": alive\n\n"
        # The page asks for itself again, and is shown the login.
        yield b"event: end\ndata: end\n\n"
    finally:
        hub.close(stream)
