"""The module that tells the Pi's firmware to try a slot, as image/make made it."""

from __future__ import annotations

from image.trial.box import BUILD


def test_it_is_for_an_arm64_kernel_and_found_by_the_firmware_s_name() -> None:
    content = (BUILD / "tryboot.ko").read_bytes()
    assert content[:4] == b"\x7fELF"
    assert content[18] == 183, "an AArch64 object"
    assert b"alias=of:N*T*Craspberrypi,bcm2835-firmware" in content
    assert b"license=GPL" in content
