"""Requests that are no calls, and what an INVITE over a trunk says of us."""

from __future__ import annotations

import pytest

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.leg import Party
from pbx.exchange.calls.outgoing import OutsideLine, ring_outside
from pbx.exchange.trunks.trunk import Route
from pbx.sip.flow import Flow
from pbx.sip.message import Response
from pbx.store.models import Trunk
from tests.exchange.peers import BOX, Line, polite
from tests.exchange.rig import Rig
from tests.line import play

SHOWN = "+4930123450"


def asked(rig: Rig, method: str, *headers: str, peer: str = "anna") -> Line:
    """A request outside of any dialog."""
    line = rig.peers[peer].line()
    line.target, line.theirs = f"sip:21@{BOX[0]}", f"<sip:21@{BOX[0]}>"
    line.ask(method, *headers)
    return line


@pytest.mark.parametrize("method", ["MESSAGE", "REFER", "NOTIFY", "PUBLISH"])
def test_what_the_box_cannot_do_is_refused_with_what_it_can(method: str) -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open("anna")
        line = asked(rig, method, "Refer-To: <sip:22@box>", "Event: message-summary")
        await rig.settle()
        (response,) = line.heard
        assert isinstance(response, Response)
        assert response.status == 405
        assert "INVITE" in (response.headers.get("Allow") or "")
        await rig.quiet()

    play(script())


EVERY = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "SUBSCRIBE", "UPDATE", "PRACK", "INFO",
         "MESSAGE", "REFER", "NOTIFY", "PUBLISH", "FLY")  # fmt: skip


def test_allow_names_what_is_done_and_nothing_else() -> None:
    """In each message that has the header: what it names never gets 405, and what it does not name always does."""

    async def script() -> None:
        rig = Rig()
        await rig.open("anna", "bert")
        polite([rig.peers["anna"]])
        call = rig.call("anna", "22")
        await rig.settle()
        bert = rig.peers["bert"].last
        bert.reply(180)
        await rig.settle()
        bert.reply(200, method="INVITE")
        await rig.settle()
        options = asked(rig, "OPTIONS")
        await rig.settle()
        naming = [each for each in (*call.heard, *bert.heard, *options.heard) if "Allow" in each.headers]
        assert {each.status if isinstance(each, Response) else each.method for each in naming} >= {180, 200, "INVITE"}
        done = set()
        for method in EVERY:
            line = asked(rig, method, "Refer-To: <sip:22@box>", "Event: message-summary")
            await rig.settle()
            statuses = [each.status for each in line.heard if isinstance(each, Response)]
            assert statuses or method == "ACK"
            done |= {method} if 405 not in statuses else set()
        assert {each.headers.words("Allow") for each in naming} == {
            tuple(each.lower() for each in EVERY if each in done)
        }
        call.ask("BYE")
        await rig.settle()
        bert.reply(200, method="BYE")
        await rig.quiet()

    play(script())


def test_anybody_may_ask_what_the_box_can_do() -> None:
    async def script() -> None:
        rig = Rig()
        await rig.open()
        line = asked(rig, "OPTIONS", peer="bert")
        await rig.settle()
        (response,) = line.heard
        assert isinstance(response, Response)
        assert response.status == 200
        assert "REGISTER" in (response.headers.get("Allow") or "").split(", ")
        assert response.headers.get("Accept") == "application/sdp"
        assert response.headers.get("Supported") == "100rel, timer"
        assert response.to.tag

    play(script())


@pytest.mark.parametrize(
    ("trunk", "user", "preferred", "asserted"),
    [
        (Trunk("t", user="4930555", domain="provider.test"), "4930555", f"<sip:{SHOWN}@provider.test>", None),
        (Trunk("t", peer="127.0.0.50"), SHOWN, None, f"<sip:{SHOWN}@{BOX[0]}>"),
    ],
)
def test_an_account_prefers_the_number_and_a_peer_is_told_it(
    trunk: Trunk, user: str, preferred: str | None, asserted: str | None
) -> None:
    async def script() -> None:
        rig = Rig()
        provider = rig.peers["provider"]
        route = Route(Flow("udp", BOX, provider.address), "provider.test")
        call = Call("c", "out", rig.office, Party("21"), "+4989111", rig.wall, rig.equipment.on_step)
        leg = ring_outside(rig.equipment, call, OutsideLine(trunk, route), "+4989111", SHOWN, ("PCMA",))
        rig.wake()
        await rig.settle()
        invite = provider.last.invite
        assert leg is not None
        assert invite is not None
        assert invite.from_.uri.user == user
        assert invite.headers.get("P-Preferred-Identity") == preferred
        assert invite.headers.get("P-Asserted-Identity") == asserted
        provider.last.reply(486)
        await rig.settle()
        leg.close()

    play(script())
