"""An update from the bundle to the restart that it is kept after, in one story."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from image import bundle
from image.trial.firmware import Pi, chosen
from image.trial.test_box import a_call_goes_through
from pbx.box.slots import BOOT
from tests.peers.programs import until

SLOW = 120.0
WRITTEN = 900.0
"""Seconds in which a system is written and calls have ended."""
NEWER = "900.0"


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pi]:
    """A box with a new card, plugged in."""
    pi = Pi(tmp_path_factory.mktemp("pi"))
    try:
        pi.start()
        print(f"the page answered after {pi.answers():.0f} s")
        yield pi
    finally:
        pi.pull_the_plug()


@pytest.fixture(scope="module")
def office(pi: Pi) -> dict[str, Any]:
    """Alice (21) and Bob (22), with a phone each, who have talked to each other."""
    pi.do("user", "add", "Alice", "--extension", "21")
    pi.do("user", "add", "Bob", "--extension", "22", "--ring", "5", "--voicemail")
    phones = {extension: pi.do("phone", "add", extension) for extension in ("21", "22")}
    a_call_goes_through(pi, phones)
    return phones


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where bundles are made."""
    return tmp_path_factory.mktemp("bundles")


def bring(pi: Pi, made: Path, version: str) -> None:
    """Offer a bundle to the exchange, as its page does."""
    with made.open("rb") as file:
        subprocess.run([*pi.command("sh", "-c", "cat >/data/bundle")], stdin=file, check=True, timeout=WRITTEN)
    made.unlink()
    offered = [*pi.command("durchwahl", "update", "offer", "/data/bundle", "--json")]
    done = subprocess.run(offered, stdin=subprocess.DEVNULL, check=True, timeout=WRITTEN, capture_output=True)
    assert json.loads(done.stdout)["bundle"]["version"] == version
    pi.run("rm", "/data/bundle")


def state(pi: Pi) -> Any:
    """What root tells of the update."""
    return pi.do("update", "status")


def install(pi: Pi) -> None:
    """Ask for it; what systemd says at the end can be read on the console."""
    pi.run("dmesg", "-n", "8")
    pi.do("update", "install")


def phase(pi: Pi, *phases: str, seconds: float = SLOW) -> Any:
    """Wait until the update has come to one of these."""
    return until(lambda: (told := state(pi)) and told["phase"] in phases and told, f"one of {phases}", seconds)


def runs(pi: Pi) -> str:
    return str(state(pi)["version"])


def test_a_newer_system_is_tried_and_kept(pi: Pi, office: dict[str, Any], folder: Path) -> None:
    calls = pi.do("calls")
    bring(pi, bundle.make(NEWER, folder), NEWER)
    # RAUC believes the signature whatever the clock says.
    pi.run(
        "sh",
        "-c",
        "now=$(date +%s); date -s @1000; rauc info /data/durchwahl/update/bundle.raucb; e=$?; date -s @$now; exit $e",
    )
    install(pi)
    assert phase(pi, "writing", "draining", "trying")["to"] == NEWER
    tryboot = pi.ends(WRITTEN)
    assert tryboot, pi.screen()
    assert chosen(pi.card, tryboot=False) == BOOT["a"], "not before it is kept"
    pi.start(tryboot, logged=True)
    assert pi.partition == BOOT["b"]
    print(f"the new system's page answered after {pi.answers():.0f} s")
    assert "rauc.slot=b" in pi.run("cat", "/proc/cmdline").split()
    assert "44776c31-06" in pi.run("cat", "/proc/cmdline")
    assert runs(pi) == NEWER
    phase(pi, "kept", seconds=600)
    # Whoever was told so can pull the plug.
    pi.pull_the_plug()
    print(f"writes done and lost: {pi.lose_what_was_not_finished()}")
    pi.start()
    assert pi.partition == BOOT["b"]
    pi.answers()
    assert state(pi)["phase"] == "kept"
    assert pi.do("calls") == calls
    assert pi.run("systemctl", "--failed", "--no-legend", "--plain") == ""
    a_call_goes_through(pi, office)
