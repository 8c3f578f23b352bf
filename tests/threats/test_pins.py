"""Guessing a mailbox's PIN: three tries a call, then ever longer locks; and no PIN that everybody tries first."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbx.control.protocol import Refused
from tests.threats.box import GREETED, NUMBER, Box, besiege
from tests.threats.ends import End, Phone, Talk, Voice, phone, pressed

RIGHT = "8362"


async def press(box: Box, talk: Talk, digits: str) -> None:
    """Digits by INFO, and time for the box to think about them (scrypt) and to speak."""
    for digit in digits:
        request = pressed(talk.request("INFO"), digit)
        status = await talk.end.status(request, 1.0)
        assert status in (200, 481, None)


async def notes(box: Box) -> list[str]:
    """Every step of every call that ended."""
    return [step["what"] for call in reversed(await box.history()) for step in call["steps"]]


async def _dial(box: Box, talk: Talk, pin: str, before: int) -> None:
    """One PIN; again if the box was still speaking, which takes no digits."""
    count = len(box.events)
    for _ in range(4):
        if not box.calls or {"pin-locked", "listened"} & {event.get("step") for event in box.events[before:]}:
            return
        await press(box, talk, pin + "#")
        try:
            await box.until(lambda: len(box.events) > count or not box.calls, 3.0)
        except TimeoutError:
            continue
        return


async def try_pins(box: Box, anna: Phone, pins: list[str]) -> list[str]:
    """One call to the mailbox; what happened in it."""
    before = len(box.events)
    talk = await anna.call("*97", Voice(anna.address[0]))
    assert isinstance(talk, Talk)
    for pin in pins:
        await box.pass_time(3.0, 0.02)
        await _dial(box, talk, pin, before)
        await box.settle(60)
    for _ in range(40):
        await box.pass_time(0.5, 0.02)
        if not box.calls:
            break
    hung_up = not box.calls
    await box.end_calls()
    steps = [event["step"] for event in box.events[before:] if event["event"] == "step"]
    return [*steps, "box-hung-up"] if hung_up else steps


def test_a_pin_may_be_tried_three_times_and_then_the_mailbox_is_locked(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.do("user set", person="21", voicemail=True, pin=RIGHT)
        anna = await phone(box, "21")
        first = await try_pins(box, anna, ["1111", "2222", "3333", RIGHT])
        assert first.count("pin-wrong") == 3
        assert "listened" not in first
        assert "box-hung-up" in first
        second = await try_pins(box, anna, [RIGHT])
        assert "pin-locked" in second
        assert "listened" not in second
        await box.pass_time(61.0, 1.0)
        third = await try_pins(box, anna, ["4444", RIGHT])
        assert third.count("pin-wrong") == 1
        assert "pin-locked" in third, "the fourth wrong one locks again, and for longer"
        await box.pass_time(61.0, 1.0)
        assert "pin-locked" in await try_pins(box, anna, [RIGHT])
        await box.pass_time(61.0, 1.0)
        assert "listened" in await try_pins(box, anna, [RIGHT])

    besiege(tmp_path, script)


@pytest.mark.parametrize("pin", ["0000", "1234", "4321", "9999", "21", "2121", "0021", "12", "", " ", "١٢٣٤", "8362x"])
def test_pins_that_everybody_tries_first_are_refused(tmp_path: Path, pin: str) -> None:
    async def script(box: Box) -> None:
        if pin:
            with pytest.raises(Refused):
                await box.do("user set", person="21", pin=pin)
        else:
            await box.do("user set", person="21", pin=pin)
        assert RIGHT not in (tmp_path / "settings.json").read_text()

    besiege(tmp_path, script)


def test_a_pin_is_kept_as_a_hash_only(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.do("user set", person="21", pin=RIGHT)
        assert f'"{RIGHT}"' not in (tmp_path / "settings.json").read_text()
        assert RIGHT not in repr(await box.do("user list"))

    besiege(tmp_path, script)


def test_nobody_hears_messages_from_outside_or_from_a_colleague_s_phone(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        await box.do("user set", person="21", voicemail=True, pin=RIGHT)
        bert, provider = await phone(box, "22"), End(box, *box.provider)
        steps = await try_pins(box, bert, [RIGHT])
        assert "listened" not in steps
        for number in (NUMBER, GREETED):
            asked = provider.request("INVITE", number, sdp=Voice(box.provider[0]).sdp, from_=f"<sip:{NUMBER}@x>;tag=1")
            response = await provider.ask(asked)
            assert response is not None
            talk = Talk.calling(provider, asked, response, Voice())
            talk.ack()
            await press(box, talk, "*97#" + RIGHT + "#")
            await box.pass_time(5.0, 0.05)
            await box.end_calls()
        assert not {"listened", "called-voicemail"} & set(await notes(box)) - {"called-voicemail"}
        assert "listened" not in await notes(box)

    besiege(tmp_path, script)
