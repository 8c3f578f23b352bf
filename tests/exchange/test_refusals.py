"""Every refusal is told in words: by a phone, by the telephone network, by the box; strangers' fill nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pbx.exchange import router
from pbx.exchange.refusals import MEANINGS, By, meaning
from pbx.exchange.story import STEPS, reason, story
from pbx.exchange.trunks.turned_away import MOST, OTHER_PORT
from pbx.exchange.wording import Wording
from pbx.sip.reasons import REASONS
from pbx.store.models import Trunk
from pbx.store.rows import CallRecord
from tests.exchange.peers import BOX, SDP, Line, Peer, polite, said
from tests.exchange.rig import OFFICE, Rig, after

NUMBER = "4930123450"
EVERYBODY: tuple[By, ...] = ("network", "phone", "box")
G729 = SDP.format(version=1, host="127.0.0.50", port=4000, types="18", direction="sendrecv")
SAVP = G729.replace("RTP/AVP 18", "RTP/SAVP 8")


def english(record: CallRecord) -> str:
    return story(record.steps, "en", {})


# --- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_status_has_words_in_both_languages(who: By) -> None:
    for status in range(300, 700):
        words = meaning(status).by(who)
        assert words.de
        assert words.en
        assert words.de != words.en
    assert {status for status in REASONS if 400 <= status < 700} - MEANINGS.keys() == {412, 423, 481, 489, 491}, (
        "what else has a name is known one by one; these answer no INVITE outside a call"
    )


def test_an_unknown_status_counts_as_its_class_s() -> None:
    assert meaning(399) == meaning(302)
    assert meaning(599) == meaning(500)
    assert meaning(699) == meaning(603)
    assert meaning(499).network.en == "the provider did not accept the call"


@pytest.mark.parametrize("code", ["encryption", "not-our-number", "other-port", "no-port", "503", "420"])
def test_a_reason_is_said_in_words(code: str) -> None:
    assert reason(code, "en") not in (code, reason(code, "de"))


def test_what_is_no_reason_we_know_stands_as_it_is() -> None:
    assert [reason(code, "de") for code in ("Die Platte ist voll.", "999", "")] == ["Die Platte ist voll.", "999", ""]


# --- a phone of the office -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence", "passed_on", "outcome"),
    [
        (302, "22 could not take the call (call forwarding on the phone has no effect here).", "480", "failed"),
        (301, "22 could not take the call (call forwarding on the phone has no effect here).", "480", "failed"),
        (400, "22 could not take the call (the phone did not understand the call).", "480", "failed"),
        (401, "22 could not take the call (the phone asked for a password).", "480", "failed"),
        (403, "22 could not take the call (not allowed by the phone).", "480", "failed"),
        (404, "22 could not take the call (the phone does not know this user name).", "480", "failed"),
        (415, "22 could not take the call (no common audio format).", "480", "failed"),
        (420, "22 could not take the call (the phone asked for something this box cannot do).", "480", "failed"),
        (480, "22 was unavailable (the phone is not accepting calls at the moment).", "480", "missed"),
        (482, "22 could not take the call (the call went round in circles).", "480", "failed"),
        (486, "22 was busy.", "486", "refused"),
        (488, "22 could not take the call (no common audio format).", "480", "failed"),
        (500, "22 could not take the call (an error in the phone).", "480", "failed"),
        (503, "No phone of 22 could be reached.", "480", "missed"),
        (600, "22 was busy.", "486", "refused"),
        (603, "22 declined.", "603", "refused"),
        (606, "22 could not take the call (no common audio format).", "480", "failed"),
        (607, "22 declined.", "603", "refused"),
        (499, "22 could not take the call (the phone did not accept the call).", "480", "failed"),
    ],
)
def test_what_a_phone_answers_is_told_as_what_it_means(
    status: int, sentence: str, passed_on: str, outcome: str
) -> None:
    lines: list[Line] = []

    async def work(rig: Rig) -> None:
        polite(rig.peers.values(), bert=status)
        lines.append(rig.call("anna", "22"))
        await rig.settle(1)

    quiet = {extension: replace(person, voicemail=False) for extension, person in OFFICE.people.items()}
    record = after(work, "anna", "bert", office=replace(OFFICE, people=quiet)).record
    assert english(record) == sentence
    assert record.outcome == outcome
    assert said(lines[0])[-1] == passed_on


def test_the_phone_that_decided_it_is_the_one_that_is_quoted() -> None:
    """Busy tells more than a sound format, whichever came last."""

    async def work(rig: Rig) -> None:
        polite(rig.peers.values(), anna=486, anna2=488)
        rig.call("carla", "21")
        await rig.settle(1)

    record = after(work, "anna", "anna2", "carla").record
    assert [(step.what, step.detail.get("status")) for step in record.steps][1:2] == [("busy", 486)]


def test_a_phone_that_was_clicked_and_refuses_is_told_likewise() -> None:
    async def work(rig: Rig) -> None:
        polite(rig.peers.values(), anna=488)
        rig.switchboard.router.click_to_call(OFFICE.people["21"], "+4989123456", "", "")
        await rig.settle(1)

    assert english(after(work, "anna").record) == "21 could not take the call (no common audio format)."


# --- the telephone network -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words", "outcome"),
    [
        (302, "the provider referred to another number", "failed"),
        (401, "the provider rejected the login", "failed"),
        (402, "not enough credit with the provider", "failed"),
        (403, "not allowed by the provider", "failed"),
        (404, "no such number", "refused"),
        (410, "no such number", "refused"),
        (480, "not reachable", "missed"),
        (484, "the number is incomplete", "refused"),
        (486, "busy", "refused"),
        (488, "no common audio format", "failed"),
        (502, "the network behind the provider was down", "failed"),
        (503, "the line was down", "failed"),
        (600, "busy", "refused"),
        (603, "declined", "refused"),
        (604, "no such number", "refused"),
        (607, "declined as unwanted", "refused"),
        (433, "the other side does not accept withheld numbers", "refused"),
        (477, "the provider did not accept the call", "failed"),
        (599, "an error at the provider", "failed"),
    ],
)
def test_what_the_network_answers_is_told_as_what_it_means(status: int, words: str, outcome: str) -> None:
    async def work(rig: Rig) -> None:
        polite(rig.peers.values(), provider=status)
        rig.call("anna", "089123456")
        await rig.settle(1)

    only = {"provider": OFFICE.trunks["provider"]}
    record = after(work, "anna", office=replace(OFFICE, trunks=only)).record
    assert english(record) == f"Called +49 89 123456 via provider, no connection ({words})."
    assert record.outcome == outcome


# --- the box: what a trunk brings ----------------------------------------------------------------------------------


def invite(rig: Rig, user: str = NUMBER, *headers: str, sdp: str | None = None) -> Line:
    return rig.call("provider", user, *headers, sdp=sdp)


@pytest.mark.parametrize(
    ("user", "headers", "sdp", "status", "words"),
    [
        ("4940999999", [], None, "404", "this number is not set up here"),
        (NUMBER, [], SAVP, "488", "the other side asked for encrypted voice"),
        (NUMBER, [], SAVP.replace("SAVP", "SAVPF"), "488", "the other side asked for encrypted voice"),
        (NUMBER, [], SAVP.replace("RTP", "UDP/TLS/RTP"), "488", "the other side asked for encrypted voice"),
        (NUMBER, [], G729, "488", "no common audio format"),
        (NUMBER, [], "v=0\r\nrubbish", "400", "the audio details could not be understood"),
    ],
)
def test_a_refused_call_of_a_trunk_has_a_row_and_stands_on_the_trunk_s_page(
    user: str, headers: list[str], sdp: str | None, status: str, words: str
) -> None:
    lines: list[Line] = []

    async def work(rig: Rig) -> None:
        lines.append(invite(rig, user, *headers, sdp=sdp))
        await rig.settle(1)

    rig = after(work, "anna")
    assert said(lines[0]) == [status]
    record = rig.record
    assert (record.direction, record.outcome, record.trunk, record.to[-6:]) == ("in", "refused", "provider", user[-6:])
    assert english(record) == f"Could not be connected ({words})."
    [refusal] = rig.trunks.refusals("provider")
    assert (reason(refusal.reason, "en"), refusal.number[-6:], refusal.times) == (words, user[-6:], 1)
    assert refusal.source == "udp 127.0.0.50:5060"
    assert not rig.peers["anna"].lines, "nobody was rung"
    assert rig.archive.dialogs[-1], "its messages can be looked at"


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        (["Require: fly"], "420", "the call needs something this box cannot do"),
        (["Max-Forwards: 0"], "483", "the call went round in circles"),
        (["Content-Encoding: gzip"], "415", "no common audio format"),
        (["CSeq: nonsense"], "400", "the call could not be understood"),
    ],
)
def test_what_the_stack_refuses_of_a_trunk_stands_on_its_page(headers: list[str], status: str, words: str) -> None:
    lines: list[Line] = []

    async def work(rig: Rig) -> None:
        peer = rig.peers["provider"]
        send = peer._send
        if "CSeq" in headers[0]:
            peer._send = lambda at, data: send(at, data.replace(b"Max-Forwards: 70", b"Max-Forwards: x"))
        elif "Max-Forwards" in headers[0]:
            peer._send = lambda at, data: send(at, data.replace(b"Max-Forwards: 70", headers[0].encode()))
        extra = [header for header in headers if "Forwards" not in header and "CSeq" not in header]
        lines.append(invite(rig, NUMBER, *extra))
        await rig.settle(1)
        peer._send = send

    rig = after(work)
    assert status in said(lines[0])
    assert [reason(each.reason, "en") for each in rig.trunks.refusals("provider")] == [words]
    assert not rig.archive.calls


@pytest.mark.parametrize("port", [5060, 5099])
def test_a_refused_call_for_a_tel_uri_is_told_with_its_number(port: int) -> None:
    async def work(rig: Rig) -> None:
        peer = rig.peers["provider"] if port == 5060 else other_port(rig)
        line = peer.line("+491701234567")
        line.target, line.theirs = "tel:+4940999999", "<tel:+4940999999>"
        line._request("INVITE", body=line.description())
        await rig.settle(1)

    rig = after(work)
    assert [each.number for each in rig.trunks.refusals("provider")] == ["+4940999999"]


def other_port(rig: Rig, host: str = "127.0.0.50") -> Peer:
    """Somebody at another port of the trunk's host."""
    rig._add("elsewhere", (host, 5099))
    polite([rig.peers["elsewhere"]])
    return rig.peers["elsewhere"]


