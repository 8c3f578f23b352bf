"""A phone that goes mad is slowed down and named; nobody else notices, and it can still telephone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.phones import throttle
from pbx.exchange.phones.throttle import CALL, DIALOG, EMERGENCY, OTHER, REGISTER, RequestKind, Throttle
from pbx.sip.admission import Verdict
from pbx.sip.flow import Flow
from pbx.sip.message import Request, parse
from tests.exchange.peers import BOX, polite, said
from tests.exchange.rig import Rig
from tests.line import Clock, play

SECONDS, EACH = 42, 1571
"""66,000 requests, as a common client was seen to send them."""


def wild(method: str, number: int, user: str = "anna", to_tag: str = "", proof: str = "") -> bytes:
    """One request of a storm."""
    lines = [
        f"{method} sip:22@{BOX[0]} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.60:5060;branch=z9hG4bKw{number}",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{BOX[0]}>;tag=w{number}",
        f"To: <sip:22@{BOX[0]}>{to_tag and ';tag=' + to_tag}",
        f"Call-ID: w{number}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:{user}@127.0.0.60:5060>",
        "Event: message-summary",
        "Expires: 600",
        *([proof] if proof else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def storm(rig: Rig, method: str, seconds: int = SECONDS, *, to_tag: str = "", proof: str = "") -> None:
    """Anna's phone goes mad for so long."""
    flow = Flow("udp", BOX, rig.peers["anna"].address)
    for second in range(seconds):
        for number in range(EACH):
            rig._receive(wild(method, second * EACH + number, to_tag=to_tag, proof=proof), flow)
        await rig.settle(1)


async def opened() -> tuple[Rig, Counter[str]]:
    """An exchange with two phones, and what it answered Anna's storm."""
    rig = Rig()
    await rig.open("anna", "bert")
    polite(rig.peers.values(), provider=200, bert=200)
    answers: Counter[str] = Counter()
    seen: set[bytes] = set()
    take = rig.peers["anna"].take

    def count(data: bytes) -> None:
        if b"\r\nCall-ID: w" in data and data.startswith(b"SIP/2.0"):
            call_id = data.partition(b"\r\nCall-ID: ")[2].partition(b"\r\n")[0]
            answers[data[8:11].decode()] += call_id not in seen  # a refusal of an INVITE is repeated until its ACK
            seen.add(call_id)
            assert not data.startswith(b"SIP/2.0 503") or b"\r\nRetry-After: 5\r\n" in data
        else:
            take(data)

    rig.peers["anna"].take = count  # type: ignore[method-assign]
    return rig, answers


def test_66000_subscribes_of_one_phone_are_slowed_down_and_told_and_its_calls_go_through() -> None:
    async def script() -> None:
        rig, answers = await opened()
        proof = rig.proof(rig.peers["anna"], "SUBSCRIBE", f"sip:22@{BOX[0]}")
        await storm(rig, "SUBSCRIBE", proof=proof)
        assert sum(answers.values()) <= OTHER.burst + SECONDS * (OTHER.rate + throttle.ANSWERS + 2)
        assert answers["503"] > 100
        assert rig.stack.transactions < 3000
        for dialled in ("22", "112", "110"):
            line = rig.call("anna", dialled)
            await rig.settle()
            assert said(line)[-1] == "200", "its calls go through in the midst of it"
            line.ask("BYE")
            await storm(rig, "SUBSCRIBE", 1, proof=proof)
            assert said(line)[-1] == "200"
        for dialled in ("21", "112"):
            line = rig.call("bert", dialled)
            await rig.settle()
            assert "503" not in said(line), "others notice nothing"
            line.ask("BYE") if "200" in said(line) else line.cancel()
        (found,) = rig.throttle.storms()
        assert (found.host, found.user, found.method) == (rig.peers["anna"].address[0], "anna", "SUBSCRIBE")
        assert found.count > 60_000
        await rig.settle(throttle.RECENT)
        assert rig.throttle.storms() == []
        rig.peers["anna"].lines.clear()
        await rig.quiet()

    play(script())


