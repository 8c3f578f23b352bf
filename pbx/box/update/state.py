"""How an update is going, in one small file that the exchange reads (administration/update/progress)."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pbx.box.slots import Slot
from pbx.sentence import said
from pbx.store.disk.atomic import sweep, write_file

log = logging.getLogger(__name__)

FOLDER, STATE = Path("/data/system/update"), "state.json"
"""Where it is written, outside of both slots."""
CHECKING, WRITING, DRAINING, TRYING = "checking", "writing", "draining", "trying"
KEPT, RETURNED, REFUSED, FAILED = "kept", "returned", "refused", "failed"
BUSY = (CHECKING, WRITING, DRAINING, TRYING)
"""As long as it goes on."""
BROKEN_OFF = (CHECKING, WRITING, DRAINING)
"""States that are not left as they are but by a plug that was pulled."""


def is_tried(root: Path) -> bool:
    """Whether the system that runs may still be taken back; below `root` are the machine's files."""
    try:
        facts = json.loads((root / FOLDER.relative_to("/") / STATE).read_bytes())
    except (OSError, ValueError):
        return False  # on a machine whose updates come by its package nothing is tried
    return isinstance(facts, dict) and facts.get("state") in BUSY


class UpdateState:
    """The state of the update. Everybody may read it; nobody but root writes it."""

    def __init__(self, folder: Path, wall: Callable[[], float] = time.time) -> None:
        """Begin with what was written last. A file that is not there or makes no sense tells nothing."""
        self._path = folder / STATE
        self._wall = wall
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            found = None
        self._facts: dict[str, Any] = found if isinstance(found, dict) else {}

    @property
    def state(self) -> str:
        """The last one written, "" if none was."""
        return str(self._facts.get("state", ""))

    @property
    def slot(self) -> Slot | None:
        """The slot that is written or tried."""
        slot = self._facts.get("slot")
        return slot if slot in ("a", "b") else None

    def begin(self, **facts: Any) -> None:
        """A new update: nothing of the last one holds any more. Raises OSError."""
        self._facts = {}
        sweep(self._path.parent)
        self.tell(CHECKING, **facts)

    def tell(self, state: str, why: str = "", **facts: Any) -> None:
        """Write a step. Raises OSError when it cannot be written, as on a full disk.

        `why` is a word that the exchange knows a sentence for, or a Sentence.
        """
        self._facts |= {"state": state, "why": why, "at": int(self._wall()), **facts}
        if " " in why and "said" not in facts:
            self._facts["said"] = said(why)
        elif "said" not in facts:
            self._facts.pop("said", None)
        write_file(self._path, json.dumps(self._facts, sort_keys=True).encode() + b"\n", mode=0o644)

    def conclude(self, state: str, why: str = "", **facts: Any) -> None:
        """Tell how it ended, or at least the log."""
        log.warning("The update: %s %s", state, why)
        try:
            self.tell(state, why, **facts)
        except OSError as error:
            log.error("%s: %s", self._path, error.strerror)
