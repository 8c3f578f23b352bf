"""What went over the wire in a call, as people may read it: the messages between its parties and the box."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbx.exchange.leg import Party
from pbx.sip.redaction import redacted
from pbx.sip.trace import Entry
from pbx.store.models import CallTrace, TracedDialog, TracedMessage

_WHY = re.compile(r"^(?:Reason|Warning):(.*)$", re.MULTILINE)
_WORDS = re.compile(r'"([^"]+)"|cause=(\d+)')
_SDP = "\n\nv=0\n"


@dataclass(frozen=True, slots=True)
class Wire:
    """What the tap has of a call; to be read by `readable`, which may be done in another thread."""

    dialogs: Mapping[str, Party]
    entries: Sequence[Entry]
    left_out: int = 0


def readable(wire: Wire) -> CallTrace:
    """These messages as they may be kept and shown: takes some 50 microseconds for each."""
    places = {call_id.encode(errors="replace"): place for place, call_id in enumerate(wire.dialogs)}
    dialogs = tuple(TracedDialog(call_id, party.number, party.outside) for call_id, party in wire.dialogs.items())
    messages = (_message(entry, places.get(entry[4], -1)) for entry in wire.entries)
    return CallTrace(dialogs, tuple(messages), wire.left_out)


def _message(entry: Entry, place: int) -> TracedMessage:
    at, sent, flow, data, _ = entry
    host, port = flow.remote
    return TracedMessage(at, sent, flow.transport, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", place,
                         redacted(data))  # fmt: skip


def first_line(message: TracedMessage) -> str:
    """The request or status line."""
    return message.text.partition("\n")[0]


def summary(message: TracedMessage) -> str:
    """What an arrow of a ladder says: INVITE, 200 OK; with a plus when a session description comes along."""
    first = first_line(message)
    what = first[8:] if first.startswith("SIP/2.0 ") else first.partition(" ")[0]
    return f"{what[:40]} + SDP" if _SDP in message.text else what[:40]


def reason(message: TracedMessage) -> str:
    """Why, if the message says so (RFC 3326; RFC 3261, 20.43)."""
    line = _WHY.search(message.text.partition("\n\n")[0])
    found = sorted(_WORDS.findall(line[1]), reverse=True) if line else []
    return (found[0][0] or f"cause {found[0][1]}")[:80] if found else ""
