"""Calls a desk phone makes within the office: to a colleague, to a group, to one's own voicemail."""

from pbx.exchange.calls.operator import Operator
from pbx.exchange.dialling.dialplan import Plan, ToGroup, ToPerson, ToVoicemail
from pbx.exchange.scripts import voicemail
from pbx.exchange.scripts.reach import reach_group, reach_person
from pbx.store.models import Person


async def connect(operator: Operator, *, planned: Plan, person: Person) -> None:
    """Put a person through to what they dialled."""
    office = operator.call.office
    match planned:
        case ToPerson(extension):
            operator.call.note("called", extension=extension)
            await reach_person(operator, office.people[extension])
        case ToGroup(extension):
            operator.call.note("called", extension=extension)
            await reach_group(operator, office.groups[extension])
        case ToVoicemail():
            operator.call.note("called-voicemail")
            await voicemail.listen(operator, person)
        case _:
            raise AssertionError(planned)
