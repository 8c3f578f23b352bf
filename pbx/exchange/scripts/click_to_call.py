"""Click to call: the phone of the person who clicked rings first, and then it is as if they had dialled."""

from collections.abc import Sequence

from pbx.exchange.calls.forking import NotTaken
from pbx.exchange.calls.leg import PREFERENCE, Party
from pbx.exchange.calls.operator import Operator, Script
from pbx.exchange.calls.outgoing import ring_phone, rounds_for_person
from pbx.exchange.scripts.reach import answered, ring_people
from pbx.store.models import Person


async def click_to_call(operator: Operator, *, person: Person, wanted: Party, then: Script) -> None:
    """Ring the person's phones, showing whom they want; when they answer, `then` goes on with them as the caller."""
    operator.call.note("clicked", number=wanted.number)
    if await fetch(operator, person, wanted):
        await then(operator)


async def fetch(operator: Operator, person: Person, shown: Party, codecs: Sequence[str] = PREFERENCE) -> bool:
    """Ring the person's phones, which show `shown`; True if they answer: from then on the script serves them."""
    equipment, call = operator.equipment, operator.call
    rounds = rounds_for_person(equipment, person)
    result, leg = await ring_people(
        operator, rounds, lambda target: ring_phone(equipment, call, target, shown, codecs), person.extension
    )
    if isinstance(result, NotTaken):
        call.note(result.why.value, extension=person.extension, seconds=person.ring_seconds, **answered(result))
        call.outcome = "missed"
    operator.party = leg
    return leg is not None
