"""A full disk and one that can only be read: calls go on, and what is wrong is said in words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
ROOT = Path(__file__).parents[2]


@cache
def may_mount() -> bool:
    """Whether this machine lets its users have mounts of their own."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0


def seen_by(how: str, folder: Path) -> Any:
    """What was seen while the disk was spoilt."""
    if not may_mount():
        pytest.skip("no mounts of one's own here")
    folder.mkdir()
    work = [*NAMESPACE, sys.executable, "-m", "tests.threats.bad_disk", how, str(folder)]
    done = subprocess.run(work, capture_output=True, text=True, cwd=ROOT, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("how", "refusal", "words"),
    [
        ("full", "database or disk is full", "0 GB (0%) of the disk is free. The box records no messages."),
        ("read-only", "Read-only file system", "The disk has become read-only: nothing can be saved any more."),
    ],
)
def test_calls_go_on_over_a_bad_disk_and_the_doctor_names_it(
    tmp_path: Path, how: str, refusal: str, words: str
) -> None:
    seen = seen_by(how, tmp_path / "disk")
    call = {"registered": [200, 200], "heard": True, "ended": 200}
    assert (seen["before"], seen["spoilt"], seen["mended"]) == ([call], [call, call], [call])
    assert refusal in seen["refused"], "whoever changes something is told"
    assert seen["doctor"]["disk"] == words
    assert seen["added"] == "", "and can do so as soon as the disk is well"
    assert seen["history"] >= 2


def test_an_exchange_begins_on_a_full_disk(tmp_path: Path) -> None:
    """A power cut comes when it likes."""
    assert seen_by("start", tmp_path / "disk") == [{"registered": [200, 200], "heard": True, "ended": 200}]
