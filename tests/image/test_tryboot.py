"""The module that tells the Pi's firmware to try a slot; image/tryboot/build makes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from image.trial.firmware import TRIED
from pbx.box.update_world import TRYBOOT

HOUSE = Path(__file__).parents[2]
MADE = HOUSE / "build/image/tryboot.ko"


def test_it_hears_what_the_update_says() -> None:
    heard = re.search(r'strstr\(argument, "(.*)"\)', (HOUSE / "image/tryboot/tryboot.c").read_text())
    assert heard
    assert heard[1] in TRYBOOT
    assert f"'{TRYBOOT}'" in TRIED


@pytest.mark.skipif(not MADE.exists(), reason="made by image/make")
def test_it_is_for_an_arm64_kernel_and_found_by_the_firmware_s_name() -> None:
    content = MADE.read_bytes()
    assert content[:4] == b"\x7fELF"
    assert content[18] == 183, "an AArch64 object"
    assert b"alias=of:N*T*Craspberrypi,bcm2835-firmware" in content
    assert b"license=GPL" in content
