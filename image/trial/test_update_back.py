"""Updates that do not go well: whatever is wrong with the new system, the old one comes back by itself and says why."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from image import bundle
from image.trial.box import BUILD, Box
from image.trial.office import Phones, a_call_goes_through
from image.trial.updating import SLOW, WRITTEN, bring, install, phase, state, why
from pbx import VERSION
from pbx.box.slots import BOOT
from tests.peers.programs import until

UNWELL, MUTE, LOST = "901.0", "902.0", "903.0"
TRIED = "/etc/systemd/system/durchwahl-tried.service"


@pytest.fixture(scope="module")
def office(box: Box, phones: Phones) -> Phones:
    """People who have talked to each other."""
    a_call_goes_through(box, phones)
    return phones


def is_tried_and_comes_back(box: Box, version: str, because: str) -> None:
    """The restart to the new system, its own restart, and the old system."""
    assert box.ends(WRITTEN), box.screen()
    box.start(tryboot=True)
    assert box.partition == BOOT["b"]
    assert not box.ends(600), "a plain restart"
    box.plug_in()
    assert box.partition == BOOT["a"]
    assert phase(box, "returned")["to"] == version
    assert why(box) == because
    assert state(box)["version"] == VERSION


def test_a_plug_pulled_while_it_is_written_leaves_what_was(box: Box, office: Phones, tmp_path: Path) -> None:
    unwell = {
        f"{bundle.PACKAGES}/pbx/daemon/process.py": b"raise SystemExit('this is the unwell one')\n",
        TRIED: box.run("cat", TRIED).replace("--healthy-within 300", "--healthy-within 60").encode() + b"\n",
    }
    bring(box, bundle.make(UNWELL, tmp_path, changes=unwell))
    install(box)
    until(lambda: state(box)["progress"] >= 30, "it is being written", WRITTEN)
    box.pull_the_plug()
    print(f"writes done and lost: {box.lose_what_was_not_finished()}")
    box.plug_in()
    assert box.partition == BOOT["a"]
    phase(box, "failed", seconds=SLOW)
    assert why(box) == "broken-off"
    assert state(box)["version"] == VERSION


def test_one_whose_exchange_does_not_start_goes_back(box: Box) -> None:
    assert state(box)["bundle"]["version"] == UNWELL, "it is there to be installed again"
    install(box)
    is_tried_and_comes_back(box, UNWELL, "unhealthy")


def test_one_that_cannot_say_that_it_is_ill_goes_back(box: Box, tmp_path: Path) -> None:
    mute = {f"{bundle.PACKAGES}/pbx/box/update/tried.py": b"raise SystemExit('this is the mute one')\n"}
    bring(box, bundle.make(MUTE, tmp_path, changes=mute))
    install(box)
    is_tried_and_comes_back(box, MUTE, "not-started")


def test_one_that_does_not_start_at_all_goes_back(box: Box, office: Phones, tmp_path: Path) -> None:
    boot, line = tmp_path / "boot.vfat", tmp_path / "cmdline-b.txt"
    subprocess.run(("cp", BUILD / "boot-a.vfat", boot), check=True)
    known = (BUILD / "boot/cmdline-b.txt").read_text().strip()
    line.write_text(known.replace("root=PARTUUID=44776c31-06", "root=PARTUUID=44776c31-63") + " rootdelay=10\n")
    subprocess.run(("mcopy", "-o", "-i", boot, line, "::"), check=True)
    bring(box, bundle.make(LOST, tmp_path, boot=boot))
    install(box)
    is_tried_and_comes_back(box, LOST, "not-started")
    a_call_goes_through(box, office)
