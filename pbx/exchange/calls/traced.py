"""What went over the wire in a call, as people may read it: the messages between its parties and the box."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from pbx.exchange.calls.leg import Party
from pbx.sip.message import Message, ParseError, parse
from pbx.sip.privacy import is_withheld, numbers_of, without
from pbx.sip.privacy import unnamed as hidden
from pbx.sip.redaction import redacted
from pbx.sip.trace import LONGEST, Entry
from pbx.store.rows import CallTrace, TracedDialog, TracedMessage

_WHY = re.compile(r"^(?:Reason|Warning):(.*)$", re.MULTILINE)
_WORDS = re.compile(r'"([^"]+)"|cause=(\d+)')
_SDP = "\n\nv=0\n"
_HINTS = (b"privacy", b"remote-party", b"anonym", b"restricted", b"private", b"invalid", b"%", b"\\")
"""Without any of them, also escaped, nobody wants to stay unnamed (`sip.privacy`): then there is nothing to parse."""
_LENGTH = re.compile(rb"(?:content-length|l)[ \t]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WireCapture:
    """What the tap has of a call; to be read by `readable`, which may be done in another thread."""

    dialogs: Mapping[str, Party]
    entries: Sequence[Entry]
    left_out: int = 0


def readable(wire: WireCapture) -> CallTrace:
    """These messages as they may be kept and shown: takes some 50 microseconds for each."""
    places = {call_id.encode(errors="replace"): place for place, call_id in enumerate(wire.dialogs)}
    unnamed = withheld(wire.entries)
    endings = frozenset().union(*unnamed.values())
    dialogs = tuple(TracedDialog(without(call_id, endings), party.number, party.outside)
                    for call_id, party in wire.dialogs.items())  # fmt: skip
    messages = (_message(entry, places.get(entry[4], -1), unnamed, endings) for entry in wire.entries)
    return CallTrace(dialogs, tuple(messages), wire.left_out)


def _message(entry: Entry, place: int, unnamed: Mapping[bytes, Set[str]], endings: Set[str]) -> TracedMessage:
    at, sent, flow, data, call_id = entry
    host, port = flow.remote
    text = redacted(data)
    if call_id in unnamed:
        text = hidden(text, sent)
    return TracedMessage(at, sent, flow.transport, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", place,
                         without(text, endings))  # fmt: skip


def withheld(entries: Sequence[Entry]) -> dict[bytes, frozenset[str]]:
    """The Call-IDs under which somebody wants to stay unnamed, and how the numbers end that name them."""
    found: dict[bytes, frozenset[str]] = {}
    for _, sent, _, data, call_id in entries:
        if not sent and (len(data) >= LONGEST or _may_be_withheld(data)):
            message, is_whole = _head(data)
            if message is None or not is_whole or is_withheld(message):
                found[call_id] = found.get(call_id, frozenset()) | (numbers_of(message) if message else frozenset())
    return found


def _may_be_withheld(data: bytes) -> bool:
    lowered = data.lower()
    return any(hint in lowered for hint in _HINTS)


def _head(data: bytes) -> tuple[Message | None, bool]:
    """A message without its body, None when it is none, and whether its header was not cut off."""
    head, end, _ = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not _LENGTH.match(line)]
    try:
        return parse(b"\n".join(lines if end else lines[:-1]) + b"\n\n"), bool(end)
    except ParseError:
        return None, bool(end)


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
    lines = _WHY.findall(message.text.partition("\n\n")[0])
    found = sorted(_WORDS.findall(",".join(lines)), reverse=True)
    return (found[0][0] or f"cause {found[0][1]}")[:80] if found else ""
