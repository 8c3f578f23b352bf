"""The threads that answer: made when they are needed, given back when they are not, shared by HTTP and HTTPS."""

import logging
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

from cheroot.workers.threadpool import _SHUTDOWNREQUEST, ThreadPool

log = logging.getLogger(__name__)

REST = 10.0
"""Seconds without work after which a thread ends."""
STACK = 1024 * 1024
"""Bytes."""


class Threads(ThreadPool):  # type: ignore[misc]
    """A pool that is empty while nobody asks for anything."""

    def __init__(self, server: Any, most: int) -> None:
        super().__init__(server, min=1, max=most)
        self._news = threading.Condition()
        self._waiting: deque[Any] = deque()
        """Connections that have something to say and no thread yet."""
        self._idle = 0
        """Threads that could take one."""
        self._stopped = False
        self.get = self._get  # what cheroot's threads call

    def start(self) -> None:
        """There is nothing to be done before somebody comes."""

    def put(self, connection: Any) -> None:
        """A connection has something to say: a thread takes it, a new one if there may be one more."""
        with self._news:
            self._waiting.append(connection)
            if len(self._waiting) > self._idle and len(self._threads) < self.max:
                self._begin()
            self._news.notify()

    def stop(self, timeout: float = 5.0) -> None:
        """End all threads; whose client keeps one busy for longer, seconds, is cut off."""
        with self._news:
            self._stopped = True
            self._news.notify_all()
        end = time.monotonic() + timeout
        for thread in self._clear_threads():
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                self._force_close(thread.conn)
                thread.join()

    def _begin(self) -> None:
        before = threading.stack_size(STACK)
        try:
            self._threads.append(self._spawn_worker())
        except RuntimeError:  # the machine gives no more: those there are will come to it
            log.warning("no more threads: %s are at work", len(self._threads))
        finally:
            threading.stack_size(before)

    def _get(self) -> Any:
        """The next connection, or the word to end. In the thread that is to serve it."""
        with self._news:
            self._idle += 1
            try:
                self._news.wait_for(lambda: self._waiting or self._stopped, REST)
                if self._waiting:
                    return self._waiting.popleft()
                with suppress(ValueError):  # who stops the pool has taken it out
                    self._threads.remove(threading.current_thread())
                return _SHUTDOWNREQUEST
            finally:
                self._idle -= 1
