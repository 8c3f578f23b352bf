"""Click to call: somebody wants to be connected, his own phone rings first, and then it is as if he had dialled."""

from pbx.exchange.ivr import Operator, Story
from pbx.exchange.leg import Party, codecs_for
from pbx.exchange.placing import ring_phone, rounds_for_person
from pbx.exchange.ringing import NotTaken
from pbx.store.models import Person


async def click_to_call(operator: Operator, *, person: Person, wanted: Party, then: Story) -> None:
    """Ring the person's phones, showing whom he wants; when he answers, `then` goes on with him as the caller."""
    house, call = operator.house, operator.call
    rounds = rounds_for_person(house, person)
    call.note("clicked", number=wanted.number)
    call.note("rang", extension=person.extension, phones=len(rounds[0].targets))
    result, leg, _ = await operator.ring(
        rounds, lambda target: ring_phone(house, call, target, wanted, codecs_for(None))
    )
    if leg is None:
        assert isinstance(result, NotTaken)
        call.note(result.why.value, extension=person.extension, seconds=person.ring_seconds)
        call.outcome = "missed"
        return
    operator.party = leg
    await then(operator)
