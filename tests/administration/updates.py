"""What has to do with an update and is not the exchange: a bundle, and the box's root who tells how it goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pbx.administration.update import STATE

COMPATIBLE = "durchwahl-rpi-arm64"


def bundle(version: str = "9.0", compatible: str = COMPATIBLE, size: int = 5000) -> bytes:
    """What looks like one of RAUC's bundles in the format “verity”: squashfs, signed manifest, its length."""
    manifest = f"[update]\ncompatible={compatible}\nversion={version}\n\n[bundle]\nformat=verity\n".encode()
    signature = b"\x30\x82" + (len(manifest) + 60).to_bytes(2, "big") + bytes(40) + manifest + bytes(20)
    return b"hsqs" + bytes(size) + signature + len(signature).to_bytes(8, "big")


class Root:
    """Stands in for `pbx.box.update`, the part that runs as root."""

    def __init__(self, root: Path) -> None:
        """`root` is where the machine's files are."""
        self._path = root / STATE
        self._path.parent.mkdir(parents=True, exist_ok=True)

    def tells(self, state: Any, at: Any, **more: Any) -> None:
        """The state of the update, as the contract has it."""
        told = {"state": state, "why": "", "from": "0.1", "to": "9.0", "at": at, "progress": 0, **more}
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(told))
        new.replace(self._path)

    def garbles(self) -> None:
        """What it says is no JSON any more."""
        self._path.write_text('{"state": "wri')
