"""Who is there: the lamp of every person, and since when it shows what it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pbx.exchange.phones.lines import Lines
from pbx.store.models import Office

LampState = Literal["free", "ringing", "talking", "offline"]


@dataclass(frozen=True, slots=True)
class Lamp:
    """What a lamp shows, and since when by the monotonic clock; None: since before we looked."""

    state: LampState
    since: float | None = None


class Lamps:
    """Lamps of people: what their line does, or offline when no phone of theirs is registered.

    `registered` tells that of a user name. `changed` is called when a lamp shows something else.
    """

    def __init__(
        self,
        office: Callable[[], Office],
        lines: Lines,
        registered: Callable[[str], bool],
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._office = office
        self._lines = lines
        self._registered = registered
        self._clock = clock
        self._changed = changed
        self._lamps: dict[str, Lamp] = {}

    def look(self, extension: str) -> None:
        """Something may have happened there; numbers outside have no lamp."""
        if extension not in self._office().people:
            return
        before, state = self._lamps.get(extension), self._state(extension)
        if before is None or before.state != state:
            self._lamps[extension] = Lamp(state, self._clock() if before is not None else None)
            self._changed()

    def look_at_all(self) -> None:
        """The settings are others now: people came, left, or have other phones."""
        people = self._office().people
        self._lamps = {extension: lamp for extension, lamp in self._lamps.items() if extension in people}
        for extension in people:
            self.look(extension)

    def all(self) -> dict[str, Lamp]:
        """Everybody's lamp, by extension."""
        return {extension: self._lamps.get(extension, Lamp("offline")) for extension in self._office().people}

    def _state(self, extension: str) -> LampState:
        """A phone whose registration runs out in mid-call is still talking."""
        state = self._lines.state(extension)
        if state != "free" or any(self._registered(phone.username) for phone in self._office().phones_of(extension)):
            return state
        return "offline"
