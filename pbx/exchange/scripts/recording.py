"""An announcement recorded with one's own phone: it rings, asks, beeps and plays the recording back."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pbx.exchange.calls.leg import Party
from pbx.exchange.calls.operator import Operator
from pbx.exchange.dialling.code_collector import CodeCollector
from pbx.exchange.scripts.click_to_call import fetch
from pbx.media.tones import beep
from pbx.store.models import Person

LONGEST = 120.0
"""Seconds an announcement may last."""
SHORTEST = 1.0
SILENCE = 5.0
"""Seconds of silence that end it."""
TRIES = 10
WIDE = ("G722", "PCMA", "PCMU")
"""All callers will hear it, so it should sound as good as the phone can."""

OnProgress = Callable[[Literal["speaking", "spoken", "failed"]], None]


async def record(operator: Operator, *, person: Person, shown: str, path: Path, on_progress: OnProgress) -> None:
    """Ring the person's phone, which shows `shown`; after `on_progress("spoken")` the sound is at `path`.

    They end with `#`, hear it, and keep it (1) or record again (2); hanging up keeps the last recording.
    """
    call = operator.call
    spoken = 0.0
    try:
        if not await fetch(operator, person, Party(person.extension, shown), WIDE):
            return
        call.outcome = "answered"
        await operator.equipment.archive.note(call)
        on_progress("speaking")
        prompt = operator.equipment.sounds.prompt
        for _ in range(TRIES):
            spoken = 0.0
            await operator.play([prompt("record-announcement", person.language), beep()])
            recording = await operator.record(path, limit=LONGEST, silence=SILENCE)
            spoken = recording.seconds if recording.seconds >= SHORTEST else 0.0
            if recording.gone:
                return
            if not spoken:
                await operator.play([prompt("recording-too-short", person.language)])
            elif await _is_kept(operator, person, path):
                break
        await operator.play([prompt("recording-ready", person.language)])
        operator.hang_up()
    finally:
        if call.outcome == "answered":
            call.note("recorded", seconds=round(spoken, 3))
        on_progress("spoken" if spoken else "failed")


async def _is_kept(operator: Operator, person: Person, path: Path) -> bool:
    """Play it back; True if the person keeps it, also by pressing nothing."""
    sound = await operator.equipment.archive.open_recording(path)
    menu = operator.equipment.sounds.prompt("recording-menu", person.language)
    while True:
        key = await operator.ask([sound, menu] if sound is not None else [menu], CodeCollector(1, 4.0), 6.0)
        if key is None or key.digits in ("1", "2"):
            return key is None or key.digits == "1"
