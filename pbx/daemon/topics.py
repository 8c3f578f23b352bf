"""That something changed, sent topic by topic to those who follow: bundled, so that a busy minute is a few lines."""

from collections.abc import Callable, Mapping
from typing import Any

MOMENT = 0.2
"""Seconds in which the same topic is sent once."""
TOPICS = ("lines", "phones", "trunks", "calls", "tasks", "messages", "settings", "health")


class Topics:
    """For one thread. `publish` tells an event; `call_later` calls in so many seconds."""

    def __init__(
        self, publish: Callable[[Mapping[str, Any]], None], call_later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self._publish = publish
        self._call_later = call_later
        self._waiting: dict[str, None] = {}

    def changed(self, topic: str) -> None:
        """Something of this topic is different now. Raises ValueError for a topic nobody knows."""
        if topic not in TOPICS:
            raise ValueError(f"{topic!r} is no topic")
        if not self._waiting:
            self._call_later(MOMENT, self._tell)
        self._waiting[topic] = None

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for topic in waiting:
            self._publish({"event": "changed", "topic": topic})
