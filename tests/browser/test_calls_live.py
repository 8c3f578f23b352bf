"""Real calls, as the people at the web page see them: lamps, stories, tasks, messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.office import CALLER, NUMBER, Office, Visitor
from tests.browser.scenes import give_up, leave_message, talk
from tests.peers.baresip import Baresip
from tests.peers.programs import until
from tests.peers.sipp import Caller, Sipp, answers, sdp
from tests.peers.tones import longest, read_wav
from tests.peers.voice import Voice

NOT_RELOADED = "window.here = true"
STILL_HERE = "window.here === true"
STREAM = re.compile(r"/live(\?|$)")


@pytest.fixture(scope="module")
def desk(office: Office) -> Iterator[Baresip]:
    """Bob's desk phone (22)."""
    with office.phone("22") as phone:
        yield phone


def test_the_lamp_and_the_story_follow_a_call_without_reloading(admin: Visitor, office: Office, desk: Baresip) -> None:
    page = admin.page
    page.goto("/now")
    page.evaluate(NOT_RELOADED)
    bob = page.locator("#people li", has_text="Bob Braun").locator(".lamp")
    expect(bob).to_have_class(re.compile("free"))
    with talk(office, CALLER, "22", desk):
        expect(bob).to_have_class(re.compile("talking"))
        call = page.locator("#calls li.card")
        expect(call).to_contain_text("Bob Braun")
        expect(call.locator(".story")).to_contain_text("dialled 22")
    expect(page.locator("#calls li.card")).to_have_count(0)
    expect(bob).to_have_class(re.compile("free"))
    assert page.evaluate(STILL_HERE)


def test_a_colleague_sees_everybody_s_lamps_but_only_their_own_calls(colleague: Visitor, office: Office) -> None:
    page = colleague.page
    page.goto("/now")
    with office.phone("21") as alice, talk(office, "+49301112233", "21", alice):
        alice_lamp = page.locator("#people li", has_text="Alice Adler").locator(".lamp")
        expect(alice_lamp).to_have_class(re.compile("talking"))
        expect(page.locator("#calls li.card")).to_have_count(0)
        assert "1112233" not in page.content().replace(" ", "")


def test_a_missed_call_is_a_task_that_calling_back_settles(colleague: Visitor, office: Office, desk: Baresip) -> None:
    page = colleague.page
    page.goto("/tasks")
    page.evaluate(NOT_RELOADED)
    miss(office, "+4940555777", "22")
    task = page.locator("li.task", has_text="555777")
    expect(task).to_be_visible()
    assert page.evaluate(STILL_HERE), "the task appears by itself"
    desk.events.clear()
    with Sipp(office.folder, answers(), office.provider, office.address, name="called-back") as callee:
        task.get_by_role("button", name=re.compile("Call")).click()
        desk.wait("CALL_INCOMING")
        desk.answer()
        callee.wait_for("ACK")
        desk.hang_up()
        callee.succeeds()
    expect(page.locator("li.task", has_text="555777")).to_have_count(0)


def test_what_happens_while_a_page_begins_to_listen_is_shown(colleague: Visitor, office: Office, desk: Baresip) -> None:
    page = colleague.page
    held: list[Route] = []
    page.route(STREAM, lambda route: held.append(route))
    page.goto("/tasks")
    miss(office, "+4940555666", "22")
    until(lambda: office.do("tasks", "22", "--open"), "the task is there")

    def asked() -> bool:
        page.wait_for_timeout(100)
        return bool(held)

    until(asked, "the page asks for its stream")
    held[0].continue_()
    expect(page.locator("li.task", has_text="555666")).to_be_visible()


def test_a_message_is_played_and_saved(colleague: Visitor, office: Office, tmp_path: Path) -> None:
    office.do("user", "set", "22", "--ring", "1")
    leave_message(office, "+4940555888", "22", 3)
    page = colleague.page
    page.goto("/messages")
    message = page.locator("li.message", has_text="555888")
    expect(message.locator(".badge", has_text="new")).to_be_visible()
    expect(message.locator("svg.waveform")).to_be_visible()
    message.get_by_role("button", name="Play").click()
    until(lambda: page.evaluate("document.querySelector('li.message audio').currentTime > 0.3"), "it plays")
    expect(page.locator("li.message", has_text="555888").locator(".badge.count")).to_have_count(0)
    with page.expect_download() as download:
        page.locator("li.message", has_text="555888").locator("a[download]").click()
    target = tmp_path / "message.wav"
    download.value.save_as(target)
    assert re.fullmatch(r"[A-Za-z0-9._+ -]+\.wav", download.value.suggested_filename)
    assert longest(*read_wav(target), 600) >= 1.5


def test_the_history_tells_the_story_and_draws_the_messages(admin: Visitor, office: Office) -> None:
    give_up(office, "+4940555999")
    page = admin.page
    page.goto("/history?search=555999")
    page.locator("main a[href^='/calls/']").first.click()
    expect(page.locator("main")).to_contain_text("INVITE")
    expect(page.locator("main svg[role=img]").first).to_be_visible()


def miss(office: Office, number: str, extension: str) -> None:
    """Somebody dials an extension, and hangs up while it rings."""
    with Voice(office.provider[0], 0) as voice:
        caller = Caller(NUMBER, number, sdp(voice.host, voice.port))
        with Sipp(office.folder, caller.talks(), office.provider, office.address, name="misses") as sipp:
            until(voice.hears, "the greeting begins")
            voice.dial(extension)
            until(lambda: lamp(office, extension) == "ringing", "the phone rings")
            sipp.cue()
            sipp.succeeds()


def lamp(office: Office, extension: str) -> str:
    """What the lamp of an extension shows."""
    return next(str(each["state"]) for each in office.ask("now")["people"] if each["extension"] == extension)
