"""The message lamp over a real stack on made-up time."""

from __future__ import annotations

import random

import pytest

from pbx.exchange.phones.authentication import Authentication
from pbx.exchange.phones.lockout import Lockout
from pbx.exchange.phones.message_waiting import MessageWaiting, summary
from pbx.exchange.phones.registrar import Registrar
from pbx.sip.digest import Challenger
from pbx.sip.events import Replied, Requested, Unanswered
from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response, parse
from pbx.sip.stack import Ids, Stack
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from pbx.store.models import Office, Person, Phone
from pbx.store.rows import Binding
from tests.line import Clock

BOX = ("192.0.2.1", 5060)
OFFICE = Office(
    domain="office.test",
    people={"21": Person("21", "Anna"), "22": Person("22", "Bert")},
    phones={"anna": Phone("anna", "21", "a"), "anna2": Phone("anna2", "21", "a"), "bert": Phone("bert", "22", "b")},
)


def flow_of(username: str) -> Flow:
    """Where a phone is."""
    return Flow("udp", BOX, (f"192.0.2.{20 + sorted(OFFICE.phones).index(username)}", 5062))


class Lamps:
    """Lamps, the stack below, and the phones' end of the wire."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timers = Timers()
        self.office = OFFICE
        self.counts = {"21": (0, 0), "22": (0, 0)}
        ids = Ids(random.Random(5).randbytes)
        self.stack = Stack(clock=self.clock, timers=self.timers, ids=ids, agent="ours")
        challenger = Challenger("office", b"k" * 32, self.clock, random.Random(3).randbytes)
        authentication = Authentication(lambda: self.office, challenger, Lockout(self.clock))
        self.registrar = Registrar(lambda: self.office, authentication, self.timers, clock=self.clock, wall=self.clock)
        self.message_waiting = MessageWaiting(
            lambda: self.office, self.registrar, self.stack, self.timers, ids, clock=self.clock,
            counts=lambda extension: self.counts[extension],
        )  # fmt: skip
        self._number = 0

    def bind(self, username: str) -> Binding:
        """A phone is registered."""
        remote = flow_of(username).remote
        binding = Binding(username, f"sip:{username}@10.0.0.9:5062", "c", 1, self.clock.now + 3000, "udp", BOX, remote)
        self.registrar.restore([binding])
        return self.registrar.bindings(username)[0]

    def subscribe(
        self,
        username: str,
        *,
        expires: int = 600,
        to_tag: str = "",
        wanted: str = "*97",
        event: str = "message-summary",
        accept: str | None = None,
    ) -> Response:
        """A phone that has proved who it is subscribes; the answer."""
        self._number += 1
        tag = f";tag={to_tag}" if to_tag else ""
        lines = [
            f"SUBSCRIBE sip:{wanted}@192.0.2.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 192.0.2.99:5062;branch=z9hG4bK{self._number}",
            f"From: <sip:{username}@192.0.2.1>;tag=from-{username}",
            f"To: <sip:{username}@192.0.2.1>{tag}",
            f"Call-ID: {username}",
            f"CSeq: {self._number} SUBSCRIBE",
            f"Contact: <sip:{username}@10.0.0.9:5062>",
            f"Event: {event}",
            f"Expires: {expires}",
            *([] if accept is None else [f"Accept: {accept}"]),
        ]
        flow = flow_of(username)
        self.stack.receive(("\r\n".join(lines) + "\r\n\r\n").encode(), flow)
        asked = self.stack.events.popleft()
        assert isinstance(asked, Requested)
        self.message_waiting.subscribe(asked.request, asked, self.office.phones[username])
        message = parse(bytes(self.stack.outgoing.popleft().message))
        assert isinstance(message, Response)
        return message

    def notified(self, status: int = 200) -> list[tuple[str, str, str]]:
        """NOTIFYs that went out: to whom, the body's Voice-Message, the state. Each is answered with `status`."""
        out = []
        while self.stack.outgoing:
            send = self.stack.outgoing.popleft()
            message = parse(bytes(send.message))
            if not isinstance(message, Request):
                continue
            voice = message.body.decode().split("Voice-Message: ")[1].split(" ")[0]
            state = (message.headers.get("Subscription-State") or "").split(";")[0]
            out.append((message.uri.user or "", voice, state))
            assert send.flow == flow_of(message.uri.user or "")
            if status:
                self.stack.receive(bytes(message.reply(status, tag="x")), send.flow)
                self.take_events()
        return out

    def take_events(self) -> None:
        """Hand on what the stack tells."""
        while self.stack.events:
            event = self.stack.events.popleft()
            if isinstance(event, Replied):
                assert self.message_waiting.replied(event.token, event.response)
            elif isinstance(event, Unanswered):
                assert self.message_waiting.unanswered(event.token)


