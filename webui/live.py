"""What happens, told to open pages: topics over server-sent events, from one follower on the control socket."""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pbx.control.client import ControlError, NotRunning, follow

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""
MOST = 60
MOST_PER_SOURCE = 20


class Stream:
    """One open page's ear."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._topics: set[str] = set()
        self._news = threading.Condition()

    def tell(self, topic: str) -> None:
        """Something of this topic changed."""
        with self._news:
            self._topics.add(topic)
            self._news.notify()

    def wait(self, seconds: float) -> list[str]:
        """The topics since the last time, after at most so long."""
        with self._news:
            if not self._topics:
                self._news.wait(seconds)
            topics = sorted(self._topics)
            self._topics.clear()
        return topics


class Hub:
    """Passes on what the daemon tells to all open streams."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.running = False
        """Whether the daemon is heard."""

    def start(self) -> None:
        """Follow the daemon in a thread, and again whenever it comes back."""
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def stop(self) -> None:
        """End all streams."""
        self._stopped.set()
        self.tell("end")

    def open(self, source: str) -> Stream | None:
        """A stream for a page; None when there are too many, in all or from this address."""
        with self._lock:
            if len(self._streams) >= MOST or sum(s.source == source for s in self._streams) >= MOST_PER_SOURCE:
                return None
            stream = Stream(source)
            self._streams.add(stream)
            return stream

    def close(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def tell(self, topic: str) -> None:
        """Tell all streams. Any thread may."""
        with self._lock:
            streams = tuple(self._streams)
        for stream in streams:
            stream.tell(topic)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def _follow(self) -> None:
        pause = 0.5
        while not self._stopped.wait(pause):
            try:
                for event in follow(self._socket):
                    pause = 0.5
                    self._heard(event)
            except (NotRunning, ControlError):
                pause = min(pause * 2, 5.0)
            self.tell("exchange")

    def _heard(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "changed":
                self.tell(str(event.get("topic")))
            case "step" | "ended":
                self.tell("calls")


def written(hub: Hub, stream: Stream) -> Iterator[bytes]:
    """A stream as server-sent events."""
    try:
        yield b"retry: 2000\n\n"
        while not hub.stopped:
            topics = stream.wait(HEARTBEAT)
            yield f"data: {' '.join(topics)}\n\n".encode() if topics else b": alive\n\n"
    finally:
        hub.close(stream)