def test_a_call_from_another_port_of_a_trunk_s_host_stands_on_its_page() -> None:
    lines: list[Line] = []

    async def work(rig: Rig) -> None:
        elsewhere = other_port(rig)
        for _ in range(2):  # it tries again
            lines.append(elsewhere.line("+491701234567"))
            lines[-1].invite_box(NUMBER)
            await rig.settle(1)

    rig = after(work)
    assert [said(line) for line in lines] == [["401"], ["401"]]
    [refusal] = rig.trunks.refusals("provider")
    assert (refusal.reason, refusal.number, refusal.source, refusal.times) == (
        OTHER_PORT, NUMBER, "udp 127.0.0.50:5099", 2,
    )  # fmt: skip
    assert "came from a port" in reason(refusal.reason, "en")
    assert not rig.archive.calls


def test_a_call_that_comes_unencrypted_where_the_trunk_is_encrypted_stands_on_its_page() -> None:
    async def work(rig: Rig) -> None:
        other_port(rig).line().invite_box(NUMBER)
        await rig.settle(1)

    trunks = {"provider": Trunk("provider", peer="127.0.0.50:5060", transport="tls")}
    rig = after(work, office=replace(OFFICE, trunks=trunks))
    assert [each.reason for each in rig.trunks.refusals("provider")] == ["not-encrypted"]


