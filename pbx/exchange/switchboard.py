"""Where every signal goes to its call: one queue, emptied in order, never a call back up the stack."""

import logging
from collections.abc import Callable

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.endings import note_gone, note_stopped
from pbx.exchange.calls.equipment import Equipment
from pbx.exchange.calls.leg import Leg
from pbx.exchange.calls.operator import Operator, PartyGone, Script, begin
from pbx.exchange.phones.authentication import Authentication, NotAdmitted
from pbx.exchange.phones.bound import Bound, Unbound
from pbx.exchange.phones.keepalive import Keepalive
from pbx.exchange.phones.message_waiting import MessageWaiting
from pbx.exchange.router import Router
from pbx.sip import events as sip
from pbx.sip.admission import EXTENSIONS
from pbx.sip.flow import Flow
from pbx.sip.message import Response

log = logging.getLogger(__name__)

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "SUBSCRIBE", "UPDATE", "PRACK", "INFO")
"""What the exchange does something about, to be given to its `Stack`."""
ABILITIES = (("Allow", ", ".join(METHODS)), ("Accept", "application/sdp"), ("Supported", ", ".join(EXTENSIONS)))


class Switchboard:
    """Takes what the stack tells, hands it to its leg, or lets a new script begin."""

    def __init__(
        self,
        equipment: Equipment,
        authentication: Authentication,
        message_waiting: MessageWaiting,
        keepalive: Keepalive,
        changed: Callable[[str, bool], None],
    ) -> None:
        """`changed(username, moved)` hears of bindings to be stored; `moved`: one came or went, not merely stayed."""
        self.equipment = equipment
        self.router = Router(equipment, authentication, self.begin)
        self._authentication = authentication
        self._message_waiting = message_waiting
        self._keepalive = keepalive
        self._changed = changed

    def take_events(self) -> None:
        """Take every event the stack has, including those that taking one brings about."""
        events = self.equipment.stack.events
        while events:
            event = events.popleft()
            try:
                self.take(event)
            except Exception:  # a mistake of ours in one call must not end the others
                self.equipment.stack.counters["fault"] += 1
                log.exception("an event was not understood: %s", type(event).__name__)
                self._end_after_fault(event)
        self._note_bindings()

    def take(self, event: sip.Event) -> None:
        """One event."""
        match event:
            case sip.Invited():
                self.router.invited(event)
            case sip.TurnedAway():
                self.router.turned_away(event)
            case sip.Requested():
                self._requested(event)
            case sip.Replied(token=token, response=response, flow=flow):
                self._replied(token, response, flow)
            case sip.Unanswered(token=token, reason=reason):
                _ = (
                    self.equipment.trunks.unanswered(token, reason)
                    or self._message_waiting.unanswered(token)
                    or self._keepalive.unanswered(token)
                )
            case _:
                leg = self.equipment.legs.get(event.session.id)
                if leg is not None:
                    leg.take(event)
                if isinstance(event, sip.Ended | sip.Rejected):
                    self.equipment.legs.pop(event.session.id, None)

    def _replied(self, token: str, response: Response, flow: Flow) -> None:
        """A response to a request of ours: of the trunks, the message lamps, or the questions to phones."""
        _ = (
            self.equipment.trunks.replied(token, response, flow)
            or self._message_waiting.replied(token, response)
            or self._keepalive.replied(token, flow)
        )

    def _end_after_fault(self, event: sip.Event) -> None:
        """End what nobody will look after, now that we made a mistake."""
        if isinstance(event, sip.Requested):
            self.equipment.stack.reply(event.transaction, event.request.reply(500))
        elif not isinstance(event, sip.Replied | sip.Unanswered | sip.TurnedAway):
            event.session.refuse(500)
            event.session.hang_up("internal error")

    def _requested(self, event: sip.Requested) -> None:
        request = event.request
        match request.method:
            case "REGISTER":
                response = self.equipment.registrar.register(request, event.flow)
            case "OPTIONS":
                response = request.reply(200, headers=ABILITIES)
            case "SUBSCRIBE":
                admitted = self._authentication.admit(request, event.flow)
                if isinstance(admitted, NotAdmitted):
                    response = request.reply(admitted.status, headers=admitted.headers)
                else:
                    self._message_waiting.subscribe(request, event, admitted)
                    return
            case _:
                response = request.reply(405, headers=[("Allow", ", ".join(METHODS))])
        self.equipment.stack.reply(event.transaction, response)

    def _note_bindings(self) -> None:
        """Have bindings stored, and tell a phone that is new its messages: only now, as it has its answer."""
        changes = self.equipment.registrar.changes
        while changes:
            change = changes.popleft()
            self._changed(change.binding.username, not isinstance(change, Bound) or change.new)
            if isinstance(change, Bound):
                self._keepalive.bound(change.binding)
            elif isinstance(change, Unbound):
                self._keepalive.unbound(change.binding)
            elif change.ask:
                self._keepalive.ask(change.binding)
            if isinstance(change, Bound) and change.new:
                self._message_waiting.greet(change.binding, takes_notify=change.takes_notify)

    # --- calls -----------------------------------------------------------------------------------------------------

    def begin(self, call: Call, leg: Leg | None, script: Script) -> None:
        """A new call: its script runs to its end."""
        if not call.is_self_call:
            self.equipment.calls[call.id] = call
        begin(script, Operator(self.equipment, call, leg), self._script_ended)

    async def _script_ended(self, operator: Operator, trouble: BaseException | None) -> None:
        """The script is over: what is left of the legs goes, the row is written."""
        call = operator.call
        if self.equipment.stopping:
            note_stopped(call)
        elif isinstance(trouble, PartyGone):
            if call.outcome is None or (call.outcome == "missed" and call.direction != "out"):
                note_gone(call, operator.party, _where(call))
        elif trouble is not None:
            log.error("call %s: its script failed", call.id, exc_info=trouble)
            call.outcome = call.outcome or "failed"
            call.note("failed", reason="internal-error")
        for leg in list(call.legs):
            leg.hang_up()
        self.equipment.wake()
        try:
            if call.is_self_call:
                self.equipment.trace.take(call.dialogs)
            else:
                await self.equipment.archive.keep_call(call)
        except Exception:  # a full disk, most likely; the next call may have more luck
            log.exception("call %s could not be written down", call.id)
        finally:
            self.equipment.calls.pop(call.id, None)
            call.forget()


_PLACES = {
    **dict.fromkeys(("called", "dialled", "nothing-dialled", "dialled-out", "silent"), "connecting"),
    "greeted": "greeting",
    "rang": "ringing",
    "announced": "announcement",
}
"""Where a caller is after a step."""


def _where(call: Call) -> str:
    """How far the caller had come, as the story's words have it."""
    places = _PLACES | ({"dialled-out": "ringing"} if call.far_end_rang else {})
    seen = [places[step.what] for step in call.steps if step.what in places]
    return seen[-1] if seen else "greeting"
