"""What went over the wire: of each dialog that is followed all of it, of the rest the last minutes; bounded."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from pbx.sip.flow import Flow

Entry = tuple[float, bool, Flow, bytes, bytes]
"""When (Unix time), whether we sent it, which way, the bytes, and the Call-ID: a plain tuple, as one is made for
each message; nothing is read or blacked out before somebody wants to see it."""

LONGEST = 4096
"""Bytes of a message that are kept."""
FIRST, LAST = 60, 20
"""How many messages of a dialog are kept: those it began with, and those it ended with."""
MOST = 6_000_000
"""Bytes of all dialogs together; what comes then is only counted."""
RING = 400
"""Messages that belong to no call: registrations, keep-alives, what was refused."""
MINUTES = 10
"""For which these are shown."""
_LOOKED_BACK = 50
"""Messages that are looked through for those of a dialog that came before it was followed."""

_CALL_ID = re.compile(rb"\n(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_USUAL = b"\nCall-ID: "


@dataclass(slots=True, eq=False)
class _Dialog:
    """What was said under one Call-ID."""

    first: list[Entry] = field(default_factory=list)
    last: deque[Entry] = field(default_factory=deque)
    left_out: int = 0
    size: int = 0


class Trace:
    """The tap at the wire. `heard` and `said` cost about a microsecond; any thread may read what `of` returned."""

    def __init__(self, wall: Callable[[], float]) -> None:
        """`wall` tells Unix time, seconds."""
        self._wall = wall
        self._dialogs: dict[bytes, _Dialog] = {}
        self._ring: deque[Entry] = deque(maxlen=RING)
        self._size = 0

    def heard(self, data: bytes, flow: Flow) -> None:
        """A message came."""
        self._note(data, flow, False)

    def said(self, data: bytes, flow: Flow) -> None:
        """A message leaves."""
        self._note(data, flow, True)

    def follow(self, call_id: str) -> None:
        """From now on keep what is said under this Call-ID, and what was said just before, until it is taken."""
        key = call_id.encode(errors="replace")
        if key in self._dialogs:
            return
        self._dialogs[key] = dialog = _Dialog()
        before = [entry for entry in islice(reversed(self._ring), _LOOKED_BACK) if entry[4] == key]
        for entry in reversed(before):
            self._keep(dialog, entry)
            self._ring.remove(entry)

    def of(self, call_ids: Iterable[str]) -> tuple[list[Entry], int]:
        """What was said under these Call-IDs, in order, and how many messages were left out in the middle."""
        found = [dialog for each in call_ids if (dialog := self._dialogs.get(each.encode(errors="replace")))]
        entries = [entry for dialog in found for entry in (*dialog.first, *dialog.last)]
        return sorted(entries, key=lambda entry: entry[0]), sum(dialog.left_out for dialog in found)

    def take(self, call_ids: Iterable[str]) -> tuple[list[Entry], int]:
        """The same, which is forgotten with it."""
        call_ids = list(call_ids)
        taken = self.of(call_ids)
        for each in call_ids:
            dialog = self._dialogs.pop(each.encode(errors="replace"), None)
            self._size -= dialog.size if dialog is not None else 0
        return taken

    def recent(self) -> list[Entry]:
        """What belongs to no call, of the last minutes."""
        since = self._wall() - MINUTES * 60
        return [entry for entry in self._ring if entry[0] >= since]

    def forget(self, matches: Callable[[bytes], bool]) -> None:
        """Let go of what belongs to no call and matches."""
        kept = [entry for entry in self._ring if not matches(entry[3])]
        self._ring.clear()
        self._ring.extend(kept)

    def _note(self, data: bytes, flow: Flow, sent: bool) -> None:
        at = data.find(_USUAL, 0, LONGEST)
        if at >= 0:
            call_id = data[at + len(_USUAL) : data.find(b"\r", at)].rstrip()
        elif found := _CALL_ID.search(data, 0, LONGEST):
            call_id = found[1].rstrip()
        elif len(data) <= 4:
            return  # a keep-alive (RFC 5626, 3.5.1)
        else:
            call_id = b""
        entry = (self._wall(), sent, flow, data if len(data) <= LONGEST else data[:LONGEST], call_id)
        dialog = self._dialogs.get(call_id)
        if dialog is None:
            self._ring.append(entry)
        else:
            self._keep(dialog, entry)

    def _keep(self, dialog: _Dialog, entry: Entry) -> None:
        size = len(entry[3])
        if self._size + size > MOST:
            dialog.left_out += 1
            return
        if len(dialog.first) < FIRST:
            dialog.first.append(entry)
        else:
            dialog.last.append(entry)
            if len(dialog.last) > LAST:
                size -= len(dialog.last.popleft()[3])
                dialog.left_out += 1
        dialog.size += size
        self._size += size
