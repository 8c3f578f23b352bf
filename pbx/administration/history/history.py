"""Past calls, found again, told and drawn, for those who took part in them and for admins."""

import re
import time
from typing import Any

from pbx.administration.desk.callers import name_of
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import lasting, needed
from pbx.administration.desk.rights import Actor
from pbx.administration.history import messages, quality
from pbx.control.protocol import Refused
from pbx.exchange.calls.traced import first_line, readable, reason, summary
from pbx.exchange.story import clauses, story, talked
from pbx.media.wav import WavError
from pbx.sentence import Sentence
from pbx.store.mailboxes import Mailboxes
from pbx.store.models import Office
from pbx.store.records.history import FoundCall, Wanted, Word
from pbx.store.records.paging import TablePageRequest
from pbx.store.rows import CallDirection, CallRecord, CallTrace, Message, Outcome, TracedMessage

Shown = dict[str, Any]

MOST = 500
"""Calls at a time."""
MOST_WORDS = 8
_NUMBER = re.compile(r"[+0-9 ()/.\-]*[0-9][+0-9 ()/.\-]*", re.ASCII)


def listing(
    desk: Desk,
    search: str = "",
    extension: str = "",
    direction: CallDirection | None = None,
    outcome: Outcome | None = None,
    since: float | None = None,
    until: float | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
    counted: bool = True,
) -> Shown:
    """The last `calls` that fit, newest first, those of others only for admins; and whether there are `more`.

    `search` is looked for in names, numbers (however they are written) and stories; all its words must be found.
    `before` and `after` are the `place` of a call seen: what is further back, or came later (0: the oldest of all).
    `all` is how many fit, `ahead` how many of them are newer than these; without `counted` neither is known, and
    going back through all of them is quicker. Raises Refused.
    """
    if not 0 < limit <= MOST:
        raise Refused(Sentence("The number of calls must be between 1 and {most}.", most=MOST), field="limit")
    office = desk.office
    wanted = Wanted(_seen_by(desk.actor, office), _words(search, office), extension, direction, outcome, since, until)
    if not counted:
        found = desk.records.history.find(wanted, before, limit + 1)
        return {"calls": [view(each, desk.actor, office) for each in found[:limit]], "more": len(found) > limit}
    found, page = desk.records.history.page(wanted, TablePageRequest(before, after, limit))
    return {"calls": [view(each, desk.actor, office) for each in found], **page.counts()}


def call(desk: Desk, id: str) -> Shown:
    """One call with its story step by step, its SIP messages, its voice over time, and what may be heard of it.

    The messages' text is for admins: it tells of the office's network. Raises Refused.
    """
    office = desk.office
    found = desk.records.history.one(id, _seen_by(desk.actor, office))
    if found is None:
        if any(call.id == id for call in lasting(desk.live)):
            raise Refused(Sentence("This call is still in progress. You can look at it once it has ended."), 1)
        raise Refused(Sentence("This call does not exist."), field="id")
    record = found.record
    wire = desk.live.wire(id) if desk.live is not None else None
    trace = (readable(wire) if wire is not None else desk.records.traces.trace(id)) or CallTrace()
    left = [each for each in desk.records.leftovers.messages_of_call(id) if desk.actor.may_hear(office, each.extension)]
    return {
        "call": view(found, desk.actor, office),
        "story": story_for(found, desk.actor),
        "steps": _steps(found, desk.actor),
        **_ladder(trace, record, office, with_text=desk.actor.is_admin),
        "quality": quality.view(record, desk.records.traces.quality_points(id), office),
        "voicemail": [messages.view(desk, message) | {"peaks": _peaks(desk.mailboxes, message)} for message in left],
    }


def trace(desk: Desk) -> Shown:
    """What went over the wire in the last minutes and in present calls, as `text` to send to somebody who helps.

    Nothing secret is in it. Raises Refused.
    """
    wire = needed(desk.live).wire()
    found = readable(wire) if wire is not None else CallTrace()
    return {"text": "\n".join(map(_printed, found.messages)), "messages": len(found.messages)}


