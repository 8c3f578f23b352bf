"""The test call: somebody calls the office from outside, and sees what arrived and what is wrong, as it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import lasting
from pbx.administration.office.trunk_words import explained
from pbx.exchange.story import clauses, reason
from pbx.exchange.trunks.trunk import USABLE
from pbx.exchange.trunks.turned_away import OTHER_PORT, Refusal
from pbx.phone_number import printed
from pbx.sentence import Sentence, said
from pbx.store.models import Language, Office
from pbx.store.rows import CallRecord, Step

Shown = dict[str, Any]

RECENT = 1800.0
"""Seconds for which a call counts as the test call."""
LOOKED_AT = 20
"""The last calls, among which it is looked for."""
NOT_OURS = "not-our-number"
ADVICE = {
    NOT_OURS: Sentence("Please add this number and call again."),
    OTHER_PORT: Sentence("Enter the address with the port that calls come from, or without a port."),
    "not-encrypted": Sentence("Ask the provider to send calls encrypted, or choose a different type of connection."),
    "encryption": Sentence(
        "Ask the provider to send the voice unencrypted: this box does not support encrypted voice yet."
    ),
    "no common codec": Sentence("Please tell the provider that this box supports G.711 and G.722."),
}
"""What to do, by why a call was refused."""
TOGETHER = 1.0
"""Seconds within which a refusal and a row are of the same call."""


@dataclass(frozen=True, slots=True)
class CallVerdict:
    """What is to be said of it."""

    words: Sentence
    advice: Sentence | None = None
    good: bool | None = None
    """None while nothing can be said yet."""


def test_call(desk: Desk) -> Shown:
    """The latest call from outside, with its steps in the asker's language, and what it shows. Raises RecordsError."""
    office = desk.office
    record: CallRecord | None = None
    running = [call for call in lasting(desk.live) if call.direction == "in"]
    if running:
        call = running[-1]
        shown = _call(office, desk.actor.language, call.id, call.from_, call.started, call.steps) | {"running": True}
        verdict = CallVerdict(Sentence("A call from {number} is coming in.", number=_caller(call.from_)))
    elif (record := _latest(desk)) is not None:
        shown = _call(office, desk.actor.language, record.id, record.from_, record.started, record.steps)
        shown, verdict = shown | {"running": False}, judged(office, record, desk.actor.language)
    else:
        shown, verdict = None, _nothing_yet(desk)
    if not running and (refusal := _refused_since(desk, record)) is not None:
        shown, verdict = None, _of_refusal(refusal, desk.actor.language)
    return {
        "numbers": sorted(office.numbers),
        "call": shown,
        "verdict": said(verdict.words),
        "advice": said(verdict.advice) if verdict.advice else None,
        "good": verdict.good,
    }


def judged(office: Office, record: CallRecord, language: Language) -> CallVerdict:
    """What a call that is over shows."""
    steps = {step.what: step for step in record.steps}
    if "not-allowed" in steps:
        code = str(steps["not-allowed"].detail.get("reason", ""))
        if code in ("", "404", NOT_OURS):
            return CallVerdict(
                Sentence("A call for {number} came in, but this number has not been added here.", number=record.to),
                ADVICE[NOT_OURS],
                False,
            )
        return _of_refusal(Refusal(record.started, record.to, code, ""), language)
    if "failed" in steps:
        return CallVerdict(
            Sentence("The call came in, but the provider and the box could not agree on an audio format."),
            ADVICE["no common codec"],
            False,
        )
    heard = [leg.received for leg in record.legs if leg.party == record.from_]
    if heard and not any(heard) and record.ended - record.started > 2:
        return CallVerdict(
            Sentence("The call came in, but the box received no sound from you."),
            _of_silence(office, record.trunk),
            False,
        )
    return _of_ringing(office, record, steps)