@pytest.fixture
def lamps() -> Lamps:
    return Lamps()


def test_the_body_is_that_of_rfc_3842() -> None:
    account = Uri.parse("sip:21@office.test")
    assert summary(account, 2, 8) == (
        b"Messages-Waiting: yes\r\nMessage-Account: sip:21@office.test\r\nVoice-Message: 2/8 (0/0)\r\n"
    )
    assert summary(account, 0, 8).startswith(b"Messages-Waiting: no\r\n")


@pytest.mark.parametrize("accept", ["", "text/plain", "application/sdp", "*/*, application/simple-message-summary;q=0"])
def test_who_does_not_take_what_a_lamp_is_told_by_is_406(lamps: Lamps, accept: str) -> None:
    refused = lamps.subscribe("anna", accept=accept)
    assert (refused.status, refused.headers.get("Accept")) == (406, "application/simple-message-summary")
    assert lamps.notified() == []
    for good in (None, "application/simple-message-summary", "application/*, text/plain", "*/*"):
        granted = lamps.subscribe("anna", accept=good)
        assert granted.status == 200
        lamps.notified()
    tag = granted.to.tag
    assert lamps.subscribe("anna", to_tag=tag, accept=accept).status == 406


def test_a_subscriber_is_told_now_and_at_every_change(lamps: Lamps) -> None:
    response = lamps.subscribe("anna")
    assert (response.status, response.expires) == (200, 600)
    assert response.to.tag
    assert lamps.notified() == [("anna", "0/0", "active")]
    lamps.counts["21"] = (1, 0)
    lamps.message_waiting.changed("21")
    assert lamps.notified() == [("anna", "1/0", "active")]


def test_only_ones_own_mailbox(lamps: Lamps) -> None:
    assert lamps.subscribe("anna", wanted="22").status == 403
    assert lamps.subscribe("anna", wanted="21").status == 200
    lamps.notified()
    lamps.message_waiting.changed("22")
    assert lamps.notified() == []


def test_a_foreign_event_package_is_refused(lamps: Lamps) -> None:
    response = lamps.subscribe("anna", event="presence")
    assert (response.status, response.headers.get("Allow-Events")) == (489, "message-summary")


def test_a_refresh_prolongs_and_a_stranger_cannot_use_the_dialog(lamps: Lamps) -> None:
    tag = lamps.subscribe("anna").to.tag
    lamps.notified()
    lamps.clock.advance(500, lamps.timers)
    assert lamps.subscribe("anna", to_tag=tag).status == 200
    assert lamps.notified() == [("anna", "0/0", "active")]
    assert lamps.subscribe("bert", to_tag=tag).status == 481
    assert lamps.subscribe("anna", to_tag="invented").status == 481
    assert lamps.subscribe("anna", to_tag=tag, expires=0).status == 200
    assert lamps.notified() == [("anna", "0/0", "terminated")]
    assert lamps.subscribe("anna", to_tag=tag).status == 481


def test_what_runs_out_is_told_once_more(lamps: Lamps) -> None:
    lamps.subscribe("anna")
    lamps.notified()
    lamps.clock.advance(600.2, lamps.timers)
    assert lamps.notified() == [("anna", "0/0", "terminated")]
    lamps.message_waiting.changed("21")
    assert lamps.notified() == []


