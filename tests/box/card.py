"""A box with a card of two slots, made up: RAUC, the firmware and the exchange as far as an update can tell."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pbx.box import slots
from pbx.box.slots import Slot, autoboot, other
from pbx.box.update.install import install
from pbx.box.update.programs import Done, Heard
from pbx.box.update.rauc import Rauc
from pbx.box.update.rauc_backend import Backend, Impossible
from pbx.box.update.state import UpdateState
from pbx.box.update.tried import after_start
from pbx.box.update.world import TRYBOOT, NoReboot, World
from pbx.control.client import NotRunning
from pbx.store.disk.atomic import write_file

MEGABYTE = 1 << 20
HALF = "half written"


class Cut(Exception):
    """The plug was pulled."""


class Card:
    """The card in its box. Whatever changes something in the world is a step, before which the plug may be pulled."""

    def __init__(self, folder: Path, steps: int = 10**6) -> None:
        """`steps` are those that are still done."""
        self.folder = folder
        self.left = steps
        self.done: list[str] = []
        """The steps, as they were done."""
        self.running: Slot = "a"
        self.tryboot = False
        self.holds: dict[Slot, str] = {"a": "1.0", "b": ""}
        """The version of each slot's system, "" for none."""
        self.ill: set[str] = set()
        """Versions that are not healthy."""
        self.dead: set[str] = {"", HALF}
        """Versions that do not start."""
        self.offered = {"compatible": "durchwahl-rpi-arm64", "version": "1.1", "size": 600 * MEGABYTE}
        self.signed = True
        self.breaks = ""
        """What is printed by an installation that fails."""
        self.calls = 0
        self.drained = 0
        self.now = 0.0
        self.rebooted: list[str] = []
        self.on_install: Callable[[], None] = lambda: None
        self.states = folder / "states"
        for name in ("states", "select", "boot-a", "boot-b", "data/update", "dev"):
            (folder / name).mkdir(parents=True)
        (folder / "select/autoboot.txt").write_text(autoboot("a"))
        (folder / "data/update/bundle.raucb").write_text("a bundle")
        for number in (2, 3, 5, 6):
            size = folder / f"sys/class/block/p{number}/size"
            size.parent.mkdir(parents=True)
            size.write_text(str((192 if number < 5 else 1200) * MEGABYTE // 512))
            (folder / f"dev/by-{number}").symlink_to(f"../p{number}")

    # --- the box

    def world(self) -> World:
        """What the programs of an update see of it."""
        update = UpdateState(self.states, wall=lambda: 1.7e9 + self.now)
        return World(
            self.folder / "data/update/bundle.raucb", Rauc(self.run, self.folder), update, self.ask, self.reboot,
            version=self.holds[self.running], clock=lambda: self.now, sleep=self.sleep,
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """What the exchange reads."""
        found: dict[str, Any] = json.loads((self.states / "state.json").read_text())
        return found

    def install(self, drain: float = 60) -> bool:
        """What the exchange's wish starts."""
        return install(self.world(), drain)

    def start(self) -> None:
        """The firmware starts a slot; then, if it comes up, what runs after each start. A dead one starts anew."""
        committed = slots.read(self.folder / "select") or "a"
        self.running = other(committed) if self.tryboot else committed
        self.tryboot = False
        if self.holds[self.running] in self.dead:
            assert self.running != committed, "the box does not start any more"
            self.start()
            return
        before = len(self.rebooted)
        after_start(self.world(), 300)
        if len(self.rebooted) > before:
            self.start()

    def step(self, name: str) -> None:
        """One thing that changes the world."""
        if self.left == 0:
            raise Cut
        self.left -= 1
        self.done.append(name)

    def write_file(self, path: Path, content: bytes, mode: int = 0o600) -> None:
        """What slots and state are written with; there whole or not at all."""
        facts = json.loads(content) if path.name == "state.json" else {}
        self.step(f"{path.name} {facts.get('state', '')}".strip())
        write_file(path, content, mode)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def reboot(self, argument: str) -> None:
        self.step(f"restart {argument}".strip())
        if argument == "refused":
            raise NoReboot
        self.tryboot = argument == TRYBOOT
        self.rebooted.append(argument)

    def ask(self, verb: str, arguments: dict[str, Any]) -> Any:
        """The exchange."""
        if verb == "drain":
            self.step("drain")
            self.drained += arguments.get("on", True)
            self.calls -= bool(self.calls)
            return {"draining": True, "calls": self.calls}
        assert verb == "update check"
        if self.now < 20:
            raise NotRunning
        if self.holds[self.running] in self.ill:
            return {"healthy": False, "why": "Nobody.", "why_said": {"say": "{who}.", "with": {"who": "Nobody"}}}
        return {"healthy": True, "why": "", "why_said": None}

    # --- RAUC 1.13

    def run(self, words: tuple[str, ...], heard: Heard) -> Done:
        """The program `rauc`, with our backend beneath."""
        match words[1:]:
            case ("info", "--output-format=json", _):
                return self._info()
            case ("status", "--detailed", "--output-format=json"):
                return Done(0, json.dumps(self._status()))
            case ("status", "mark-good", "booted"):
                return self._backend("set-state", self.running, "good")
            case ("status", "mark-active", "booted" | "other" as which):
                slot = self.running if which == "booted" else other(self.running)
                return self._backend("set-primary", slot)
            case ("install", _):
                return self._install(heard)
        raise AssertionError(words)

    @contextlib.contextmanager
    def _mounted(self, number: int, writable: bool) -> Iterator[Path]:
        place = {1: "select", 2: "boot-a", 3: "boot-b"}[number]
        if writable:
            self.step(f"mount {place}")
        yield self.folder / place

    def _backend(self, *words: str) -> Done:
        backend = Backend(self._mounted, self.states, f"root=x rauc.slot={self.running}")
        try:
            return Done(0, backend.do(words))
        except Impossible as error:
            return Done(1, str(error))

    def _info(self) -> Done:
        if not self.signed:
            return Done(1, "signature verification failed")
        answer = {
            "compatible": self.offered["compatible"],
            "version": self.offered["version"],
            "images": [{"boot": {"size": 192 * MEGABYTE}}, {"rootfs": {"size": self.offered["size"]}}],
        }
        return Done(0, json.dumps(answer))

    def _status(self) -> dict[str, Any]:
        primary = self._backend("get-primary")
        names = {"a": "rootfs.0", "b": "rootfs.1"}
        found: list[dict[str, Any]] = [
            {"boot.0": {"class": "boot", "device": "/dev/by-2", "bootname": None, "slot_status": {"bundle": {}}}},
            {"boot.1": {"class": "boot", "device": "/dev/by-3", "bootname": None}},
        ]
        for slot, version in self.holds.items():
            status = {"bundle": {"version": version}, "status": "pending" if version == HALF else "ok"}
            device = f"/dev/by-{5 if slot == 'a' else 6}"
            found.append(
                {
                    names[slot]: {
                        "class": "rootfs",
                        "device": device,
                        "bootname": slot,
                        "slot_status": version and status,
                    }
                }
            )
        return {"booted": self.running, "boot_primary": names.get(primary.said), "slots": found}

    def _install(self, heard: Heard) -> Done:
        target = other(self.running)
        assert self._backend("set-state", target, "bad").code == 0
        heard("installing")
        heard("  0% Installing")
        self.step("write the first half")
        self.holds[target] = HALF
        (self.folder / f"boot-{target}/cmdline.txt").write_text("of slot a")
        for slot in ("a", "b"):
            (self.folder / f"boot-{target}/cmdline-{slot}.txt").write_text(f"of slot {slot}")
        self.now += 30
        heard(" 40% Copying image to rootfs.1")
        self.on_install()
        self.step("write the second half")
        if self.breaks:
            return Done(1, self.breaks)
        assert self._backend("installed").code == 0
        assert (self.folder / f"boot-{target}/cmdline.txt").read_text() == f"of slot {target}"
        self.holds[target] = str(self.offered["version"])
        heard("100% Installing done.")
        return Done(0, "")
