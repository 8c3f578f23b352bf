"""Calls to the telephone network: dialled on a desk phone, or clicked. Only people of the office make them."""

from functools import partial

from pbx.exchange.calls.forking import NotTaken, Result, RingTarget, Round, TakenBy, Why
from pbx.exchange.calls.leg import Leg, codecs_for
from pbx.exchange.calls.operator import Operator
from pbx.exchange.calls.outgoing import OutsideLine, ring_outside
from pbx.exchange.scripts.reach import talk
from pbx.store.rows import Outcome

PATIENCE = 180.0
"""Seconds an outside number may ring; the network usually gives up earlier."""
REACTION = 4.0
"""Seconds in which a trunk must say something, if only 100, when there is another to try; its silence would last 32."""
OTHER_LINE = frozenset({401, 403, 407, 408, 480, 500, 502, 503, 504})
"""Refusals that may be the trunk's, not the callee's: another trunk, if there is one, is tried."""
_CALLEE_REFUSED = frozenset({404, 410, 433, 484, 485, 486, 600, 603, 604, 607, 608})
UNAVAILABLE = 480
"""More likely the callee's than the trunk's: the result of trunks tried later does not replace it."""


async def call_out(
    operator: Operator,
    *,
    number: str,
    shown: str,
    lines: list[OutsideLine],
    extension: str = "",
    emergency: bool = False,
) -> None:
    """Dial an outside number over the first line that works, and let the two talk.

    `extension` is dialled towards the callee after the answer (mission.md, B7). In an emergency every line is
    tried, whatever the one before said.
    """
    call = operator.call
    if operator.leg.party.outside:
        raise PermissionError("nothing that came from outside may reach an outside line")
    status = 503
    for line in lines:
        result, leg, said = await _ring(operator, line, number, shown, last=line is lines[-1])
        if isinstance(result, TakenBy) and leg is not None:
            await talk(operator, leg, extension=extension, pause=call.office.dial_pause)
            return
        assert isinstance(result, NotTaken)
        if result.why is Why.NO_ANSWER:
            call.note("no-answer", extension=number, seconds=PATIENCE)
            status = said
            break
        call.note("not-connected", status=said, trunk=line.trunk.name)
        if status != UNAVAILABLE or said not in OTHER_LINE:
            status = said
        if said not in OTHER_LINE and not emergency:
            break
    if not lines:
        call.note("failed", reason="no-trunk")
    call.outcome = _outcome(status)
    if operator.leg.answered:  # click to call: they listen
        prompt = operator.equipment.sounds.prompt("call-failed" if lines else "no-line", call.office.language)
        await operator.play([prompt])
    operator.refuse(_passed_on(status))


async def _ring(
    operator: Operator, line: OutsideLine, number: str, shown: str, *, last: bool
) -> tuple[Result, Leg | None, int]:
    """Dial over one line; what `Operator.ring` says of it."""
    operator.call.trunk = line.trunk.name
    operator.call.note("dialled-out", number=number, trunk=line.trunk.name)
    dial = partial(_dial, operator, line, number, shown)
    round_ = Round((RingTarget(line, number),), PATIENCE)
    return await operator.ring(
        [round_], dial, reaction=lambda _: None if last else REACTION, rings=operator.call.far_end_rings
    )


def _dial(operator: Operator, line: OutsideLine, number: str, shown: str, _: RingTarget) -> Leg | None:
    return ring_outside(operator.equipment, operator.call, line, number, shown, codecs_for(operator.party))


def _passed_on(status: int) -> int:
    """The status for the phone, which must not see a challenge or a redirection of the provider."""
    return 502 if status < 400 or status in (401, 407) else status


def _outcome(status: int) -> Outcome:
    """The outcome of a call that the telephone network refused."""
    if status in (408, 480, 487):
        return "missed"
    return "refused" if status in _CALLEE_REFUSED else "failed"
