"""Saving and undoing never touch a running call: the real exchange on made-up time, its settings in a real folder."""

from pathlib import Path
from typing import Any, cast

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import Live
from pbx.store.models import Office
from pbx.store.secrets.vault import secured
from tests.exchange.peers import polite, said
from tests.exchange.rig import OFFICE, Rig
from tests.line import play

STEPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "the person's name": [("user set", {"person": "21", "name": "Anna Kurz", "ring": 5.0})],
    "the person's extension": [("user set", {"person": "21", "extension": "29"})],
    "the person only calls out": [("user set", {"person": "21", "outbound_only": True, "reachable": False})],
    "the person's phone": [("phone remove", {"username": "anna"})],
    "the number": [("number set", {"number": "+4930123450", "to": ["22"], "extensions": "off"})],
    "the number is gone": [("number remove", {"number": "+4930123450"})],
    "the trunk": [("trunk set", {"trunk": "provider", "peer": "127.0.0.52:5060"})],
    "the trunk is gone": [
        *(("number remove", {"number": number}) for number in OFFICE.numbers),
        ("trunk remove", {"trunk": "provider"}),
    ],
    "the group": [("group set", {"group": "30", "members": ["22"]})],
    "the office": [("office set", {"country": "AT", "media_timeout": 5.0})],
}


class Wire:
    """The running exchange, as far as saving settings goes."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def changed(self, office: Office) -> None:
        """As `wiring.Exchange.office_changed`."""
        self._rig.office = office
        for each in (self._rig.registrar, self._rig.trunks, self._rig.message_waiting):
            each.office_changed()
        self._rig.wake()

    def __getattr__(self, name: str) -> Any:
        """Whatever else commands ask for."""
        return lambda *given: {}


def opened(data: Path, rig: Rig) -> Desk:
    desk = open_desk(data)
    desk.folder.settings.save(secured(rig.office, desk.folder.vault))
    desk.live = cast(Live, Wire(rig))
    return desk


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_running_call_outlives_changes_and_their_undoing(
    steps: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    async def script() -> None:
        rig = Rig()
        desk = opened(tmp_path / "data", rig)
        await rig.open("anna", "bert")
        polite(rig.peers.values(), anna=200)
        before = desk.office
        line = rig.call("provider", "4930123450")
        await rig.settle(20)
        anna = rig.peers["anna"].last
        for verb, arguments in steps:
            perform(desk, verb, arguments)
            await rig.settle(3)
        for change in perform(desk, "change list", {"limit": len(steps)}):
            perform(desk, "change undo", {"id": change["id"]})
            await rig.settle(3)
        assert desk.office == before
        assert len(rig.equipment.calls) == 1
        assert "BYE" not in said(line) + said(anna)
        line.ask("BYE")
        await rig.settle(1)
        assert said(line)[-1] == "200"
        assert said(anna)[-1] == "BYE"
        assert rig.record.outcome == "answered"
        assert rig.record.ended - rig.record.started > 25
        desk.close()
        await rig.quiet()

    play(script())
