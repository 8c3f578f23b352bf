"""The attendant: a caller from outside is greeted, dials an extension into the greeting, and is connected."""

from pbx.exchange.calls.operator import Operator
from pbx.exchange.dialling.dialplan import dialable, greets, reachable
from pbx.exchange.dialling.digits import ExtensionCollector
from pbx.exchange.scripts.reach import reach_all, reach_group, reach_person
from pbx.media.clip import Clip
from pbx.store.models import Number

TRIES = 3
"""How often an extension may be dialled: once, and twice more after wrong ones."""
PATIENCE = 4.0
"""Seconds of silence after the greeting until the number's distribution rings."""


async def attend(operator: Operator, *, number: Number, extension: str = "") -> None:
    """The script of a call to one of the office's numbers; `extension` is what was dialled behind it in one go."""
    operator.call.extension = number.to[0]  # whose task it is, should the caller give up before choosing
    operator.call.note("called", number=number.e164, trunk=operator.call.trunk)
    if extension and reachable(extension, number, operator.call.office):
        operator.call.note("dialled", digits=extension, how="number")
        await _connect(operator, extension)
        return
    if extension and number.extensions != "off":
        known = extension in dialable(number, operator.call.office)
        operator.call.note("not-reachable" if known else "wrong-extension", digits=extension)
    if greets(number):
        operator.answer()
        dialled = await _hear_extension(operator, number)
        if dialled is not None:
            await _connect(operator, dialled)
            return
    owner = number.to[0]
    if len(number.to) == 1:
        await _connect(operator, owner)
    else:
        await reach_all(operator, number.to, owner)


async def _hear_extension(operator: Operator, number: Number) -> str | None:
    """The extension the caller dials into the greeting; None if they dial nothing or only wrong ones."""
    office, call, sounds = operator.call.office, operator.call, operator.equipment.sounds
    speech = _greeting(operator, number)
    call.note("greeted")
    if number.extensions == "off":
        await operator.play(speech)
        return None
    for _ in range(TRIES):
        dialled = await operator.ask(
            speech, ExtensionCollector(dialable(number, office), office.digit_silence), PATIENCE
        )
        if dialled is None:
            call.note("nothing-dialled")
            return None
        if reachable(dialled.digits, number, office):
            call.note("dialled", digits=dialled.digits, how=operator.leg.dials_by)
            return dialled.digits
        fault = "not-reachable" if dialled.known else "wrong-extension"
        call.note(fault, digits=dialled.digits)
        speech = [sounds.prompt(fault, office.language)]
    return None


def _greeting(operator: Operator, number: Number) -> list[Clip]:
    """The number's own greeting, else the spoken default."""
    sounds = operator.equipment.sounds
    own = sounds.recorded(number.greeting) if number.greeting else None
    return [own or sounds.prompt("greeting", operator.call.office.language)]


async def _connect(operator: Operator, extension: str) -> None:
    office = operator.call.office
    taker = office.taken_by(extension)
    if taker != extension:
        operator.call.note("left", digits=extension, extension=taker)
    if (person := office.people.get(taker)) is not None:
        await reach_person(operator, person)
    else:
        await reach_group(operator, office.groups[taker])
