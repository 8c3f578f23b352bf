"""It rings when something rings, and silence is told as what it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.sip.message import Message, Request, Response
from tests.exchange.peers import Line, said
from tests.exchange.rig import OFFICE, Rig, opened
from tests.line import play


def what(rig: Rig) -> list[str]:
    return [step.what for _, step in rig.steps]


def test_an_unplugged_phone_rings_for_nobody_and_the_next_caller_does_not_wait_for_it() -> None:
    async def script() -> None:
        rig = await opened("anna", "carla")
        rig.peers["carla"].there = False
        for waits in (25.0, 4.0):
            line = rig.call("anna", "23")
            await rig.settle(waits - 0.5)
            assert said(line) == ["100"]
            assert rig.equipment.lines.state("23") == "free"
            await rig.settle(1)
            assert said(line)[-1] == "480"
        await rig.quiet()
        assert what(rig) == ["called", "silent"] * 2
        assert [record.outcome for record in rig.archive.calls] == ["missed", "missed"]
        assert rig.archive.calls[0].story == "No phone of Carla Dorn (23) responded."
        assert [(task.kind, task.extension) for task in rig.archive.tasks] == [("missed", "23")] * 2

    play(script())


def test_a_phone_that_did_not_react_to_the_last_call_rings_again_as_soon_as_it_does() -> None:
    async def script() -> None:
        rig = await opened("anna", "carla")
        rig.peers["carla"].there = False
        rig.call("anna", "23")
        await rig.settle(26)
        rig.peers["carla"].there = True
        line = rig.call("anna", "23")
        await rig.settle(3)
        rig.peers["carla"].last.reply(180)
        await rig.settle(15)
        assert said(line) == ["100", "180"], "it is rung for as long as ever"
        line.cancel()
        await rig.settle(1)
        line = rig.call("anna", "23")
        await rig.settle(10)
        assert said(line) == ["100"], "it reacted to the last call, and may take its time"
        line.cancel()
        await rig.quiet()

    play(script())


@pytest.mark.parametrize(
    ("phone", "caller"), [((180,), ["180"]), ((183,), ["183"]), ((182,), []), ((181,), []), ((100,), [])]
)
@pytest.mark.parametrize("peer", ["bert", "provider"])
def test_the_caller_hears_what_the_phone_says(phone: tuple[int, ...], caller: list[str], peer: str) -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        line = rig.call(peer, "21" if peer == "bert" else "493077721")
        await rig.settle()
        assert said(line) == ["100"]
        for status in phone:
            rig.peers["anna"].last.reply(status)
        await rig.settle()
        assert said(line) == ["100", *caller]
        assert rig.equipment.lines.state("21") == ("ringing" if caller else "free")
        assert ("rang" in what(rig)) is bool(caller)
        line.cancel()
        await rig.quiet()

    play(script())


def test_a_session_progress_without_sound_is_ringing() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        line = rig.call("bert", "21")
        await rig.settle()
        rig.peers["anna"].last.reply(183, sdp="")
        rig.peers["anna"].last.reply(180)
        await rig.settle()
        assert said(line) == ["100", "180"]
        line.cancel()
        await rig.quiet()

    play(script())


def test_who_was_greeted_hears_ringing_from_the_moment_on_in_which_a_phone_rings() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        line = rig.call("provider", "4930123450")
        await rig.settle()
        rig.endpoint(line).hears("30")
        await rig.settle(3)
        assert rig.endpoint(line).said == ["greeting"]
        rig.peers["bert"].last.reply(180)  # of a group the first that rings counts
        await rig.settle()
        assert rig.endpoint(line).said == ["greeting", "ringback"]
        assert rig.equipment.lines.state("21") == "free"
        line.ask("BYE")
        await rig.quiet()
        assert rig.step_words == "called greeted dialled rang gave-up"
        assert rig.record.steps[-1].detail["where"] == "ringing"

    play(script())


def test_a_phone_that_answers_at_once_is_not_said_to_ring_before() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert", anna=200)
        line = rig.call("bert", "21")
        await rig.settle(1)
        assert said(line) == ["100", "200"]
        line.ask("BYE")
        await rig.quiet()
        assert rig.step_words == "called rang answered hung-up"

    play(script())


@pytest.mark.parametrize(
    ("status", "steps"), [(486, "called busy"), (603, "called refused"), (503, "called unreachable")]
)
def test_a_phone_that_refuses_at_once_did_not_ring(status: int, steps: str) -> None:
    async def script() -> None:
        rig = await opened("anna", "carla", carla=status)
        line = rig.call("anna", "23")
        await rig.settle(1)
        assert "180" not in said(line)
        await rig.quiet()
        assert rig.step_words == steps

    play(script())


@pytest.mark.parametrize(
    ("dialled", "waits", "steps", "words"),
    [
        ("21", 5.0, "called silent gave-up", "No phone of Anna Berg (21) responded,"),
        ("21", 0.5, "called gave-up", ""),
        ("040123456", 3.0, "dialled-out gave-up", "Called +49 40 123456 via provider,"),
    ],
)
def test_who_gives_up_before_anything_rings_is_not_said_to_have_heard_it(
    dialled: str, waits: float, steps: str, words: str
) -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        line = rig.call("bert", dialled)
        await rig.settle(waits)
        line.cancel()
        await rig.quiet()
        assert rig.step_words == steps
        assert rig.record.story.startswith(words)
        assert "while being connected" in rig.record.story.lower()

    play(script())


def test_who_gives_up_while_a_number_outside_rings_did_hear_it() -> None:
    async def script() -> None:
        rig = await opened("bert")
        line = rig.call("bert", "040123456")
        await rig.settle()
        rig.peers["provider"].last.reply(180)
        await rig.settle(2)
        line.cancel()
        await rig.quiet()
        assert rig.record.story.endswith("hung up after 2 s while it was ringing.")

    play(script())


def test_whose_own_phone_is_silent_is_not_connected_by_a_click() -> None:
    async def script() -> None:
        rig = await opened("anna", "bert")
        rig.switchboard.router.click_to_colleague(OFFICE.people["21"], OFFICE.people["22"])
        rig.wake()
        await rig.quiet()
        assert rig.step_words == "clicked silent"
        assert not rig.peers["bert"].lines

    play(script())


STATUSES = st.lists(st.sampled_from([100, 100, 180, 180, 181, 182, 183, 200, 302, 404, 486, 488, 500, 603]), max_size=5)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32),
    st.tuples(STATUSES, STATUSES, STATUSES),
    st.sampled_from(["30", "31", "21", "493077721", "4930123452"]),
    st.floats(0.0, 60.0),
)
def test_whatever_phones_say_nobody_hears_ringing_before_one_rings_and_every_call_ends(
    seed: int, answers: tuple[list[int], ...], dialled: str, patience: float
) -> None:
    """What they say is lost, doubled and out of order, and some die in the middle of it."""
    dice = random.Random(seed)

    async def script() -> None:
        rig = await opened("anna", "anna2", "bert", "carla")
        rang: list[float] = []
        caller = rig.peers["carla" if len(dialled) == 2 else "provider"]
        lines: list[Line] = []

        def heard_by_caller(line: Line, message: Message) -> None:
            if isinstance(message, Response) and message.cseq.method == "INVITE":
                if message.status in (180, 183):
                    assert rang, "nothing rings"
                if message.status >= 200:
                    line.ack()
            elif isinstance(message, Request) and message.method == "BYE":
                line.reply(200, method="BYE")

        def sloppy(name: str, statuses: list[int], dies_at: float) -> None:
            def react(line: Line, message: Message) -> None:
                if not isinstance(message, Request) or rig.clock() > dies_at:
                    return
                if message.method in ("BYE", "CANCEL"):
                    line.reply(200, method=message.method)
                elif message.method == "INVITE" and len([each for each in line.heard if each is not message]) == 0:
                    for status in statuses:
                        rig.loop.call_later(dice.choice([0.0, 0.2, 3.0, 9.0]), say, line, status)

            def say(line: Line, status: int) -> None:
                for _ in range(dice.choice([0, 1, 1, 2])):
                    if any(each.method == "INVITE" for each in line.asked) and rig.clock() <= dies_at:
                        if status in (180, 183) or 200 <= status < 300:
                            rang.append(rig.clock())
                        line.reply(status, method="INVITE")

            rig.peers[name].react = react

        for name, statuses in zip(("anna", "anna2", "bert"), answers, strict=True):
            sloppy(name, statuses, rig.clock() + dice.choice([1.0, 5.0, 1000.0]))
        caller.react = heard_by_caller
        lines.append(rig.call(caller.name, dialled))
        await rig.settle(patience)
        if "200" in said(lines[0]):
            lines[0].ask("BYE")
        elif not any(status in said(lines[0]) for status in ("480", "486", "603")):
            lines[0].cancel()
        await rig.settle(400)
        rig.assert_empty()
        [record] = rig.archive.calls
        assert ("rang" in [step.what for step in record.steps]) <= bool(rang)
        others = {name for name, peer in rig.peers.items() if peer.lines} - {caller.name, "anna", "anna2", "bert"}
        assert not others, "nobody else was called"

    play(script())