def view(found: FoundCall, actor: Actor, office: Office) -> Shown:
    """A call in a list, as JSON."""
    record = found.record
    return {
        "id": record.id,
        "place": found.number,
        "direction": record.direction,
        "from": record.from_,
        "from_name": found.names.get(record.from_) or name_of(office, record.from_, record.from_name),
        "to": record.to,
        "to_name": _called_name(found, office),
        "extension": record.extension,
        "extension_name": found.names.get(record.extension, ""),
        "outcome": record.outcome,
        "started": record.started,
        "answered": record.answered,
        "ended": record.ended,
        "talked": talked(record),
        "trunk": record.trunk,
        "story": story_for(found, actor),
        "other": _other(record, actor),
    }


def _called_name(found: FoundCall, office: Office) -> str:
    return found.names.get(found.record.to) or name_of(office, found.record.to)


def _other(record: CallRecord, actor: Actor) -> str:
    """The number to call back; empty when it was withheld."""
    if record.direction == "in":
        return record.from_
    if record.direction == "out" or record.from_ == actor.extension:
        return record.to
    return record.from_


def story_for(found: FoundCall, actor: Actor) -> str:
    """In the reader's language, with the names people had then."""
    return story(found.record.steps, actor.language, found.names) or found.record.story


def _steps(found: FoundCall, actor: Actor) -> list[Shown]:
    in_words = clauses(found.record.steps, actor.language, found.names)
    return [{"at": step.at, "what": step.what, "words": words} for step, words in in_words]


def _seen_by(actor: Actor, office: Office) -> tuple[str, ...] | None:
    """The extensions whose calls the actor may see; None: all."""
    if actor.is_admin:
        return None
    return office.mailboxes_of(actor.extension) if actor.extension else ()


def _words(search: str, office: Office) -> tuple[Word, ...]:
    """The words that are searched for; a number may contain blanks."""
    text = search.strip()[:200]
    if _NUMBER.fullmatch(text):
        return (Word(text, _digits(text)),)
    return tuple(_word(word, office) for word in text.split()[:MOST_WORDS])


def _word(word: str, office: Office) -> Word:
    if _NUMBER.fullmatch(word):
        return Word(word, _digits(word))
    sought = word.casefold()
    numbers = [each.number for each in office.contacts.values() if sought in each.name.casefold()]
    return Word(word, numbers=tuple(numbers))


def _digits(text: str) -> str:
    """The digits that all ways of writing a number share: without blanks, plus and leading zeros."""
    digits = re.sub(r"[^0-9]", "", text)
    return digits.lstrip("0") or digits


def _peaks(mailboxes: Mailboxes, message: Message) -> list[float] | None:
    """How loud a message is over time; None when its sound is missing or damaged."""
    try:
        return list(messages.peaks(mailboxes.path(message)))
    except (OSError, WavError):
        return None


def _ladder(trace: CallTrace, record: CallRecord, office: Office, *, with_text: bool) -> Shown:
    """The parties of a call's messages, each device one of the `lanes`, and the `messages` between them and the box."""
    lanes: dict[tuple[str, bool, str], int] = {}
    before: set[tuple[bool, str, str]] = set()
    arrows = []
    for each in trace.messages:
        if not 0 <= each.dialog < len(trace.dialogs):
            continue
        dialog = trace.dialogs[each.dialog]
        lane = lanes.setdefault((dialog.party, dialog.outside, each.remote.rpartition(":")[0]), len(lanes))
        same = (each.sent, each.remote, each.text)
        arrows.append(_arrow(each, lane, again=same in before, with_text=with_text))
        before.add(same)
    return {
        "lanes": [
            {
                "party": party,
                "name": name_of(office, party, record.from_name if party == record.from_ else ""),
                "outside": outside,
                "host": host if with_text else "",
            }
            for party, outside, host in lanes
        ],
        "messages": arrows,
        "left_out": trace.left_out,
    }


def _arrow(message: TracedMessage, lane: int, *, again: bool, with_text: bool) -> Shown:
    return {
        "at": message.at,
        "sent": message.sent,
        "lane": lane,
        "summary": summary(message),
        "first": first_line(message) if with_text else "",
        "reason": reason(message),
        "transport": message.transport,
        "remote": message.remote if with_text else "",
        "again": again,
        "text": message.text if with_text else "",
    }


def _printed(message: TracedMessage) -> str:
    way = f"to {message.remote}" if message.sent else f"from {message.remote}"
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(message.at))
    return f"--- {clock}.{int(message.at * 1000) % 1000:03} {message.transport} {way}\n{message.text}\n"
