"""A restore that is cut off at any moment leaves the old files or the new ones, whole."""

import contextlib
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pbx.store.backup import restoring

ROOT = Path(__file__).parents[3]
ALWAYS = ("settings.json", "records.sqlite", "greetings/a.wav", "mailboxes/21/a.wav")
SOMETIMES = ("secret", "tls.crt", "tls.key", "records.sqlite-wal", "records.sqlite-shm")
STAYS = ("bindings.sqlite", "lock", "spool/x.wav")
MOMENTS = 60


def furnish(folder: Path, generation: int) -> None:
    """Files of which each says of which generation it is; some are there only every other time."""
    for name in (*ALWAYS, *(SOMETIMES if generation % 2 else ())):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(str(generation))


def generation(folder: Path) -> int:
    """Of which generation the files are: all of the same, and none too many or too few."""
    [found] = {(folder / name).read_text() for name in ALWAYS}
    there = {name for name in SOMETIMES if (folder / name).exists()}
    assert there == (set(SOMETIMES) if int(found) % 2 else set()), found
    assert all((folder / name).read_text() == (found if name in there else "") for name in there)
    return int(found)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for name in STAYS:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("stays")
    furnish(data, 1)
    return data


def restore(data: Path, number: int) -> None:
    furnish(data / restoring.STAGE, number)
    restoring.begin(data, restoring.STAGE)


def finish(data: Path) -> str:
    old = restoring.finish(data)
    restoring.confirm(data)
    restoring.clear_stage(data)
    return old


def test_the_new_files_are_there_and_the_old_ones_are_kept(data: Path) -> None:
    restore(data, 2)
    assert generation(data) == 1
    assert restoring.is_begun(data)
    old = finish(data)
    assert generation(data) == 2
    [kept] = restoring.kept(data)
    assert (kept.folder.name, generation(kept.folder)) == (old, 1)
    assert abs(kept.at - time.time()) < 60
    assert all((data / name).read_text() == "stays" for name in STAYS)
    assert not restoring.is_begun(data)


def test_a_backup_of_before_leaves_the_box_the_authority_that_is_trusted(data: Path) -> None:
    for name in ("authority.crt", "authority.key"):
        (data / name).write_text("here")
    restore(data, 2)
    finish(data)
    assert (data / "authority.key").read_text() == (data / "authority.crt").read_text() == "here"
    restoring.begin(data, restoring.kept(data)[0].folder.name)  # and so does going back
    finish(data)
    assert (data / "authority.key").read_text() == "here"
    for name in ("authority.crt", "authority.key"):
        (data / restoring.STAGE).mkdir(exist_ok=True)
        (data / restoring.STAGE / name).write_text("there")
    restore(data, 2)
    old = finish(data)
    assert (data / "authority.key").read_text() == (data / "authority.crt").read_text() == "there"
    assert (data / old / "authority.key").read_text() == "here"


def test_nothing_happens_until_it_is_begun(data: Path) -> None:
    furnish(data / restoring.STAGE, 2)
    assert finish(data) == ""
    assert generation(data) == 1
    assert not (data / restoring.STAGE).exists()


def test_one_can_go_back_and_forth_again(data: Path) -> None:
    restore(data, 2)
    finish(data)
    for number in (1, 2, 1):
        restoring.begin(data, restoring.kept(data)[0].folder.name)
        finish(data)
        assert generation(data) == number
        assert [generation(kept.folder) for kept in restoring.kept(data)] == [3 - number]


def test_what_cannot_be_used_gives_way_to_what_was_there(data: Path) -> None:
    restore(data, 2)
    finish(data)
    restore(data, 3)
    restoring.finish(data)
    restoring.go_back(data)
    finish(data)
    assert generation(data) == 2
    assert [generation(kept.folder) for kept in restoring.kept(data)] == [1]
    assert {path.name for path in data.iterdir()} >= {"settings.json", "lock"}
    assert not list(data.glob("restoring*"))


class Cut(Exception):
    """The plug was pulled."""


def test_wherever_it_is_cut_off_the_next_start_completes_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each single renaming, and again while that is put right."""
    replace = os.replace
    left = 0

    def cut(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut
        replace(source, target)

    number = 1
    for first in range(18):
        for again in (0, 3, 30):
            number += 1
            restore(data, number)
            monkeypatch.setattr(os, "replace", cut)
            for allowed in (first, again):
                left = allowed
                with contextlib.suppress(Cut):
                    finish(data)
            monkeypatch.setattr(os, "replace", replace)
            finish(data)
            assert generation(data) == number
            assert [generation(kept.folder) for kept in restoring.kept(data)] == [number - 1]


def work_until_killed(data: Path, pipe: int, number: int) -> None:
    """Restore one generation after the other, as starts of the exchange do it."""
    while True:
        finish(data)
        os.write(pipe, f"{generation(data)}\n".encode())
        number = generation(data) + 1
        shutil.rmtree(data / restoring.STAGE, ignore_errors=True)
        restore(data, number)
        os.write(pipe, f"begun {number}\n".encode())


def kill_and_check(folder: str) -> None:
    """What the test does."""
    data, moments, begun = Path(folder), random.Random(3), 1
    for _ in range(MOMENTS):
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                work_until_killed(data, theirs, begun)
            finally:
                os._exit(1)
        os.close(theirs)
        said = b""
        while b"begun" not in said:  # on a busy machine that alone may take longer than the moment chosen below
            assert select.select([ours], [], [], 30.0)[0], "the child says nothing"
            said += os.read(ours, 4096) or pytest.fail("the child ended by itself")
        time.sleep(moments.uniform(0.0, 0.12))
        os.kill(pid, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1]), "the child ended by itself"
        with os.fdopen(ours, "rb") as lines:
            said += lines.read()
        begun = max(int(line.removeprefix("begun ")) for line in said.decode().splitlines())
        finish(data)
        assert generation(data) in (begun, begun + 1)
        assert [generation(kept.folder) for kept in restoring.kept(data)] == [generation(data) - 1]
    assert begun > MOMENTS, "the kills came too early to show anything"


def test_kill_9_at_any_moment_leaves_old_or_new(data: Path) -> None:
    """In a process of its own: a fork of one that has threads may inherit a lock that nobody opens any more."""
    words = [sys.executable, "-c", f"from {__name__} import kill_and_check; kill_and_check({str(data)!r})"]
    killing = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert killing.returncode == 0, killing.stderr
