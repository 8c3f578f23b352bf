"""Kill -9 at 200 random moments: what was acknowledged is there, and what is there is readable."""

import dataclasses
import os
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from pbx.store.mailboxes import Mailboxes
from pbx.store.models import Person
from pbx.store.records.records import Records
from pbx.store.rows import Step
from pbx.store.settings.settings import Settings
from pbx.store.sound_files import mend
from tests.leftovers import call_record
from tests.store.sound import unfinished

ROOT = Path(__file__).parents[2]
MOMENTS = 200
CALL = call_record(steps=(Step(1000.0, "called"),))


class Box:
    """The stores as the daemon opens them."""

    def __init__(self, data: Path) -> None:
        self.settings = Settings(data / "settings.json")
        self.records = Records(data / "records.sqlite")
        self.boxes = Mailboxes(data, self.records, free_share=lambda _: 0.5)
        self.recovered = self.boxes.reconcile().recovered

    def close(self) -> None:
        self.records.close()


def work_until_killed(data: Path, pipe: int, round_: int) -> None:
    """Save, record, and tell the pipe what is done, until the kill comes."""
    box, count = Box(data), 0
    while True:
        name = f"{round_}.{count}"
        count += 1
        box.settings.put(Person("21", f"Anna {name}"), Person("22", f"Bert {name}"))
        os.write(pipe, f"set {name}\n".encode())
        with box.records.together():
            box.records.add_call(dataclasses.replace(CALL, id=name))
            box.records.add_task("21", "missed", "+4930111", name, 1.0)
        os.write(pipe, f"call {name}\n".encode())
        spool = box.boxes.spool("21", call=name)
        with spool.open("wb", buffering=0) as file:
            sound = unfinished(1.5)
            for start in range(0, len(sound), 4000):
                file.write(sound[start : start + 4000])
        message = box.boxes.keep(spool)
        assert message is not None
        os.write(pipe, f"message {name}\n".encode())
        if count % 3 == 0:
            box.boxes.remove(message)
            os.write(pipe, f"removed {name}\n".encode())


def child(data: Path, pipe: int, round_: int) -> NoReturn:
    """Never come back into the test: what happens here ends here."""
    try:
        work_until_killed(data, pipe, round_)
    finally:
        os._exit(1)


def killed_at(words: int, seconds: float, data: Path, round_: int) -> list[str]:
    """Let a child work, kill it so long after so many words of it, and return what it had acknowledged.

    Counting words, not time alone, gives a busy machine as many moments as an idle one.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(data, theirs, round_)
    os.close(theirs)
    said = b""
    while said.count(b"\n") < words:
        assert select.select([ours], [], [], 30.0)[0], "the child says nothing"
        piece = os.read(ours, 4096)
        assert piece, "the child ended by itself: a store raised"
        said += piece
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the child ended by itself: a store raised"
    with os.fdopen(ours, "rb") as lines:
        return (said + lines.read()).decode().splitlines()


def test_whatever_was_acknowledged_before_kill_9_is_there_and_readable(tmp_path: Path) -> None:
    """In a process of its own: a fork of one that has threads may inherit a lock that nobody opens any more."""
    words = [sys.executable, "-c", f"from {__name__} import kill_and_check; kill_and_check({str(tmp_path)!r})"]
    killing = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert killing.returncode == 0, killing.stderr


def kill_and_check(folder: str) -> None:
    """What the test does."""
    data = Path(folder)
    moments = random.Random(2)
    done: list[str] = []
    for round_ in range(MOMENTS):
        done += killed_at(moments.randint(1, 8), moments.uniform(0.0, 0.01), data, round_)
        box = Box(data)
        check(box, done)
        # The mailbox holds a hundred messages: make room, as its owner does.
        for message in box.records.messages()[:-20]:
            box.boxes.remove(message)
            done.append(f"removed {message.call}")
        box.close()
    assert len(done) > MOMENTS * 3, "the kills came too early to show anything"


def check(box: Box, done: list[str]) -> None:
    """Compare the stores with what was acknowledged."""
    lines = [line.partition(" ")[::2] for line in done]
    last = [name for what, name in lines if what == "set"][-1]
    names = {person.name for person in box.settings.office.people.values()}
    assert len({name.partition(" ")[2] for name in names}) == 1, "both people are of one save"
    assert _age(next(iter(names)).partition(" ")[2]) >= _age(last)
    for what, name in lines[-40:]:
        if what == "call":
            assert box.records.call(name) is not None
    calls = {name for what, name in lines if what == "call"}
    assert calls <= {task.call for task in box.records.tasks()}, "a call and its task are one"
    removed = {name for what, name in lines if what == "removed"}
    kept = {name for what, name in lines if what == "message"} - removed
    there = {message.call: message for message in box.records.messages()}
    assert kept - there.keys() <= _being_removed(lines), "a message is missing"
    assert not removed & there.keys(), "a removed message came back"
    for message in there.values():
        assert message.seconds >= 1.0
        assert abs(mend(box.boxes.path(message)) - message.seconds) < 0.001, "rows keep milliseconds"


def _being_removed(lines: list[tuple[str, str]]) -> set[str]:
    """A message that was acknowledged may be gone if the kill came while it was removed."""
    return {name for what, name in lines if what == "message" and int(name.partition(".")[2]) % 3 == 2}


def _age(name: str) -> tuple[int, int]:
    round_, _, count = name.partition(".")
    return int(round_), int(count)
