"""One backup at a time being made or opened, by a process of its own, and how far it is."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import IO, Any, Literal

from pbx.control.protocol import Refused
from pbx.sentence import Sentence

PROGRAM = "pbx.programs.backup"
Kind = Literal["make", "night", "open", "key"]
Shown = dict[str, Any]

_PAUSE = 1.0
"""Seconds between two times that pages hear how far it is."""


class BackupWork:
    """The making or opening at hand, or the last one. Any thread may use it."""

    def __init__(self) -> None:
        self.kind: Kind | None = None
        self.name = ""
        """The backup's."""
        self.done = self.total = 0
        """Bytes."""
        self.result: Shown | None = None
        """What came of it."""
        self.error: Refused | None = None
        """Why nothing came of it."""
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self.asking = threading.Lock()
        """Held by the thread that waits for the disk that backups go to."""

    @property
    def is_running(self) -> bool:
        """Whether something is being made or opened."""
        return self._thread is not None and self._thread.is_alive()

    def start(
        self,
        kind: Kind,
        name: str,
        asked: Shown,
        turns: AbstractContextManager[Any],
        finished: Callable[[Shown | None], None],
        tell: Callable[[], None],
    ) -> None:
        """Let a process do it. `turns` is held for the moment in which it looks at the settings and records.

        `finished` is called with the result, or None, in another thread; `tell` whenever it has come further.
        Raises Refused while another one runs.
        """
        with self._starting:
            if self.is_running:
                raise Refused(
                    Sentence("Another backup is being made or opened. Please wait until that is finished."), 1
                )
            self.kind, self.name, self.done, self.total, self.result, self.error = kind, name, 0, 0, None, None
            self._child = started(kind)
            self._thread = threading.Thread(
                target=self._run, args=(self._child, asked, turns, finished, tell), name=f"backup-{kind}", daemon=True
            )
            self._thread.start()

    def wait(self) -> Shown:
        """The result, when there is one. Raises Refused."""
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise self.error
        return self.result or {}

    def close(self) -> None:
        """End it: nothing comes of it."""
        if self._child is not None and self.is_running:
            self._child.terminate()
        if self._thread is not None:
            self._thread.join(10.0)

    def _run(
        self,
        child: "subprocess.Popen[str]",
        asked: Shown,
        turns: AbstractContextManager[Any],
        finished: Callable[[Shown | None], None],
        tell: Callable[[], None],
    ) -> None:
        result: Shown | None = None
        try:
            with child, suppress(BrokenPipeError):
                _say(child.stdin, json.dumps(asked))
                result = self._heard(child, turns, tell)
        finally:
            if result is None and self.error is None:
                self.error = Refused(Sentence("The backup was interrupted. The exchange's log says why."), 1)
            with suppress(OSError):  # what it tidies up is tidied up again at the next start
                finished(result)
            self.result = result
            tell()

    def _heard(
        self, child: "subprocess.Popen[str]", turns: AbstractContextManager[Any], tell: Callable[[], None]
    ) -> Shown | None:
        last_sent = time.monotonic()
        lines = child.stdout or ()
        for line in lines:
            said = json.loads(line)
            if "ready" in said:
                with turns:
                    _say(child.stdin, "go")
                    said = json.loads(next(iter(lines), "{}"))
            if "error" in said:
                self.error = Refused(said["error"], 2, said["field"], template=said["said"])
            elif "result" in said:
                result: Shown = said["result"]
                return result
            elif "done" in said:
                self.done, self.total = said["done"], said["total"]
                if time.monotonic() - last_sent >= _PAUSE:
                    last_sent = time.monotonic()
                    tell()
        return None


def started(kind: Kind) -> "subprocess.Popen[str]":
    """The program, running. Raises Refused."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", PROGRAM, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    except OSError as error:
        raise Refused(Sentence("The backup program cannot be started: {why}.", why=error.strerror or ""), 1) from error


def made_key(password: str) -> str:
    """What encrypts with a password without keeping it (`pbx.store.backup.age.Key`). Raises Refused."""
    with started("key") as child:
        _say(child.stdin, json.dumps({"password": password}))
        answer = json.loads((child.stdout and child.stdout.readline()) or "{}")
    if "result" not in answer:
        raise Refused(Sentence("The backup was interrupted. The exchange's log says why."), 1)
    return str(answer["result"]["key"])


def _say(stream: "IO[str] | None", line: str) -> None:
    if stream is not None:
        stream.write(line + "\n")
        stream.flush()