def test_before_a_restart_and_in_a_crowd_the_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(rig: Rig) -> None:
        rig.switchboard.router.draining = True
        invite(rig)
        rig.call("anna", "22")
        await rig.settle(1)
        rig.switchboard.router.draining = False
        monkeypatch.setattr(router, "MOST_CALLS", 0)
        invite(rig)
        rig.call("anna", "22")
        await rig.settle(1)

    rig = after(work, "anna", "bert")
    assert [english(record) for record in rig.archive.calls] == [
        *["Could not be connected (the box is about to restart)."] * 2,
        *["Could not be connected (there were too many calls at once)."] * 2,
    ]
    assert [each.reason for each in rig.trunks.refusals("provider")] == ["too-many-calls", "restarting"]


@pytest.mark.parametrize(("sdp", "words"), [(SAVP, "encrypted voice"), ("v=0\r\nx", "could not be understood")])
def test_a_phone_s_call_that_cannot_be_has_a_row_too(sdp: str, words: str) -> None:
    async def work(rig: Rig) -> None:
        rig.call("anna", "22", sdp=sdp)
        await rig.settle(1)

    record = after(work, "anna", "bert").record
    assert (record.from_, record.to, record.outcome) == ("21", "22", "refused")
    assert words in english(record)


def test_what_the_stack_refuses_of_a_registered_phone_has_a_row() -> None:
    async def work(rig: Rig) -> None:
        rig.call("anna", "22", "Require: fly")
        await rig.settle(1)

    record = after(work, "anna", "bert").record
    assert (record.from_, record.to) == ("21", "22")
    assert english(record) == "Could not be connected (the call needs something this box cannot do)."


