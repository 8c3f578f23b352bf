"""The part all scripts share: ring people, let them talk, or take a message."""

from collections.abc import Mapping

from pbx.exchange.calls.endings import note_talk_ended
from pbx.exchange.calls.forking import NotTaken, Result, RingTarget, Round, Why
from pbx.exchange.calls.leg import Leg, codecs_for
from pbx.exchange.calls.operator import Operator, PartyGone
from pbx.exchange.calls.outgoing import ring_phone, rounds_for_group, rounds_for_person
from pbx.exchange.calls.ringing import Dial
from pbx.exchange.scripts import voicemail
from pbx.store.models import Group, Person
from pbx.store.rows import Outcome

REFUSALS = {Why.BUSY: 486, Why.REFUSED: 603}
"""The status that a colleague's phone gets when nobody took the call and no message is wanted; else 480."""

_OUTCOMES: Mapping[Why, Outcome] = {Why.BUSY: "refused", Why.REFUSED: "refused", Why.NOT_TAKEN: "failed"}

REACTION = 4.0
"""Seconds in which a phone that did not react to the last call must say something, if only 100: the first caller waits
as long as it may ring, later ones do not. A phone that comes back is rung again."""
SOON = 2.0
"""Seconds after which the history mentions a silent phone, if the caller hangs up."""


async def reach_person(operator: Operator, person: Person) -> None:
    """Ring all of a person's phones; talk, or announce and take a message. Not rung if they only call out."""
    operator.call.extension = person.extension
    rounds = [] if person.outbound_only else rounds_for_person(operator.equipment, person)
    await _reach(operator, rounds, person.extension, person)


async def reach_group(operator: Operator, group: Group) -> None:
    """Ring a group as its strategy says; talk, or announce and take a message for the group."""
    operator.call.extension = group.extension
    caller = operator.leg.party
    rounds = rounds_for_group(operator.equipment, group, "" if caller.outside else caller.number)
    await _reach(operator, rounds, group.extension, group)


async def reach_all(operator: Operator, extensions: tuple[str, ...], owner: str) -> None:
    """Ring a number's distribution: several people and groups at once; messages are the first one's."""
    equipment, office = operator.equipment, operator.call.office
    targets: dict[RingTarget, None] = {}
    seconds = 0.0
    for extension in extensions:
        if (person := office.people.get(extension)) is not None and not person.outbound_only:
            rounds = rounds_for_person(equipment, person)
        elif (group := office.groups.get(extension)) is not None:
            rounds = rounds_for_group(equipment, group)
        else:
            continue
        seconds = max(seconds, sum(round_.seconds for round_ in rounds))
        targets.update((target, None) for round_ in rounds for target in round_.targets)
    operator.call.extension = owner
    await _reach(operator, [Round(tuple(targets), seconds)], owner, office.bearer(owner))


async def _reach(operator: Operator, rounds: list[Round], rung: str, owner: Person | Group | None) -> None:
    call = operator.call
    phones = sum(len(round_.targets) for round_ in rounds)
    if not phones:
        call.note("unreachable", extension=rung)
        await _nobody(operator, owner, Why.UNREACHABLE)
        return
    began = operator.equipment.clock()
    result, leg = await ring_people(
        operator,
        rounds,
        lambda target: ring_phone(operator.equipment, call, target, call.caller, codecs_for(operator.party)),
        rung,
    )
    if leg is not None:
        await talk(operator, leg)
    elif isinstance(result, NotTaken):
        seconds = round(operator.equipment.clock() - began, 3)
        call.note(result.why.value, extension=rung, seconds=seconds, **answered(result))
        await _nobody(operator, owner, result.why)


async def ring_people(operator: Operator, rounds: list[Round], dial: Dial, extension: str) -> tuple[Result, Leg | None]:
    """Call their phones; note that it rings only when it does (the caller hears it then, too)."""
    call, clock = operator.call, operator.equipment.clock
    began, known = clock(), len(call.steps)
    phones = sum(len(round_.targets) for round_ in rounds)
    doubtful = operator.equipment.registrar.is_unheard
    try:
        result, leg, _ = await operator.ring(
            rounds,
            dial,
            reaction=lambda target: REACTION if doubtful(target.device) else None,
            rings=lambda: call.note("rang", extension=extension, phones=phones),
        )
    except PartyGone:
        if len(call.steps) == known and clock() - began >= SOON and not operator.equipment.stopping:
            call.note("silent", extension=extension)
        raise
    return result, leg


async def talk(operator: Operator, other: Leg, *, extension: str = "", pause: float = 0.0) -> None:
    """Two people talk until one hangs up."""
    call, lines = operator.call, operator.equipment.lines
    operator.answer(codecs_for(other))
    call.mark_answered()
    call.note("answered", extension=other.party.number)
    parties = [leg.party.number for leg in (operator.leg, other) if not leg.party.outside]
    for party in parties:
        lines.talks(party)
    try:
        gone = await operator.talk(other, extension=extension, pause=pause)
        if not operator.equipment.stopping:
            note_talk_ended(call, gone)
    finally:
        for party in parties:
            lines.talked(party)


def answered(result: NotTaken) -> dict[str, int]:
    """The status of the phone that decided it, as a detail of the step."""
    return {"status": result.status} if result.status else {}


async def _nobody(operator: Operator, owner: Person | Group | None, why: Why) -> None:
    """Nobody answered: say so and take a message; without a mailbox a colleague's phone just shows why."""
    if not operator.leg.party.outside and not voicemail.takes_messages(owner):
        operator.call.outcome = _OUTCOMES.get(why, "missed")
        if operator.leg.answered:  # click to call: they listen
            key = "busy" if why is Why.BUSY else "unavailable"
            await operator.play([operator.equipment.sounds.prompt(key, operator.call.office.language)])
        operator.refuse(REFUSALS.get(why, 480))
        return
    operator.call.outcome = "missed"
    await voicemail.leave(operator, owner)
