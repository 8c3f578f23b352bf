"""Only who hung up is said to have hung up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pbx.exchange.story import story
from pbx.store.records.records import Records
from pbx.store.rows import CallRecord
from tests.exchange.peers import Line, said
from tests.exchange.rig import OFFICE, Rig, Work, after
from tests.threats.box import Box, besiege
from tests.threats.ends import conversation, phone

DIRECT = "4930123452"
"""Rings Anna and Bert without a greeting."""
GREETED = "4930123450"


def english(record: CallRecord) -> str:
    return story(record.steps, "en", {})


def stop(rig: Rig) -> None:
    """As `wiring.Exchange.stop` ends its calls."""
    rig.equipment.stopping = rig.switchboard.router.draining = True
    for leg in list(rig.equipment.legs.values()):
        leg.hang_up("shutdown")
    rig.run_once()


# --- the box is stopped --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("caller", ["bert", "provider"])
def test_a_talk_that_a_stop_of_the_box_ended_was_ended_by_nobody_else(caller: str) -> None:
    async def work(rig: Rig) -> None:
        rig.call(caller, "21" if caller == "bert" else DIRECT)
        await rig.settle(5)
        stop(rig)
        await rig.settle(1)

    rig = after(work, "anna", "bert", anna=200)
    assert rig.step_words.endswith("answered interrupted")
    assert english(rig.record).endswith("21 answered, the box restarted during the call.")
    assert rig.record.outcome == "answered"


@pytest.mark.parametrize(
    ("user", "seconds", "steps"),
    [
        (DIRECT, 3.0, "rang interrupted"),
        (GREETED, 0.3, "called greeted interrupted"),
        (GREETED, 20.0, "called greeted nothing-dialled rang interrupted"),
        ("4930123453", 1.2, "called greeted unreachable interrupted"),
    ],
)
def test_nobody_hung_up_who_was_cut_off_by_a_stop(user: str, seconds: float, steps: str) -> None:
    async def work(rig: Rig) -> None:
        rig.call("provider", user)
        await rig.settle()
        for peer in rig.peers.values():
            for line in peer.lines:
                if line.called_us:
                    line.reply(180)
        await rig.settle(seconds)
        stop(rig)
        await rig.settle(1)

    rig = after(work, "anna", "bert")
    noted = [step.what for step in rig.record.steps]
    assert noted[-1] == "interrupted", noted
    assert "gave-up" not in noted
    assert rig.record.outcome in ("failed", "missed")


def test_no_script_begins_anything_while_the_box_stops() -> None:
    """A call out whose line breaks does not go on over the next one; whoever clicked is not told of a dead phone."""

    async def work(rig: Rig) -> None:
        rig.call("anna", "089123456")
        rig.switchboard.router.click_to_call(OFFICE.people["22"], "+4989123456", "", "")
        await rig.settle(1)
        before = {name: len(peer.lines) for name, peer in rig.peers.items()}
        stop(rig)
        await rig.settle(5)
        assert {name: len(peer.lines) for name, peer in rig.peers.items()} == before
        late = rig.call("provider", DIRECT)
        await rig.settle(1)
        assert said(late) == ["503"]

    rig = after(work, "anna", "bert")
    ends = [[step.what for step in record.steps][-1] for record in rig.archive.calls]
    assert ends.count("interrupted") == 2
    assert not {"not-connected", "unreachable", "hung-up"} & {
        step.what for record in rig.archive.calls for step in record.steps
    }


def test_a_message_that_a_stop_cuts_short_is_kept_and_told() -> None:
    async def work(rig: Rig) -> None:
        line = rig.call("provider", "4930123455")
        await rig.settle(0.5)
        rig.endpoint(line).speaks(60)
        await rig.settle(6)
        stop(rig)
        await rig.settle(1)

    rig = after(work)
    assert rig.step_words.endswith("announced message interrupted")
    assert (rig.record.outcome, len(rig.archive.kept)) == ("voicemail", 1)


def test_the_history_of_a_box_that_was_stopped_blames_nobody(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await conversation(box, await phone(box, "21"), await phone(box, "22"))

    besiege(tmp_path, script)
    records = Records(tmp_path / "records.sqlite")
    [record] = records.calls()
    records.close()
    assert [step.what for step in record.steps][-2:] == ["answered", "interrupted"]
    assert "legte" not in record.story
    assert "hung up" not in record.story


# --- something broke -----------------------------------------------------------------------------------------------


def ended(work: Work, *phones: str, **answers: Any) -> str:
    return english(after(work, *phones, **answers).record)


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_whoever_hangs_up_is_said_to(who: str) -> None:
    async def work(rig: Rig) -> None:
        line = rig.call("bert", "21")
        await rig.settle(5)
        (line if who == "caller" else rig.peers["anna"].last).ask("BYE")
        await rig.settle(1)

    by = "22" if who == "caller" else "21"
    assert ended(work, "anna", "bert", anna=200).endswith(f"{by} hung up after talking for 5 s.")


def test_who_never_confirms_the_answer_did_not_hang_up() -> None:
    async def work(rig: Rig) -> None:
        rig.peers["bert"].react = lambda line, message: None
        rig.call("bert", "21")
        await rig.settle(60)

    assert ended(work, "anna", "bert", anna=200).endswith(
        "the connection to 22 was lost (the call was never confirmed)."
    )


def test_who_never_confirms_the_greeting_did_not_give_up() -> None:
    async def work(rig: Rig) -> None:
        patient = {extension: replace(person, ring_seconds=60.0) for extension, person in OFFICE.people.items()}
        rig.office = replace(rig.office, people=patient)
        rig.peers["provider"].react = lambda line, message: None
        rig.call("provider", GREETED)
        await rig.settle(20)
        rig.peers["anna"].last.reply(180)
        await rig.settle(60)

    rig = after(work, "anna", "bert")
    assert "the call was never confirmed" in english(rig.record)
    assert "gave-up" not in rig.step_words
    assert rig.record.outcome in ("failed", "missed")


@pytest.mark.parametrize("silent", ["caller", "callee"])
def test_a_session_that_is_not_refreshed_is_told_as_lost(silent: str) -> None:
    async def work(rig: Rig) -> None:
        headers = ["Supported: timer", "Session-Expires: 90;refresher=uac"] if silent == "caller" else []
        rig.call("bert", "21", *headers)
        if silent == "callee":
            await rig.settle(1)
            rig.peers["anna"].last.reply(200, "Require: timer", "Session-Expires: 90;refresher=uas")
        await rig.settle(200)

    answers = {"anna": 200} if silent == "caller" else {}
    party = "22" if silent == "caller" else "21"
    sentence = ended(work, "anna", "bert", **answers)
    assert sentence.endswith(f"the connection to {party} was lost (no longer responding).")


def test_a_party_that_knows_the_call_no_more_did_not_hang_up() -> None:
    """It restarted: our refresh is answered 481."""

    async def work(rig: Rig) -> None:
        rig.call("bert", "21", "Supported: timer", "Session-Expires: 90;refresher=uas", "Allow: INVITE, UPDATE")
        await rig.settle(1)
        line = rig.peers["bert"].last

        def forgetful(line: Line, message: object) -> None:
            for request in list(line.asked):
                line.reply(481, method=request.method)

        rig.peers["bert"].react = forgetful
        await rig.settle(120)
        assert line.asked is not None

    assert ended(work, "anna", "bert", anna=200).endswith("the connection to 22 was lost (stopped responding).")


@pytest.mark.parametrize("user", [DIRECT, GREETED])
def test_who_is_not_heard_any_more_is_not_said_to_hang_up_as_well(user: str) -> None:
    async def work(rig: Rig) -> None:
        line = rig.call("provider", user)
        await rig.settle(2)
        rig.endpoint(line).is_silent(rig.office.media_timeout)
        await rig.settle(1)

    rig = after(work, "anna", "bert", anna=200)
    noted = [step.what for step in rig.record.steps]
    assert noted[-1] == "lost", noted
    assert not {"gave-up", "hung-up"} & {*noted}
    assert rig.record.outcome == ("answered" if user == DIRECT else "failed")