def test_an_account_that_is_nobody_s_any_more_is_told() -> None:
    async def work(rig: Rig) -> None:
        people = {extension: person for extension, person in OFFICE.people.items() if extension != "21"}
        rig.office = replace(rig.office, people=people)
        rig.call("anna", "22")
        await rig.settle(1)

    assert english(after(work, "anna").record) == "Could not be connected (the phone no longer belongs to anybody)."


# --- strangers, and whoever sends a lot ----------------------------------------------------------------------------


def test_strangers_leave_nothing_but_a_count() -> None:
    async def work(rig: Rig) -> None:
        rig._add("stranger", ("203.0.113.9", 5060))
        for headers in ([], ["Require: fly"], ["Max-Forwards: x"]):
            rig.peers["stranger"].line().invite_box(NUMBER, *headers)
        await rig.settle(1)

    rig = after(work, "anna")
    assert not rig.archive.calls
    assert [rig.trunks.refusals(name) for name in OFFICE.trunks] == [(), ()]
    assert rig.stack.counters["stranger"] == 3


def test_a_phone_that_is_asked_for_its_password_first_leaves_nothing() -> None:
    async def work(rig: Rig) -> None:
        for caller in ("anna", "bert"):
            rig.peers[caller].line().invite_box("22")
        await rig.settle(1)

    rig = after(work, "anna")
    assert not rig.archive.calls
    assert rig.stack.counters["stranger"] == 0


def test_whoever_sends_a_lot_fills_neither_page_nor_history() -> None:
    async def work(rig: Rig) -> None:
        elsewhere = other_port(rig)
        for number in range(200):
            elsewhere.line().invite_box(f"49309{number:05}")
            invite(rig, f"49409{number:05}")
        await rig.settle(1)

    rig = after(work)
    refusals = rig.trunks.refusals("provider")
    assert len(refusals) == MOST
    assert refusals[0].number.endswith("199"), "the newest first"
    assert len(rig.archive.calls) == router.ROWS
    assert rig.stack.counters["refused without a row"] == 200 - router.ROWS


def test_the_refusals_of_a_trunk_go_with_it() -> None:
    async def work(rig: Rig) -> None:
        invite(rig, "4940999999")
        await rig.settle(1)
        rig.office = replace(rig.office, trunks={"spare": OFFICE.trunks["spare"]}, numbers={})
        rig.trunks.office_changed()

    assert after(work).trunks.refusals("provider") == ()


def test_whatever_is_sent_nothing_hangs_leaks_or_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sloppy, hostile and repeated INVITEs of a trunk, its host's other port, a stranger and a phone, on a bad line."""
    monkeypatch.setattr(router, "ROWS", 1000)
    bodies = [SAVP, G729, "v=0\r\nx", "", "m=audio 0 RTP/AVP 8"]
    extras = ["Require: fly", "Max-Forwards: 0", "Content-Encoding: gzip", "Privacy: id", "Accept: text/plain"]

    async def work(rig: Rig) -> None:
        dice = random.Random(4711)
        rig._add("stranger", ("203.0.113.9", 5060))
        senders = [rig.peers["provider"], rig.peers["anna"], rig.peers["stranger"], other_port(rig)]
        for _ in range(120):
            sender = dice.choice(senders)
            line = sender.line()
            proof = [rig.proof(sender, "INVITE", f"sip:99@{BOX[0]}:{BOX[1]}")] if sender.phone else []
            headers = [*proof, *dice.sample(extras, dice.randrange(3))]
            for _ in range(dice.choice([1, 1, 2])):  # a line that doubles
                line.invite_box("99" if sender.phone else dice.choice(["4940999999", "x", ""]), *headers,
                                sdp=dice.choice(bodies))  # fmt: skip
            if dice.random() < 0.2:
                line.cancel()
            if dice.random() < 0.3:
                await rig.settle(dice.random())
        await rig.settle(1)

    rig = after(work, "anna", "bert")
    assert not rig.peers["bert"].lines
    assert all(record.outcome in ("refused", "gave-up", "failed") for record in rig.archive.calls)
    assert all(STEPS[step.what] for record in rig.archive.calls for step in record.steps)


def test_wordings_are_whole() -> None:
    for each in MEANINGS.values():
        for who in EVERYBODY:
            wording = each.by(who)
            assert isinstance(wording, Wording)
            assert not wording.en.endswith(".")
