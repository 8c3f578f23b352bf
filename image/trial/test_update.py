"""An update that goes well, from the bundle to the restart that it is kept after."""

from __future__ import annotations

from pathlib import Path

from image import bundle
from image.trial.box import Box
from image.trial.firmware import chosen
from image.trial.office import Phones, a_call_goes_through
from image.trial.updating import WRITTEN, bring, install, phase, state
from pbx.box.slots import BOOT

NEWER = "900.0"
IN_1970 = "now=$(date +%s); date -s @1000; rauc info /data/durchwahl/update/bundle.raucb; e=$?; date -s @$now; exit $e"


def test_a_newer_system_is_tried_and_kept(box: Box, phones: Phones, tmp_path: Path) -> None:
    a_call_goes_through(box, phones)
    calls = box.do("calls")
    bring(box, bundle.make(NEWER, tmp_path))
    box.run("sh", "-c", IN_1970)  # the signature is believed whatever the clock says
    install(box)
    assert phase(box, "writing", "draining", "trying")["to"] == NEWER
    tryboot = box.ends(WRITTEN)
    assert tryboot, box.screen()
    assert chosen(box.card, tryboot=False) == BOOT["a"], "not before it is kept"
    print(f"the new system's page answered after {box.plug_in(tryboot):.0f} s")
    assert box.partition == BOOT["b"]
    assert {"rauc.slot=b", "root=PARTUUID=44776c31-06"} < {*box.run("cat", "/proc/cmdline").split()}
    assert state(box)["version"] == NEWER
    phase(box, "kept", seconds=600)
    # Whoever was told so can pull the plug.
    box.pull_the_plug()
    print(f"writes done and lost: {box.lose_what_was_not_finished()}")
    box.plug_in()
    assert box.partition == BOOT["b"]
    assert state(box)["phase"] == "kept"
    assert box.do("calls") == calls
    assert box.run("systemctl", "--failed", "--no-legend", "--plain") == ""
    a_call_goes_through(box, phones)
