"""The notifier's side of a subscription, on made-up time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response, parse
from pbx.sip.subscription import Effects, Subscription, package_of

FLOW = Flow("udp", ("192.0.2.1", 5060), ("192.0.2.20", 5062))
TYPE = "application/simple-message-summary"


def subscribe(number: int = 1, expires: str | None = "600", tag: str = "", more: str = "") -> Request:
    """A phone's SUBSCRIBE."""
    to = f";tag={tag}" if tag else ""
    lines = [
        "SUBSCRIBE sip:21@192.0.2.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.20:5062;branch=z9hG4bK{number}",
        "From: <sip:21@192.0.2.1>;tag=theirs",
        f"To: <sip:21@192.0.2.1>{to}",
        "Call-ID: sub@phone",
        f"CSeq: {number} SUBSCRIBE",
        "Contact: <sip:21@192.0.2.20:5062>",
        "Record-Route: <sip:192.0.2.99;lr>",
        "Event: Message-Summary;id=7",
        *([f"Expires: {expires}"] if expires is not None else []),
        *([more] if more else []),
    ]
    request = parse(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert isinstance(request, Request)
    return request


def begun(expires: str | None = "600") -> tuple[Subscription, Response]:
    """A subscription that was granted at time 0."""
    request = subscribe(expires=expires)
    subscription = Subscription(request, FLOW, "ours")
    return subscription, subscription.grant(request, FLOW, 0.0)


def sent(effects: Effects) -> Request:
    """The one NOTIFY that is wanted."""
    (effect,) = effects
    return effect.request


@pytest.mark.parametrize(("asked", "granted"), [("600", 600), (None, 3600), ("99999", 7200)])
def test_the_time_is_granted_within_bounds(asked: str | None, granted: int) -> None:
    subscription, response = begun(asked)
    assert response.status == 200
    assert response.expires == subscription.until == granted
    assert response.to.tag == "ours"
    assert str(response.contacts[0].uri) == "sip:192.0.2.1:5060"
    assert package_of(subscribe()) == "message-summary"


def test_too_short_a_time_is_refused_with_the_shortest() -> None:
    _, response = begun("10")
    assert (response.status, response.headers.get("Min-Expires")) == (423, "60")


def test_the_notify_belongs_to_the_dialog() -> None:
    subscription, _ = begun()
    request = sent(subscription.notify(b"hello", TYPE, 10.0))
    assert str(request.uri) == "sip:21@192.0.2.20:5062"
    assert (request.from_.tag, request.to.tag, request.call_id) == ("ours", "theirs", "sub@phone")
    assert request.headers.get("Event") == "Message-Summary;id=7"
    assert request.headers.get("Subscription-State") == "active;expires=590"
    assert request.headers.all("Route") == ("<sip:192.0.2.99;lr>",)
    assert "Via" not in request.headers
    assert (request.body, request.content_type) == (b"hello", TYPE)


def test_a_slow_phone_gets_the_newest_state_next_and_not_all_of_them() -> None:
    subscription, _ = begun()
    first = sent(subscription.notify(b"1", TYPE, 0.0))
    assert subscription.notify(b"2", TYPE, 0.0) == subscription.notify(b"3", TYPE, 0.0) == ()
    second = sent(subscription.replied(first.reply(200), 1.0))
    assert second.body == b"3"
    assert second.cseq.number == first.cseq.number + 1
    assert subscription.replied(second.reply(200), 2.0) == ()


def test_a_fetch_is_answered_once() -> None:
    subscription, response = begun("0")
    assert response.status == 200
    request = sent(subscription.notify(b"now", TYPE, 0.0))
    assert request.headers.get("Subscription-State") == "terminated;reason=timeout"
    assert subscription.over
    assert subscription.notify(b"later", TYPE, 1.0) == ()


def test_a_refresh_prolongs_and_an_end_ends() -> None:
    subscription, _ = begun()
    assert subscription.grant(subscribe(2, "300", "ours"), FLOW, 500.0).status == 200
    assert subscription.until == 800.0
    assert subscription.grant(subscribe(3, "0", "ours"), FLOW, 600.0).status == 200
    assert "terminated" in (sent(subscription.notify(b"", TYPE, 600.0)).headers.get("Subscription-State") or "")


def test_an_old_request_changes_nothing() -> None:
    subscription, _ = begun()
    subscription.grant(subscribe(5, "600", "ours"), FLOW, 100.0)
    assert subscription.grant(subscribe(4, "0", "ours"), FLOW, 200.0).status == 500
    assert subscription.until == 700.0


@pytest.mark.parametrize(
    ("status", "over"), [(481, True), (404, True), (489, True), (401, False), (500, False), (200, False)]
)
def test_a_refused_notify_ends_it(status: int, over: bool) -> None:
    subscription, _ = begun()
    subscription.replied(sent(subscription.notify(b"", TYPE, 0.0)).reply(status), 0.0)
    assert subscription.over is over


def test_a_phone_that_is_gone_ends_it() -> None:
    subscription, _ = begun()
    subscription.notify(b"", TYPE, 0.0)
    subscription.unanswered()
    assert subscription.over
    assert subscription.notify(b"", TYPE, 0.0) == ()


def test_the_notifier_may_end_it_with_a_reason() -> None:
    subscription, _ = begun()
    request = sent(subscription.end("noresource", b"bye", TYPE))
    assert request.headers.get("Subscription-State") == "terminated;reason=noresource"


@given(
    st.lists(st.sampled_from(["notify", "200", "500", "481", "lost", "refresh", "fetch", "end", "wait"]), max_size=40)
)
def test_one_notify_at_a_time_in_any_order_of_events(steps: list[str]) -> None:
    subscription, _ = begun()
    waiting: Request | None = None
    now, number, last = 0.0, 1, 0
    for step in steps:
        effects: Effects = ()
        match step:
            case "notify":
                effects = subscription.notify(b"x", TYPE, now)
            case "200" | "500" | "481" if waiting is not None:
                request, waiting = waiting, None
                effects = subscription.replied(request.reply(int(step)), now)
            case "lost" if waiting is not None:
                waiting = None
                subscription.unanswered()
            case "refresh" | "fetch":
                number += 1
                subscription.grant(subscribe(number, "0" if step == "fetch" else "600", "ours"), FLOW, now)
            case "end":
                effects = subscription.end("noresource", b"", TYPE)
            case "wait":
                now += 250.0
        for effect in effects:
            assert waiting is None
            waiting = effect.request
            assert waiting.cseq.number > last
            last = waiting.cseq.number
