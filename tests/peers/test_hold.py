"""A desk phone holds and goes on: baresip counts no loss that never was."""

from __future__ import annotations

import time

from tests.peers.baresip import talk
from tests.peers.exchange import Exchange


def test_after_a_hold_neither_phone_reports_loss(exchange: Exchange) -> None:
    exchange.start()
    with exchange.phone("21", tone=440) as alice, exchange.phone("22", tone=700) as bob:
        talk(alice, bob, "22")
        for holder in (bob, alice):
            holder.command("hold")
            time.sleep(2)
            holder.command("resume")
            time.sleep(1)
        time.sleep(6)  # a report comes every five seconds or so
        alice.hang_up()
        bob.wait("CALL_CLOSED")
    call = exchange.call()
    assert call["outcome"] == "answered"
    assert all(leg["received"] > 200 for leg in call["legs"])
    assert all(leg["peer_lost"] <= 5 for leg in call["legs"]), call["legs"]
