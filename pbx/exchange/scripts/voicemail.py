"""Voicemail: leaving a message, and hearing one's messages by phone."""

from pbx.exchange.calls.equipment import NoRoom, Sounds
from pbx.exchange.calls.operator import Operator
from pbx.exchange.dialling.code_collector import CodeCollector
from pbx.media.clip import Clip
from pbx.media.tones import beep
from pbx.store.models import Group, Language, Person
from pbx.store.rows import Message

LONGEST = 180.0
"""Seconds one message may last."""
SILENCE = 8.0
"""Seconds of silence that end a message."""
PIN_TRIES = 3


def takes_messages(owner: Person | Group | None) -> bool:
    """Whether there is a mailbox to leave a message in."""
    return owner is not None and owner.voicemail


async def leave(operator: Operator, owner: Person | Group | None) -> None:
    """Announce that nobody is there, then keep what the caller says."""
    call, equipment = operator.call, operator.equipment
    language = owner.language if isinstance(owner, Person) else call.office.language
    wanted = takes_messages(owner)
    operator.answer()
    own = equipment.sounds.recorded(owner.announcement) if isinstance(owner, Person) and owner.announcement else None
    announcement = own or equipment.sounds.prompt("leave-message" if wanted else "unavailable", language)
    call.note("announced", extension=call.extension)
    await operator.play([announcement])
    if not wanted or owner is None:
        operator.hang_up()
        return
    try:
        spool = await equipment.archive.spool(owner.extension, call)
    except NoRoom as full:
        call.note("no-message", reason=str(full))
        await operator.play([equipment.sounds.prompt("mailbox-full", language)])
        operator.hang_up()
        return
    await operator.play([beep()])
    recording = await operator.record(spool, limit=LONGEST, silence=SILENCE)
    if await equipment.archive.keep_message(spool, owner.extension):
        call.outcome = "voicemail"
        call.note("message", seconds=round(recording.seconds, 3), extension=owner.extension)
    else:
        call.note("no-message", reason="too-short")
    if not recording.gone:
        await operator.play([equipment.sounds.prompt("goodbye", language)])
        operator.hang_up()


async def listen(operator: Operator, person: Person) -> None:
    """The owners hear their messages (`*97`): PIN, then each message with its menu."""
    call = operator.call
    operator.answer()
    call.extension = person.extension
    call.outcome = "answered"
    if not await _unlocked(operator, person):
        operator.hang_up()
        return
    messages = await operator.equipment.archive.messages(call.office.mailboxes_of(person.extension))
    waiting = [message for message in messages if not message.heard]
    sounds = operator.equipment.sounds
    await operator.play(_count(sounds, len(waiting), person.language))
    heard = 0
    try:
        for message in [*waiting, *(message for message in messages if message.heard)]:
            heard += 1
            if not await _hear(operator, person, message):
                break
        else:
            await operator.play([sounds.prompt("no-more-messages", person.language)])
    finally:
        call.note("listened", messages=heard)
    await operator.play([sounds.prompt("bye", person.language)])
    operator.hang_up()


def _count(sounds: Sounds, new: int, language: Language) -> list[Clip]:
    """How many new messages there are, in words."""
    if not new:
        return [sounds.prompt("no-new-messages", language)]
    counted = sounds.prompt("new-message" if new == 1 else "new-messages", language)
    return [sounds.prompt("you-have", language), *sounds.number(new, language), counted]


async def _unlocked(operator: Operator, person: Person) -> bool:
    """Whether the PIN is right. Three wrong ones end the call, and each further call locks it for longer."""
    equipment, sounds = operator.equipment, operator.equipment.sounds
    if not person.pin:
        operator.call.note("no-pin")
        await operator.play([sounds.prompt("no-pin", person.language)])
        return False
    for _ in range(PIN_TRIES):
        if equipment.pins.locked(person.extension, equipment.clock()):
            operator.call.note("pin-locked")
            await operator.play([sounds.prompt("pin-locked", person.language)])
            return False
        dialled = await operator.ask([sounds.prompt("enter-pin", person.language)], CodeCollector(12, 4.0), 8.0)
        if dialled is None:
            return False
        if not equipment.pins.locked(person.extension, equipment.clock()):
            equipment.pins.wrong(person.extension, equipment.clock())  # until it is known: many calls may try at once
            if await equipment.archive.pin_is(person.extension, dialled.digits):
                equipment.pins.right(person.extension)
                return True
        operator.call.note("pin-wrong")
        await operator.play([sounds.prompt("wrong-pin", person.language)])
    return False


async def _hear(operator: Operator, person: Person, message: Message) -> bool:
    """Play one message and do what the owner presses; False when they want no more."""
    archive, sounds = operator.equipment.archive, operator.equipment.sounds
    sound = await archive.open_message(message)
    speech: list[Clip] = [sound] if sound is not None else [sounds.prompt("message-unreadable", person.language)]
    if not message.heard:
        await archive.mark_heard(message)
    menu = sounds.prompt("message-menu", person.language)
    while True:
        key = await operator.ask([*speech, menu], CodeCollector(1, 4.0), 6.0)
        match key.digits if key is not None else "2":
            case "1":
                continue
            case "3":
                await archive.remove_message(message)
                await operator.play([sounds.prompt("message-deleted", person.language)])
                return True
            case "*" | "9":
                return False
            case _:
                return True
