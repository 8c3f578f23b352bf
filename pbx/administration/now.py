"""What is going on in the office now: people, groups, calls, trunks, and what the lamps on the box say."""

from collections.abc import Iterator, Mapping
from typing import Any

from pbx.administration.desk.callers import bearer_name, name_of
from pbx.administration.desk.desk import Desk
from pbx.administration.desk.extension_order import counted
from pbx.administration.desk.live import DoctorCheck, RunningCall, lasting
from pbx.administration.desk.rights import Actor
from pbx.administration.doctor import box_checks
from pbx.administration.office.trunk_words import explained
from pbx.box import lamps
from pbx.exchange.story import clauses
from pbx.sentence import Sentence, said
from pbx.store.models import Group, Language, Number, Office, Person

Shown = dict[str, Any]
Lamps = Mapping[str, tuple[str, float | None]]

STATES = ("free", "ringing", "talking", "offline")
"""A group has the first of these states that one of its members is in."""
STAGES = {
    "rang": "ringing",
    "dialled": "connecting",
    "nothing-dialled": "connecting",
    "silent": "connecting",
    "dialled-out": "ringing",
    "announced": "voicemail",
    "message": "voicemail",
    "called-voicemail": "voicemail",
    "greeted": "greeting",
}
"""The stage of a call in which nobody talks yet, by its latest meaningful step."""


def now(desk: Desk) -> Shown:
    """Everything that is going on that the asker may see: users see all lamps, but only their own calls.

    Raises RecordsError, OSError.
    """
    office, live = desk.office, desk.live
    shining: Lamps = live.lamps() if live is not None else {}
    running = list(lasting(live))
    checks = box_checks.checks(desk)
    return {
        "people": [_person(desk, shining, person) for _, person in sorted(office.people.items(), key=counted)],
        "groups": [_group(office, shining, group) for _, group in sorted(office.groups.items(), key=counted)],
        "calls": [_call(office, call, desk.actor.language) for call in running if _may_see(office, desk.actor, call)],
        "trunks": list(_trunks(desk)),
        "numbers": [_number(office, number) for number in office.numbers.values()],
        **_front(desk, shining, running, checks),
        "health": {name: _health(check) for name, check in checks.items()} if desk.actor.is_admin else {},
        "todo": list(_todo(office, shining)) if desk.actor.is_admin else [],
    }


def _person(desk: Desk, shining: Lamps, person: Person) -> Shown:
    """Only those who may hear a mailbox see how full it is."""
    office, extension = desk.office, person.extension
    may_hear = desk.actor.may_hear(office, extension)
    return {
        **_lamp(office, shining, extension),
        "reachable": person.reachable,
        "outbound_only": person.outbound_only,
        "voicemail_new": desk.records.message_counts(extension)[0] if may_hear else None,
    }


def _lamp(office: Office, shining: Lamps, extension: str) -> Shown:
    state, since = shining.get(extension, ("offline", None))
    person = office.people.get(extension)
    return {"extension": extension, "name": person.name if person else "", "state": state, "since": since}


def _group(office: Office, shining: Lamps, group: Group) -> Shown:
    members = [_lamp(office, shining, extension) for extension in group.members]
    states = {member["state"] for member in members}
    return {
        "extension": group.extension,
        "name": group.name,
        "strategy": group.strategy,
        "state": next((state for state in STATES if state in states), "offline"),
        "members": members,
    }


def _may_see(office: Office, actor: Actor, call: RunningCall) -> bool:
    """Whether the call is the asker's own: they made it, it rings or talks with them, or it is at their mailbox.

    A call to one of their groups is theirs too, until somebody else has taken it.
    """
    if actor.is_admin:
        return True
    own = actor.extension
    if not own:
        return False
    if own in call.parties or (call.direction != "in" and own == call.from_):
        return True
    return call.answered is None and call.extension in office.mailboxes_of(own)


def _call(office: Office, call: RunningCall, language: Language) -> Shown:
    return {
        "id": call.id,
        "since": call.started,
        "answered": call.answered,
        "direction": call.direction,
        "from": call.from_,
        "from_name": name_of(office, call.from_, call.from_name),
        "to": call.to,
        "to_name": name_of(office, call.to),
        "extension": call.extension,
        "extension_name": bearer_name(office, call.extension),
        "parties": list(call.parties),
        "state": _stage(call),
        "story": [words for _, words in clauses(call.steps, language, office.names) if words],
    }


def _stage(call: RunningCall) -> str:
    if call.answered is not None:
        return "talking"
    return next((STAGES[step.what] for step in reversed(call.steps) if step.what in STAGES), "begins")


def _trunks(desk: Desk) -> Iterator[Shown]:
    states = desk.live.trunk_states() if desk.live is not None else {}
    for name, trunk in desk.office.trunks.items():
        state, detail = states.get(name, ("stopped", ""))
        words = explained(trunk, state, detail, desk.records.directions(name))
        yield {"name": name, "state": state, "words": said(words)}


def _number(office: Office, number: Number) -> Shown:
    names = [each.name for to in number.to if (each := office.bearer(to))]
    return {"number": number.e164, "to": names}


def _front(desk: Desk, shining: Lamps, running: list[RunningCall], checks: Mapping[str, DoctorCheck]) -> Shown:
    """The state of the lamps on the box, and what it means."""
    states = [state for state, _ in shining.values()]
    others = [check.state for name, check in checks.items() if name not in ("disk", "card", "temperature", "power")]
    status = desk.live.status() if desk.live is not None else {}
    faults = status.get("counters", {}).get("fault", 0)
    seen = lamps.Seen(
        phase="down" if desk.live is None else "stopping" if status.get("draining") else "running",
        untouched=not any(account.role == "admin" for account in desk.office.accounts.values()),
        trunks=tuple(trunk["state"] for trunk in _trunks(desk)),
        calls=len(running),
        ringing=states.count("ringing"),
        talking=states.count("talking"),
        messages=desk.records.new_messages(),
        tasks=desk.records.open_tasks(),
        full=checks["disk"].state == "fail",
        suffers=box_checks.suffers(checks),
        failed=others.count("fail") + bool(desk.folder.unkept),
        warned=[check.state for check in checks.values()].count("warn") + bool(faults),
    )
    rhythms = lamps.shown(seen)
    words = {name: said(lamps.MEANINGS[name][rhythm]) for name, rhythm in rhythms.items()}
    return {"lamps": rhythms, "lamp_words": words}


def _health(check: DoctorCheck) -> Shown:
    return {
        "state": check.state,
        "said": said(check.sentence),
        "advice_said": said(check.advice) if check.advice else None,
    }


def _todo(office: Office, shining: Lamps) -> Iterator[Shown]:
    """What to do next so that the first call can come in."""
    if not office.people:
        yield _step(Sentence("Add the people in your office; each of them gets an extension."), "/people")
    elif not office.phones:
        yield _step(Sentence("Connect the first phone."), "/phones")
    elif all(state == "offline" for state, _ in shining.values()):
        yield _step(Sentence("No phone has registered yet: enter its user name and password in the phone."), "/phones")
    if not office.trunks:
        yield _step(Sentence("Connect the box to your telephone provider."), "/trunks")
    elif not office.numbers:
        yield _step(Sentence("Enter your outside numbers and choose whose phones they ring."), "/numbers")


def _step(sentence: Sentence, page: str) -> Shown:
    return {"said": said(sentence), "page": page}
