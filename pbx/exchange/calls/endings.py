"""How a call ended, noted as what it was: only a party that hung up is said to have hung up.

A party can also go because the line to it broke, it never confirmed the call, or its session timer ran out; because no
sound came from it any more; because we ended it (a description without a codec); or because the box was stopped.
"""

from __future__ import annotations

from collections.abc import Collection

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.leg import Leg

BROKEN: Collection[str] = ("lost", "expired", "no-ack")
"""Causes of `signals.Ended` for which nobody did anything."""
OVER = ("hung-up", "gave-up", "lost", "disconnected", "ended", "not-allowed", "interrupted")
"""Steps after which nothing more is to be noted of the end."""


def note_talk_ended(call: Call, gone: Leg) -> None:
    """Two people talked until this party was gone."""
    if not _note_otherwise(call, gone):
        call.note("hung-up", by=gone.party.number)


def note_gone(call: Call, gone: Leg | None, where: str) -> None:
    """The party whom a script served is gone, and had come as far as `where`; a call that nothing came of is over."""
    if _note_otherwise(call, gone):
        call.outcome = call.outcome or "failed"
    else:
        call.outcome = call.outcome or "gave-up"
        call.note("gave-up", where=where)


def note_stopped(call: Call) -> None:
    """The box is being stopped, and the call with it."""
    if not call.steps or call.steps[-1].what not in OVER:
        call.note("interrupted")
        call.outcome = call.outcome or "failed"


def _note_otherwise(call: Call, leg: Leg | None) -> bool:
    """Whether something else ended it than the party's hanging up: it is noted now, or was already."""
    if call.steps and call.steps[-1].what == "lost":
        return True
    cause = leg.ended.cause if leg is not None and leg.ended is not None else ""
    if leg is None or cause not in (*BROKEN, "closed"):
        return False
    if cause == "closed":
        call.note("ended", **({"reason": leg.hang_up_reason} if leg.hang_up_reason else {}))
    else:
        call.note("disconnected", party=leg.party.number, reason=cause)
    return True
