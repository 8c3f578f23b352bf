"""What has to do with an update and is not the exchange: a bundle, and the box's root who tells how it goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.update import self_call
from pbx.box.update.state import FOLDER, STATE
from pbx.sentence import Sentence, Wrong

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
        self._path = root / FOLDER.relative_to("/") / STATE
        self._path.parent.mkdir(parents=True, exist_ok=True)

    def tells(self, state: Any, at: Any, **more: Any) -> None:
        """The state of the update, as the contract has it."""
        facts = {"state": state, "why": "", "from": "0.1", "to": "9.0", "at": at, "progress": 0, **more}
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(facts))
        new.replace(self._path)

    def garbles(self) -> None:
        """What it says is no JSON any more."""
        self._path.write_text('{"state": "wri')


class Trunks:
    """A running exchange whose trunks are as a test wants them, and whose call to itself works or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states = {"amt": ("registered", ""), "spare": ("failed", ""), "peer": ("reachable", "")}
        self.uptime, self.wrong = 60.0, ""
        self.called = 0
        monkeypatch.setattr(self_call, "call", self._call)

    def _call(self, guest: object) -> None:
        assert guest == "guest"
        self.called += 1
        if self.wrong:
            raise Wrong(Sentence("There was no sound in the test call."))

    def status(self) -> dict[str, Any]:
        return {"uptime": self.uptime, "calls": 2}

    def drain(self, on: bool) -> int:
        """Nobody is talking."""
        return 0

    def trunk_states(self) -> dict[str, tuple[str, str]]:
        return self.states

    def changed(self, office: object) -> None:
        """Nothing that matters here."""

    def guest(self) -> str:
        return "guest"