@pytest.mark.parametrize(
    ("method", "to_tag"),
    [*((method, "") for method in ("OPTIONS", "REGISTER", "MESSAGE", "PUBLISH", "NONSENSE")),
     *((method, "nobody") for method in ("INFO", "BYE", "ACK", "NOTIFY", "SUBSCRIBE"))],
)  # fmt: skip
def test_storms_of_any_kind_leave_calls_alone(method: str, to_tag: str) -> None:
    async def script() -> None:
        rig, answers = await opened()
        await storm(rig, method, 4, to_tag=to_tag)
        kind = REGISTER if method == "REGISTER" else OTHER
        assert sum(answers.values()) <= kind.burst + 4 * (kind.rate + throttle.ANSWERS + 2)
        assert [each.method for each in rig.throttle.storms()] == [method]
        for peer, dialled in (("anna", "22"), ("anna", "110"), ("bert", "112")):
            line = rig.call(peer, dialled)
            await rig.settle()
            assert said(line)[-1] == "200"
            line.ask("BYE")
        await rig.settle()
        await rig.quiet()

    play(script())


def test_a_phone_that_dials_like_mad_still_reaches_112_and_others_whom_they_like() -> None:
    async def script() -> None:
        rig, answers = await opened()
        await storm(rig, "INVITE", 4)
        assert answers["401"] <= CALL.burst + 4 * CALL.rate + 2
        assert answers["503"] > 10
        flow, number = Flow("udp", BOX, rig.peers["anna"].address), 10**6
        for peer, dialled in (
            ("anna", "22"),
            ("anna", "112"),
            ("anna", "110"),
            ("anna", "1-1-2"),
            ("anna", "%2B49%20112"),
            ("bert", "112"),
            ("provider", "493077721"),
        ):
            for _ in range(600):
                rig._receive(wild("INVITE", number := number + 1), flow)
            line = rig.call(peer, dialled)
            await rig.settle()
            assert bool({"100", "200"} & {*said(line)}) is (dialled != "22")
            line.ask("BYE") if "200" in said(line) else line.cancel()
        await rig.settle(30)
        line = rig.call("anna", "22")
        await rig.settle()
        assert said(line)[-1] == "200", "and it is forgiven"
        line.ask("BYE")
        await rig.quiet()

    play(script())


def test_even_emergencies_are_not_dialled_like_mad() -> None:
    brake, taken = Throttle(Clock(), lambda uri: uri.user == "112", lambda host: False), 0
    flow = Flow("udp", BOX, ("192.0.2.20", 5060))
    for number in range(2000):
        request = parse(wild("INVITE", number).replace(b"sip:22@127", b"sip:112@127", 1))
        assert isinstance(request, Request)
        taken += brake.judge(request, flow, known=False) is Verdict.TAKEN
    assert taken == CALL.burst + EMERGENCY.burst


def test_a_phone_with_200_lamps_starts_without_being_slowed() -> None:
    async def script() -> None:
        rig, answers = await opened()
        flow = Flow("udp", BOX, rig.peers["anna"].address)
        for number in range(400):
            rig._receive(wild("SUBSCRIBE", number), flow)
        for number in range(400, 410):
            rig._receive(wild("REGISTER", number), flow)
        await rig.settle()
        assert answers["503"] == 0
        assert rig.throttle.storms() == []
        await rig.quiet()

    play(script())


def test_calls_over_a_trunk_are_never_too_many_for_the_throttle() -> None:
    brake = Throttle(Clock(), lambda uri: False, lambda host: host == "192.0.2.50")
    flow = Flow("tcp", BOX, ("192.0.2.50", 5060), 1)
    for number in range(3000):
        for method, known in (("INVITE", False), ("BYE", True), ("ACK", True)):
            request = parse(wild(method, number))
            assert isinstance(request, Request)
            assert brake.judge(request, flow, known=known) is Verdict.TAKEN


