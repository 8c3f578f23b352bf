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
from tests.exchange.premises import Premises
from tests.line import play

SHOWN = "+4930123450"


def asked(premises: Premises, method: str, *headers: str, peer: str = "anna") -> Line:
    """A request outside of any dialog."""
    line = premises.peers[peer].line()
    line.target, line.theirs = f"sip:21@{BOX[0]}", f"<sip:21@{BOX[0]}>"
    line.ask(method, *headers)
    return line


@pytest.mark.parametrize("method", ["MESSAGE", "REFER", "NOTIFY", "PUBLISH"])
def test_what_the_box_cannot_do_is_refused_with_what_it_can(method: str) -> None:
    async def script() -> None:
        premises = Premises()
        await premises.open("anna")
        line = asked(premises, method, "Refer-To: <sip:22@box>", "Event: message-summary")
        await premises.settle()
        (response,) = line.heard
        assert isinstance(response, Response)
        assert response.status == 405
        assert "INVITE" in (response.headers.get("Allow") or "")
        await premises.quiet()

    play(script())


EVERY = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "SUBSCRIBE", "UPDATE", "PRACK", "INFO",
         "MESSAGE", "REFER", "NOTIFY", "PUBLISH", "FLY")  # fmt: skip


def test_allow_names_what_is_done_and_nothing_else() -> None:
    """In each message that has the header: what it names never gets 405, and what it does not name always does."""

    async def script() -> None:
        premises = Premises()
        await premises.open("anna", "bert")
        polite([premises.peers["anna"]])
        call = premises.call("anna", "22")
        await premises.settle()
        bert = premises.peers["bert"].last
        bert.reply(180)
        await premises.settle()
        bert.reply(200, method="INVITE")
        await premises.settle()
        options = asked(premises, "OPTIONS")
        await premises.settle()
        naming = [each for each in (*call.heard, *bert.heard, *options.heard) if "Allow" in each.headers]
        assert {each.status if isinstance(each, Response) else each.method for each in naming} >= {180, 200, "INVITE"}
        done = set()
        for method in EVERY:
            line = asked(premises, method, "Refer-To: <sip:22@box>", "Event: message-summary")
            await premises.settle()
            statuses = [each.status for each in line.heard if isinstance(each, Response)]
            assert statuses or method == "ACK"
            done |= {method} if 405 not in statuses else set()
        assert {each.headers.words("Allow") for each in naming} == {
            tuple(each.lower() for each in EVERY if each in done)
        }
        call.ask("BYE")
        await premises.settle()
        bert.reply(200, method="BYE")
        await premises.quiet()

    play(script())


def test_anybody_may_ask_what_the_box_can_do() -> None:
    async def script() -> None:
        premises = Premises()
        await premises.open()
        line = asked(premises, "OPTIONS", peer="bert")
        await premises.settle()
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
        premises = Premises()
        provider = premises.peers["provider"]
        route = Route(Flow("udp", BOX, provider.address), "provider.test")
        call = Call("c", "out", premises.office, Party("21"), "+4989111", premises.wall, premises.equipment.on_step)
        leg = ring_outside(premises.equipment, call, OutsideLine(trunk, route), "+4989111", SHOWN, ("PCMA",))
        premises.wake()
        await premises.settle()
        invite = provider.last.invite
        assert leg is not None
        assert invite is not None
        assert invite.from_.uri.user == user
        assert invite.headers.get("P-Preferred-Identity") == preferred
        assert invite.headers.get("P-Asserted-Identity") == asserted
        provider.last.reply(486)
        await premises.settle()
        leg.close()

    play(script())