def _of_silence(office: Office, trunk: str) -> Sentence:
    """What to do when no voice arrives; no router can help with what is encrypted."""
    if trunk in office.trunks and office.trunks[trunk].transport == "tls":
        return Sentence("The router or a firewall blocks the sound. Let the box's UDP packets through.")
    return Sentence("This is usually caused by a router feature called SIP ALG. Please switch it off in your router.")


def _of_ringing(office: Office, record: CallRecord, steps: dict[str, Step]) -> CallVerdict:
    name = office.names.get(record.extension, record.extension)
    if record.outcome == "answered":
        return CallVerdict(Sentence("It works: you were connected to {name}.", name=name), good=True)
    if record.outcome == "voicemail":
        return CallVerdict(
            Sentence("It works: nobody answered, and your message is in the mailbox of {name}.", name=name), good=True
        )
    if "unreachable" in steps:
        return CallVerdict(
            Sentence("The call came in, but none of {name}'s phones is registered.", name=name),
            Sentence("Enter the user name and password in a phone, wait until it is registered, and call again."),
            False,
        )
    if "silent" in steps:
        return CallVerdict(
            Sentence("The call came in, but none of {name}'s phones responded.", name=name),
            Sentence("Check that the phone has power and a network connection, then call again."),
            False,
        )
    if "rang" in steps:
        return CallVerdict(
            Sentence("The call came in and rang {name}, but nobody answered.", name=name),
            Sentence("Please call again and let somebody answer, or leave a message."),
            True,
        )
    return CallVerdict(
        Sentence("The call came in, and you hung up during the greeting."),
        Sentence("Please call again and dial an extension, or wait until a phone rings."),
        True,
    )


def _of_refusal(refusal: Refusal, language: Language) -> CallVerdict:
    """What is to be said of a call that was refused."""
    words = Sentence(
        "A call for {number} came in and was refused: {reason}.",
        number=printed(refusal.number) or "?",
        reason=reason(refusal.reason, language),
    )
    return CallVerdict(words, ADVICE.get(refusal.reason), False)


def _refused_since(desk: Desk, record: CallRecord | None) -> Refusal | None:
    """The newest call of a trunk's that was refused without a row, if nothing came after it."""
    refusals = desk.live.refusals().values() if desk.live is not None else ()
    newest = max((each for of_trunk in refusals for each in of_trunk), key=lambda each: each.at, default=None)
    since = max(desk.host.clock() - RECENT, record.ended + TOGETHER if record is not None else 0.0)
    return newest if newest is not None and newest.at > since else None


def _nothing_yet(desk: Desk) -> CallVerdict:
    """Why no call may have come in."""
    office, live = desk.office, desk.live
    if not office.trunks:
        return CallVerdict(Sentence("Calls cannot come in yet because there is no line."), good=False)
    if not office.numbers:
        return CallVerdict(Sentence("Calls cannot come in yet because there is no number."), good=False)
    states = live.trunk_states() if live is not None else {}
    used = [trunk for name, trunk in office.trunks.items() if any(n.trunk == name for n in office.numbers.values())]
    for trunk in used:
        state, detail = states.get(trunk.name, ("stopped", ""))
        if state not in USABLE:
            return CallVerdict(explained(trunk, state, detail), good=None if state == "trying" else False)
    return CallVerdict(Sentence("No call has come in yet."))


def _latest(desk: Desk) -> CallRecord | None:
    """The last call from outside, if it was not long ago."""
    calls = [call for call in desk.records.calls(LOOKED_AT) if call.direction == "in"]
    return next((call for call in reversed(calls) if desk.host.clock() - call.ended < RECENT), None)


def _call(office: Office, language: Language, id: str, caller: str, started: float, steps: Sequence[Step]) -> Shown:
    found = clauses(steps, language, office.names)
    return {
        "id": id,
        "from": said(_caller(caller)),
        "started": started,
        "steps": [{"at": step.at, "words": f"{words[:1].upper()}{words[1:]}."} for step, words in found if words],
    }


def _caller(number: str) -> str | Sentence:
    return printed(number) if number else Sentence("a withheld number")