def test_a_phone_that_only_registered_is_told_unasked(lamps: Lamps) -> None:
    lamps.counts["21"] = (3, 1)
    lamps.message_waiting.greet(lamps.bind("anna"))
    assert lamps.notified() == []
    lamps.clock.advance(3.1, lamps.timers)
    assert lamps.notified() == [("anna", "3/1", "terminated")]
    lamps.bind("anna2")
    lamps.message_waiting.changed("21")
    assert sorted(lamps.notified()) == [("anna", "3/1", "terminated"), ("anna2", "3/1", "terminated")]
    lamps.subscribe("anna")
    lamps.notified()
    lamps.message_waiting.changed("21")
    assert sorted(lamps.notified()) == [("anna", "3/1", "active"), ("anna2", "3/1", "terminated")]


def test_a_phone_that_does_not_like_it_is_left_alone_until_it_registers_anew(lamps: Lamps) -> None:
    binding = lamps.bind("anna")
    lamps.message_waiting.greet(binding)
    lamps.clock.advance(3.1, lamps.timers)
    lamps.notified(489)
    lamps.message_waiting.changed("21")
    assert lamps.notified() == []
    lamps.message_waiting.greet(binding)
    lamps.clock.advance(3.1, lamps.timers)
    assert len(lamps.notified()) == 1


def test_a_phone_whose_register_says_that_it_takes_no_notify_is_never_told_unasked(lamps: Lamps) -> None:
    lamps.message_waiting.greet(lamps.bind("anna"), takes_notify=False)
    lamps.clock.advance(3.1, lamps.timers)
    lamps.message_waiting.changed("21")
    assert lamps.notified() == []


def test_a_phone_that_subscribes_right_after_it_registered_is_not_told_unasked(lamps: Lamps) -> None:
    lamps.message_waiting.greet(lamps.bind("anna"))
    lamps.clock.advance(1, lamps.timers)
    lamps.subscribe("anna")
    assert lamps.notified() == [("anna", "0/0", "active")]
    lamps.clock.advance(5, lamps.timers)
    assert lamps.notified() == []


@pytest.mark.parametrize("status", [481, 0])
def test_a_subscriber_that_forgot_or_is_gone_is_forgotten(lamps: Lamps, status: int) -> None:
    lamps.subscribe("anna")
    lamps.notified(status)
    lamps.clock.advance(40, lamps.timers)
    lamps.take_events()
    lamps.notified()
    lamps.message_waiting.changed("21")
    assert lamps.notified() == []


def test_a_phone_that_was_given_to_somebody_else_hears_no_more(lamps: Lamps) -> None:
    lamps.subscribe("anna")
    lamps.notified()
    lamps.office = Office(people=OFFICE.people, phones={**OFFICE.phones, "anna": Phone("anna", "22", "a")})
    lamps.message_waiting.office_changed()
    lamps.message_waiting.changed("21")
    assert lamps.notified() == []


def test_everything_ends_when_nobody_listens(lamps: Lamps) -> None:
    lamps.subscribe("anna")
    lamps.notified()
    lamps.clock.advance(5000, lamps.timers)
    lamps.take_events()
    lamps.notified()
    lamps.clock.advance(100, lamps.timers)
    assert not lamps.message_waiting._tokens
    assert not lamps.message_waiting._watchers


def test_nothing_is_told_over_a_connection_that_is_gone(lamps: Lamps) -> None:
    remote = flow_of("anna").remote
    lost = Binding("anna", "sip:anna@10.0.0.9", "c", 1, lamps.clock.now + 3000, "tls", BOX, remote)
    lamps.registrar.restore([lost])
    lamps.message_waiting.changed("21")
    assert not lamps.stack.outgoing
    lamps.bind("anna2")
    lamps.message_waiting.changed("21")
    assert [user for user, _, _ in lamps.notified()] == ["anna2"]
