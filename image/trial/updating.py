"""What whoever updates a box does and sees."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from image.trial.box import Box
from tests.peers.programs import until

SLOW = 120.0
WRITTEN = 900.0
"""Seconds in which a system is written and calls have ended."""


def bring(box: Box, bundle: Path) -> None:
    """Offer a bundle to the exchange, as its page does."""
    with bundle.open("rb") as file:
        subprocess.run(box.command("sh", "-c", "cat >/data/bundle"), stdin=file, check=True, timeout=WRITTEN)
    offer = box.command("durchwahl", "update", "offer", "/data/bundle", "--json")
    done = subprocess.run(offer, stdin=subprocess.DEVNULL, check=True, timeout=WRITTEN, capture_output=True)
    assert json.loads(done.stdout)["bundle"]["version"] == bundle.stem.removeprefix("durchwahl-")
    box.run("rm", "/data/bundle")


def install(box: Box) -> None:
    """Ask for it; what systemd says at the end can be read on the console."""
    box.run("dmesg", "-n", "8")
    box.do("update", "install")


def state(box: Box) -> Any:
    """What the exchange tells of the update."""
    return box.do("update", "status")


def phase(box: Box, *phases: str, seconds: float = SLOW) -> Any:
    """Wait until the update has come to one of these."""

    def come() -> Any:
        time.sleep(3)  # asking takes its own share of an emulated processor
        told = state(box)
        return told if told["phase"] in phases else None

    return until(come, f"one of {phases}", seconds)


def why(box: Box) -> str:
    """The word that root has for how it ended."""
    return str(json.loads(box.run("cat", "/data/system/update/state.json"))["why"])
