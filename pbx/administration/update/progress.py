"""How an update goes, as far as it can be known: root's word of it, and what was asked for here.

On other machines than a box updates come by the package: there root has no folder for its word.
"""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbx.administration.desk.desk import UPDATE, Desk, Host
from pbx.box.update.state import BUSY, FOLDER, STATE
from pbx.sentence import Sentence, retold, said
from pbx.store.disk.atomic import write_file

BUNDLE, WANTED, FORGOTTEN = "bundle.raucb", "wanted", "forgotten"
"""Files in the exchange's own folder: what was brought, that it is wanted, the end not to be spoken of."""
ASKED, BROKEN = "asked", "broken"
"""What root cannot tell: that it was asked and has not begun, and that it was broken off."""
START = "proc/sys/kernel/random/boot_id"
"""Another text after each start of the machine."""
LOST = 15 * 60.0
"""Seconds without news after which one that was busy is believed broken off."""

WHY = {
    "signature": Sentence("The file's signature is not valid: the file is damaged, or somebody else made it."),
    "compatible": Sentence("It is for different hardware."),
    "downgrade": Sentence("It is older than the running version."),
    "equal": Sentence("This version is already running."),
    "room": Sentence("There is not enough space on the disk."),
    "no-bundle": Sentence("The file no longer exists."),
    "install": Sentence("The box could not write it to the card."),
    "broken-off": Sentence("It was interrupted: the power failed, or the box was restarted."),
    "not-started": Sentence("The new version did not start."),
    "unhealthy": Sentence("The new version had problems."),
}
"""Words that root may use instead of a sentence."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The last update at this moment."""

    phase: str
    """One of `BUSY`, `ASKED`, `BROKEN`, or kept, returned, refused, failed; empty when there was no update."""
    progress: int
    """Per cent of what is written."""
    old: str
    new: str
    """Versions."""
    at: float
    """Seconds since 1970 when root said so; 0 if it never did."""
    why: Sentence
    """Why it ended so."""

    @property
    def goes_on(self) -> bool:
        """Whether nothing else can be installed meanwhile."""
        return self.phase in (ASKED, *BUSY)


def is_possible(desk: Desk) -> bool:
    """Whether this machine's system comes in two slots."""
    return _path(desk.host).parent.is_dir()


def mark(desk: Desk) -> int:
    """Becomes another when root has written something new."""
    try:
        return _path(desk.host).stat().st_mtime_ns
    except OSError:
        return 0


def current_progress(desk: Desk) -> Progress:
    """The state now."""
    facts = _read(_path(desk.host))
    phase = _phase(desk, facts)
    return Progress(
        phase,
        round(min(max(_number(facts.get("progress")), 0.0), 100.0)),
        str(facts.get("from") or ""),
        str(facts.get("to") or ""),
        _number(facts.get("at")),
        WHY["broken-off"] if phase == BROKEN else _why(facts),
    )


def wanted(data: Path) -> dict[str, Any]:
    """What was asked for last: by whom, when, in which start of the machine, and with which trunks registered."""
    return _read(data / UPDATE / WANTED)


def this_start(host: Host) -> str:
    """What tells this start of the machine from all others."""
    try:
        return (host.root / START).read_text().strip()
    except OSError:
        return ""


def forget(desk: Desk) -> None:
    """Speak no more of how the last one ended. Raises OSError."""
    write_file(desk.data / UPDATE / FORGOTTEN, json.dumps({"at": current_progress(desk).at}).encode())


def _phase(desk: Desk, facts: dict[str, Any]) -> str:
    wish, at, now = wanted(desk.data), _number(facts.get("at")), desk.host.clock()
    asked = _number(wish.get("asked"))
    if asked > at:
        heard = wish.get("start") == this_start(desk.host) and now - asked < LOST
        return ASKED if heard else BROKEN
    state = str(facts.get("state") or "")
    if state in BUSY:
        return BROKEN if now - at > LOST else state
    forgotten = _number(_read(desk.data / UPDATE / FORGOTTEN).get("at"))
    return "" if at and at <= forgotten else state


def _why(facts: dict[str, Any]) -> Sentence:
    """A sentence, a word for one, or a text of root's."""
    with contextlib.suppress(LookupError, ValueError, TypeError):
        if isinstance(sentence := retold(facts.get("said")), Sentence):
            return sentence
    word = str(facts.get("why") or "?")
    text: Sentence = retold(said(word))
    return WHY.get(word, text)


def _path(host: Host) -> Path:
    return host.root / FOLDER.relative_to("/") / STATE


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _read(path: Path) -> dict[str, Any]:
    """What a small file says; nothing when it is not there or was cut off."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
