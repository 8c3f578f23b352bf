"""What the tap at the wire keeps of a whole call is what the call's file tells, no message more or less."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbx.sip.message import parse
from tests.flows.flow import Flow, label
from tests.line import play

CALLS = (
    *("dialled-extension", "group-rings-all", "group-in-order", "busy-then-message", "click-to-call", "trunk-failover"),
    *("gives-up-before-answer", "outside-with-own-number", "internal-call", "late-offer"),
)


def drawn(flow: Flow) -> dict[str, list[str]]:
    """What the file says is said, by peer: INVITE> from the peer, <200 to it."""
    said: dict[str, list[str]] = {}
    peer = ""
    for _, text in flow.lines:
        words = text.split()
        if not words:
            continue
        if not text[0].isspace() and words[0] in flow.rig.peers:
            peer, words = words[0], words[1:]
        if words and words[0] in ("->", "<-"):
            what = words[1].removeprefix("re-")
            said.setdefault(peer, []).append(f"{what}>" if words[0] == "->" else f"<{what}")
    return said


@pytest.mark.parametrize("name", CALLS)
def test_the_ladder_of_a_call_is_its_flow(name: str) -> None:
    flow = Flow(Path(__file__).parent / f"{name}.flow")
    play(flow.play())
    rig = flow.rig
    [dialogs] = rig.archive.dialogs
    entries, left_out = rig.trace.of(dialogs)
    assert left_out == 0
    found: dict[str, list[str]] = {}
    for _, sent, way, data, _ in entries:
        peer = next(peer.name for peer in rig.peers.values() if peer.address == way.remote)
        what = label(parse(data))
        found.setdefault(peer, []).append(f"<{what}" if sent else f"{what}>")
    assert found == drawn(flow)
    [record] = rig.archive.calls
    parties = {party.number for party in dialogs.values()}
    assert parties <= {record.from_, record.to, *rig.office.people}
