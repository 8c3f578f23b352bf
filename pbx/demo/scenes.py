"""What happens in the demo office: one scene is one call, and what must have come of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pbx.demo.colleague import Colleague
from pbx.demo.provider import Caller
from pbx.store.models import Language
from pbx.store.rows import Outcome

FREQUENCY = 700.0
"""What callers hum, Hz."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The office, as its scenes need to know it."""

    anna: Colleague
    ben: Colleague
    clara: Colleague
    group: str
    """The group's extension; Anna and Ben are in it."""
    nobody: str
    """An extension that nobody has."""


Act = Callable[[Caller, Cast], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """One call."""

    plans: dict[Language, str]
    """What the caller is going to do; {anna}, {ben}, {clara}, {group}, {nobody} are extensions."""
    act: Act
    outcome: Outcome
    extension: Callable[[Cast], str]
    """The extension the call must come to."""
    talks_with: Callable[[Cast], Colleague] | None = None
    """Whose phone the caller must have heard, and must have been heard by."""

    def plan(self, language: Language, cast: Cast) -> str:
        """What is going to happen, as a sentence."""
        extensions = {who: getattr(cast, who).extension for who in ("anna", "ben", "clara")}
        return self.plans[language].format(**extensions, group=cast.group, nobody=cast.nobody)

    def faults(self, record: Mapping[str, Any], caller: Caller, cast: Cast) -> list[str]:
        """What did not go as announced, in sentences; empty when all did. `record` is the call in the history."""
        found = []
        if record["outcome"] != self.outcome:
            found.append(f"It should have ended as {self.outcome}, not as {record['outcome']}.")
        if record["extension"] != self.extension(cast):
            found.append(f"It should have come to {self.extension(cast)}, not to {record['extension'] or 'nobody'}.")
        if self.talks_with is not None:
            colleague = self.talks_with(cast)
            if not caller.heard_tone(colleague.frequency):
                found.append(f"The caller did not hear the {colleague.frequency:.0f} Hz of {colleague.name}'s phone.")
            if abs(colleague.heard - FREQUENCY) > 10:
                found.append(f"{colleague.name}'s phone heard {colleague.heard:.0f} Hz instead of {FREQUENCY:.0f}.")
        return found


async def _dials_anna(caller: Caller, cast: Cast) -> None:
    await _dials(caller, cast.anna.extension)
    caller.hum(FREQUENCY)
    await caller.is_hung_up_on()


async def _leaves_a_message(caller: Caller, cast: Cast) -> None:
    await _dials(caller, cast.clara.extension)
    await cast.clara.rings()
    await caller.hears_silence()
    caller.hum(FREQUENCY)
    await asyncio.sleep(4)
    caller.hang_up()
    await caller.is_hung_up_on()


async def _dials_the_group(caller: Caller, cast: Cast) -> None:
    await _dials(caller, cast.group)
    caller.hum(FREQUENCY)
    await caller.is_hung_up_on()


async def _errs(caller: Caller, cast: Cast) -> None:
    await _dials(caller, cast.nobody)
    await asyncio.sleep(2)
    await caller.dial(cast.ben.extension)
    caller.hum(FREQUENCY)
    await caller.is_hung_up_on()


async def _gives_up(caller: Caller, cast: Cast) -> None:
    await _dials(caller, cast.clara.extension)
    await cast.clara.rings()
    await asyncio.sleep(3)
    caller.hang_up()
    await caller.is_hung_up_on()


async def _dials(caller: Caller, extension: str) -> None:
    """Listen to the greeting for a moment, then dial into it."""
    await caller.hears_somebody()
    await asyncio.sleep(1.5)
    await caller.dial(extension)


SCENES: Sequence[Scene] = (
    Scene(
        {
            "de": "wählt während der Begrüßung die {anna}; Anna nimmt ab, sie sprechen, und Anna legt auf",
            "en": "dials {anna} during the greeting; Anna answers, they talk, and Anna hangs up",
        },
        _dials_anna,
        "answered",
        lambda cast: cast.anna.extension,
        lambda cast: cast.anna,
    ),
    Scene(
        {
            "de": "wählt die {clara}; Clara nimmt nicht ab und bekommt eine Nachricht auf die Mailbox",
            "en": "dials {clara}; Clara does not answer, and the caller leaves a message",
        },
        _leaves_a_message,
        "voicemail",
        lambda cast: cast.clara.extension,
    ),
    Scene(
        {
            "de": "wählt die Gruppe {group}; bei Anna und Ben klingelt es, und Anna nimmt zuerst ab",
            "en": "dials the group {group}; Anna's and Ben's phones ring, and Anna answers first",
        },
        _dials_the_group,
        "answered",
        lambda cast: cast.group,
        lambda cast: cast.anna,
    ),
    Scene(
        {
            "de": "wählt die {nobody}, hört, dass es diese Durchwahl nicht gibt, und wählt dann die {ben}",
            "en": "dials {nobody}, hears that there is no such extension, and then dials {ben}",
        },
        _errs,
        "answered",
        lambda cast: cast.ben.extension,
        lambda cast: cast.ben,
    ),
    Scene(
        {
            "de": "wählt die {clara} und legt auf, während es noch klingelt",
            "en": "dials {clara} and hangs up while the phone is still ringing",
        },
        _gives_up,
        "gave-up",
        lambda cast: cast.clara.extension,
    ),
)
