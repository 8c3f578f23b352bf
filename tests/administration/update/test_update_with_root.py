"""The exchange's side of an update with root's (`pbx.box`): what one leaves the other finds, whatever happens."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, cast

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.live import Live
from pbx.administration.update import progress, update_health
from pbx.box import slots
from pbx.box.update import state
from pbx.box.update.state import FOLDER
from pbx.box.update.world import World
from pbx.sentence import english
from tests.administration.logins import Logins
from tests.administration.made_updates import Trunks, bundle
from tests.box.card import Card, Cut

WALL = 1.7e9


class Box(Card):
    """A card whose exchange is a real one, as far as its commands go."""

    def __init__(self, folder: Path, logins: Logins, live: Trunks) -> None:
        super().__init__(folder / "card")
        self.desk, self._live = logins.desk, live
        self.desk.host.root = folder / "machine"
        self.states = self.desk.host.root / FOLDER.relative_to("/")
        self.states.mkdir(parents=True)
        self.desk.host.clock = lambda: WALL + self.now
        self.started = 0.0

    def world(self) -> World:
        world = super().world()
        return World(
            self.desk.data / "update/bundle.raucb", world.rauc, world.update, self.ask, self.reboot,
            version=world.version, clock=world.clock, sleep=world.sleep,
        )  # fmt: skip

    def reboot(self, argument: str) -> None:
        super().reboot(argument)
        self.now += 60.0
        self.started = self.now

    def ask(self, verb: str, arguments: dict[str, Any]) -> Any:
        self._live.uptime = self.now - self.started
        return perform(self.desk, verb, arguments)

    def do(self, verb: str, **given: Any) -> Any:
        """A command as the page gives it."""
        return perform(self.desk, verb, given)

    def offers(self, version: str) -> None:
        """Somebody uploads a bundle, and has it installed."""
        self.offered["version"] = version
        self.do("update offer", data=base64.b64encode(bundle(version)).decode(), last=True)
        self.do("update install")


@pytest.fixture
def box(tmp_path: Path, logins: Logins, monkeypatch: pytest.MonkeyPatch) -> Box:
    live = Trunks(monkeypatch)
    for name in ("amt", "spare"):
        logins.do("trunk add", name=name, peer=f"192.0.2.{len(name)}:5060")
    live.states = {"amt": ("registered", ""), "spare": ("failed", "")}
    logins.desk.live = cast(Live, live)
    box = Box(tmp_path, logins, live)
    box.live = live  # type: ignore[attr-defined]
    return box


def test_an_update_that_is_well_is_kept_and_told(box: Box) -> None:
    box.offers("1.1")
    assert box.do("update status")["phase"] == "asked"
    box.now += 5
    assert box.install()
    status = box.do("update status")
    assert (status["phase"], status["from"], status["to"]) == ("trying", "1.0", "1.1")
    box.start()
    status = box.do("update status")
    assert (status["phase"], status["bundle"]) == ("kept", None)
    assert slots.read(box.folder / "select") == "b"
    assert [check.state for check in update_health.checks(box.desk)] == ["ok"]


def test_one_whose_trunk_does_not_come_back_is_taken_back_and_says_why(box: Box) -> None:
    box.offers("1.1")
    assert box.install()
    box.live.states["amt"] = ("failed", "timeout")  # type: ignore[attr-defined]
    box.start()
    status = box.do("update status")
    assert (status["phase"], box.running) == ("returned", "a")
    assert english(status["why"]) == "Lines that no longer work since the update: amt."
    assert status["why"]["say"] == "Lines that no longer work since the update: {names}.", "to be said in German, too"
    box.live.states["amt"] = ("registered", "")  # type: ignore[attr-defined]
    box.offers("1.1")
    box.install()
    box.start()
    assert box.do("update status")["phase"] == "kept", "once more, and it is well"


def test_one_that_cannot_call_itself_is_taken_back_too(box: Box) -> None:
    box.offers("1.1")
    assert box.install()
    box.live.wrong = "silent"  # type: ignore[attr-defined]
    box.start()
    assert english(box.do("update status")["why"]) == "There was no sound in the test call."


@pytest.mark.parametrize(("version", "why"), [("0.9", "It is older"), ("1.0", "This version is already running")])
def test_what_root_refuses_is_told_with_its_reason(box: Box, version: str, why: str) -> None:
    box.offers(version)
    assert not box.install()
    status = box.do("update status")
    assert status["phase"] == "refused"
    assert english(status["why"]).startswith(why)
    box.do("update forget")
    assert box.do("update status")["phase"] == ""


def test_wherever_the_plug_is_pulled_it_is_told_and_the_next_one_can_be_installed(
    tmp_path: Path, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (slots, state):
        monkeypatch.setattr(module, "write_file", box.write_file)
    seen = set()
    for steps in range(40):
        box.offers("1.1")
        box.left = steps
        try:
            box.install()
            box.start()
        except Cut:
            box.left, box.tryboot = 10**6, False
            box.now += 90
            box.started = box.now
            box.start()
        else:
            break
        finally:
            box.left = 10**6
        phase = box.do("update status")["phase"]
        seen.add(phase)
        if phase == "asked":  # nobody took up the wish before the plug was pulled
            box.now += progress.LOST
            phase = box.do("update status")["phase"]
        assert phase in ("broken", "failed", "returned", "kept")
        if phase == "kept":
            break
    assert seen >= {"asked", "failed", "returned", "kept"}
    assert steps > 8
