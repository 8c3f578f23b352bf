"""The backup program in a thread instead of a process: most of a process's time is spent on its beginning."""

import os
import threading
from typing import IO

import pytest

from pbx.administration.desk import backup_work
from pbx.programs import backup
from pbx.store.backup import age


class Beside:
    """Stands in for the `Popen` of the program."""

    def __init__(self, kind: str) -> None:
        heard, says = os.pipe()
        hears, output = os.pipe()
        self.stdin, self.stdout = os.fdopen(says, "w"), os.fdopen(hears)
        self._thread = threading.Thread(target=self._work, args=(kind, os.fdopen(heard), os.fdopen(output, "w")))
        self._thread.start()

    def _work(self, kind: str, heard: IO[str], output: IO[str]) -> None:
        with heard, output:
            backup.work(kind, heard, output)

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self.stdin.close()
        self.stdout.close()


@pytest.fixture
def quick_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are quickly tried, and no processes."""
    monkeypatch.setattr(age, "_WORK", 4)
    monkeypatch.setattr(backup_work, "started", Beside)
