"""The emulator's own socket (QMP): what hands do to a box is done by it, like plugging a stick in."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any


class Monitor:
    """One that is connected; a context manager."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile()
        self._lines.readline()  # its greeting
        self.do("qmp_capabilities")

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def do(self, command: str, **arguments: Any) -> Any:
        """What it answers; what happens meanwhile is not heard."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            told = json.loads(self._lines.readline())
            assert "error" not in told, told
            if "return" in told:
                return told["return"]

    def plug_in(self, stick: Path, name: str) -> None:
        """A USB stick with the content of a file."""
        self.do(
            "blockdev-add", **{"driver": "raw", "node-name": name, "file": {"driver": "file", "filename": str(stick)}}
        )
        self.do("device_add", driver="usb-storage", id=f"usb-{name}", drive=name, removable=True)

    def pull_out(self, name: str) -> None:
        """Gone, without a word before."""
        self.do("device_del", id=f"usb-{name}")
        for _ in range(100):
            try:
                self.do("blockdev-del", **{"node-name": name})
            except AssertionError:
                time.sleep(0.1)  # the box still lets go of it
            else:
                return
        raise AssertionError(f"{name} is still in")