def test_phones_behind_one_address_are_slowed_each_by_itself() -> None:
    brake, nat = Throttle(Clock(), lambda uri: False, lambda host: False), "203.0.113.7"
    for number in range(3000):  # from another port each time, as over connections that it opens anew
        request = parse(wild("SUBSCRIBE", number, "mad"))
        assert isinstance(request, Request)
        brake.judge(request, Flow("tls", BOX, (nat, 1024 + number), number + 1), known=False)
    other = parse(wild("SUBSCRIBE", 0, "bert"))
    assert isinstance(other, Request)
    assert brake.judge(other, Flow("udp", BOX, (nat, 5060)), known=False) is Verdict.TAKEN
    assert not brake.drops(bytes(other), Flow("udp", BOX, (nat, 5060)))
    assert [(each.user, each.count) for each in brake.storms()] == [("mad", 2000)]


@pytest.mark.parametrize("method", ["SUBSCRIBE", "REGISTER", "OPTIONS"])
def test_who_comes_through_the_same_proxy_as_a_phone_that_went_mad_notices_nothing(method: str) -> None:
    clock, proxy = Clock(), Flow("udp", BOX, ("127.0.0.7", 5060))
    brake = Throttle(clock, lambda uri: False, lambda host: False)
    dropped, taken = 0, list[bool]()
    for number in range(8 * EACH):
        clock.advance(1 / EACH)
        for user in ("mad", "bert") if number % 500 == 0 else ("mad",):
            data = wild(method, number, user).replace(b"From:", b"f :" if number % 2 else b"From:")
            unread, request = brake.drops(data, proxy), parse(data)
            assert isinstance(request, Request)
            verdict = None if unread else brake.judge(request, proxy, known=False)
            if user == "bert":
                taken.append(verdict is Verdict.TAKEN)
            dropped += unread
    assert all(taken)
    assert dropped > 4 * EACH
    assert [storm.user for storm in brake.storms()] == ["mad"]


def test_what_is_remembered_of_sources_is_bounded_and_who_was_refused_stays_in_it() -> None:
    brake = Throttle(Clock(), lambda uri: False, lambda host: False)
    for number in range(9000):
        user = "mad" if number < 3000 else str(number) + "x" * 500
        request = parse(wild("SUBSCRIBE", number, user))
        assert isinstance(request, Request)
        brake.judge(request, Flow("udp", BOX, (f"192.0.{number % 200}.{number // 200}", 5060)), known=False)
        brake.judge(request, Flow("udp", BOX, ("192.0.2.20", number)), known=False)
    assert len(brake._sources) <= throttle.REMEMBERED
    assert len(brake._hosts) <= throttle.REMEMBERED
    assert len(brake._hot) <= throttle.HOT
    assert all(len(user) <= throttle.LONGEST_NAME for _, user in brake._sources)
    assert brake.storms()[0].user == "mad"


KINDS: dict[str, tuple[RequestKind, bool]] = {
    "INVITE": (CALL, False), "REGISTER": (REGISTER, False), "SUBSCRIBE": (OTHER, False), "INFO": (DIALOG, True),
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(KINDS)), st.sampled_from(["anna", "bert"]), st.integers(1, 600), st.floats(0, 30)
        ),
        max_size=12,
    )
)
def test_each_sender_gets_its_own_burst_and_rate_whatever_it_sends_and_nothing_of_others(
    steps: list[tuple[str, str, int, float]],
) -> None:
    clock = Clock()
    brake = Throttle(clock, lambda uri: False, lambda host: False)
    began, taken = clock.now, Counter[tuple[str, str]]()
    asked = Counter[tuple[str, str]]()
    for method, user, count, pause in steps:
        request = parse(wild(method, 1, user))
        assert isinstance(request, Request)
        flow = Flow("udp", BOX, ("192.0.2.20", 5060 if user == "anna" else 5070))
        kind, known = KINDS[method]
        for _ in range(count):
            asked[method, user] += 1
            if not brake.drops(bytes(request), flow):
                taken[method, user] += brake.judge(request, flow, known=known) is Verdict.TAKEN
        assert taken[method, user] <= kind.burst + (clock.now - began) * kind.rate + 1
        assert taken[method, user] >= min(asked[method, user], kind.burst)
        clock.advance(pause)
