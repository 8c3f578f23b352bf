"""The module that tells the Pi's firmware to try a slot; image/tryboot/build makes it."""

from __future__ import annotations

import re
from pathlib import Path

from image.trial.box import TRIED
from pbx.box.update.world import TRYBOOT

ROOT = Path(__file__).parents[2]


def test_it_hears_what_the_update_says() -> None:
    heard = re.search(r'strstr\(argument, "(.*)"\)', (ROOT / "image/tryboot/tryboot.c").read_text())
    assert heard
    assert heard[1] in TRYBOOT
    assert f"'{TRYBOOT}'" in TRIED
