"""One party of a call: where its SIP session, its session descriptions and its RTP meet.

A leg answers what concerns only itself (a re-INVITE, a hold, an INFO with a digit) and tells its call the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pbx.exchange.calls.signals import Answered, Digit, Ended, LegEvent, Proceeding, Rejected
from pbx.exchange.dialling.digit_dedup import DigitDedup
from pbx.exchange.dialling.key_info import KeyInfo
from pbx.media.codecs.codec import CODECS
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard, MediaEvent
from pbx.media.format import Format
from pbx.sdp.description import SdpError
from pbx.sdp.negotiation import Agreed, Local, agreed, answer, offer, offered_codecs
from pbx.sip import events as sip
from pbx.sip.session import Session
from pbx.store.rows import LegQuality, LegQualityPoint

T = TypeVar("T")
NOWHERE = ("0.0.0.0", 0)
PREFERENCE = ("PCMA", "PCMU", "G722")
"""What we offer when nothing tells which codec the other leg speaks."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the far end of a leg."""

    number: str
    """Extension or E.164 number; empty when withheld."""
    name: str = ""
    outside: bool = False
    """Behind a trunk: may never reach an outside line."""


class Leg:
    """A session and an endpoint that belong together."""

    def __init__(
        self,
        party: Party,
        endpoint: Endpoint,
        on_signal: Callable[["Leg", LegEvent], None],
        clock: Callable[[], float],
        session_id: int,
    ) -> None:
        self.party = party
        self._clock = clock
        self._digit_dedup = DigitDedup()
        self._key_info = KeyInfo()
        self.endpoint = endpoint
        self.session: Session | None = None
        self.agreed: Agreed | None = None
        self.held = False
        """Whether the party has put us on hold (RFC 3264, section 8.4)."""
        self.over = False
        self.ended: Ended | None = None
        """How its session ended; None until that is known."""
        self.hang_up_reason = ""
        """The reason we gave the party when we hung up (RFC 3326); empty when nothing was said."""
        self.answered = False
        self._rings = False
        self._on_signal = on_signal
        self._local: Local = Local(*endpoint.local, session_id=session_id)
        self._description = b""
        """Our latest offer or answer; a 200 repeats what the 183 said."""
        self._quality = LegQuality(party.number)
        endpoint.on_event = self._heard

    @property
    def dials_by(self) -> str:
        """How the party's digits came: event, tone or info; empty before the first."""
        return self._digit_dedup.method

    @property
    def sends_events(self) -> bool:
        """Whether the party agreed to signal digits as telephone-events."""
        return self.agreed is not None and self.agreed.event_receive is not None

    # --- towards the party -----------------------------------------------------------------------------------------

    def attach(self, session: Session) -> None:
        """From now on this session is the leg's signalling."""
        self.session = session

    @property
    def codecs_offered(self) -> tuple[str, ...]:
        """The codecs the caller's INVITE offers, in its order; all of ours when it has no offer."""
        assert self.session is not None
        return offered_codecs(self.session.offer) if self.session.offer else PREFERENCE

    def make_offer(self, codecs: Sequence[str] = PREFERENCE) -> bytes:
        """Our offer, remembered until its answer comes."""
        return self._say(lambda local: (offer(local, codecs, after=self._description), None))[0]

    def ring(self) -> None:
        """Let the caller's own phone play ringback (180); the session repeats it each minute."""
        if self.session is not None and not self._rings:
            self._rings = True
            self.session.ring()

    def early(self, codecs: Sequence[str]) -> bool:
        """Open early media towards the caller (183 with SDP); False if their offer does not allow it."""
        if self.session is None or not self.session.offer or self.over:
            return False
        if self.agreed is None:
            sdp = self._answer_to(self.session.offer, codecs)
            if sdp is None:
                return False
        self._rings = False
        self.session.ring(self._description)
        return True

    def answer(self, codecs: Sequence[str] = PREFERENCE) -> bool:
        """Take the call (200); False, after a 488, when no codec fits."""
        assert self.session is not None
        if self.over or self.answered:
            return not self.over
        if not self.session.offer:
            sdp: bytes | None = self.make_offer(codecs)
        elif self.agreed is not None:
            sdp = self._description
        else:
            sdp = self._answer_to(self.session.offer, codecs)
        if sdp is None:
            self.refuse(488)
            return False
        self._is_answered()
        self.session.answer(sdp)
        return True

    def refuse(self, status: int, reason: str = "", headers: Sequence[tuple[str, str]] = ()) -> None:
        """Refuse the call, or hang up if it has been answered already."""
        if self.session is not None and not self.over:
            if self.answered:
                self.session.hang_up(reason)
            else:
                self.session.refuse(status, reason, headers)
        self.close()

    def cancel(self, *, elsewhere: bool) -> None:
        """Stop ringing the party; hang up if it has just answered, and the script does not know yet."""
        if self.session is not None and not self.over:
            self.session.cancel(elsewhere)
            self.session.hang_up("answered elsewhere" if elsewhere else "")
        self.close()

    def hang_up(self, reason: str = "") -> None:
        """End it, in whatever state it is."""
        if self.session is not None and not self.over:
            self.hang_up_reason = reason
            self.session.hang_up(reason)
        self.close()

    def quality(self) -> LegQuality:
        """The measured quality of its voice; still available after the end."""
        return self._quality if self.over else self._measure()

    def quality_points(self, wall: float) -> tuple[LegQualityPoint, ...]:
        """The quality of its voice over time; `wall` is the Unix time now."""
        shift = wall - self._clock()
        return tuple(
            LegQualityPoint(
                round(point.at + shift, 1),
                point.received,
                point.lost,
                round(point.jitter, 4),
                None if point.round_trip is None else round(point.round_trip, 4),
                point.peer_lost,
            )
            for point in self.endpoint.quality_points.all()
        )

    def close(self) -> None:
        """Give the ports back; the session finishes by itself."""
        if not self.over:
            self._quality = self._measure()
            self.over = True
            self.endpoint.close()

    def _measure(self) -> LegQuality:
        seen = self.endpoint.quality()
        return LegQuality(
            party=self.party.number,
            codec=self.agreed.codec if self.agreed is not None else "",
            sent=seen.sent,
            received=seen.received,
            lost=seen.lost,
            jitter=round(seen.jitter, 4),
            peer_lost=seen.remote_lost or 0,
            round_trip=seen.round_trip,
        )

    # --- from the party --------------------------------------------------------------------------------------------

    def take(self, event: sip.Event) -> None:
        """One event of the leg's session."""
        match event:
            case sip.Progressed(status=status, sdp=sdp):
                if sdp:
                    self._accept(sdp)
                self._on_signal(self, Proceeding(status, early_media=bool(sdp)))
            case sip.Answered(sdp=sdp):
                self._answered(sdp)
            case sip.Rejected(status=status):
                self.close()
                self._on_signal(self, Rejected(status))
            case sip.Confirmed(sdp=sdp):
                if (sdp and not self._accept(sdp)) or self.agreed is None:
                    self.hang_up("no answer to our offer")
            case sip.Offered(sdp=sdp):
                self._reoffered(sdp)
            case sip.OfferAnswered(sdp=sdp):
                self._accept(sdp)
            case sip.Informed(content_type=content_type, body=body):
                if digit := self._key_info.key(content_type, body):
                    self._digit(digit, "info")
            case sip.Ended(cause=cause):
                self.close()
                self.ended = Ended(cause)
                self._on_signal(self, self.ended)
            case _:
                pass

    def _heard(self, _: Endpoint, event: MediaEvent) -> None:
        if isinstance(event, DigitHeard):
            self._digit(event.char, event.how)
        else:
            self._on_signal(self, event)

    def _digit(self, digit: str, how: str) -> None:
        if self._digit_dedup.press(digit, how, self._clock()):
            self._on_signal(self, Digit(digit, how))

    def _answered(self, sdp: bytes) -> None:
        """The party picked up; without a usable answer the two cannot talk."""
        if (sdp and not self._accept(sdp)) or self.agreed is None:
            self.hang_up("no common codec")
            self._on_signal(self, Rejected(488))
            return
        self._is_answered()
        self._on_signal(self, Answered())

    def _is_answered(self) -> None:
        """The call stands: a party that has only listened until now is given time to speak."""
        self.answered = True
        if self.agreed is not None:
            self._agree(self.agreed)

    def _accept(self, sdp: bytes) -> bool:
        """The answer to our latest offer."""
        try:
            self._agree(agreed(self._description, sdp))
        except SdpError:
            return False
        return True

    def _reoffered(self, sdp: bytes) -> None:
        """A re-INVITE or UPDATE: hold, resume, another address or codec; the ports never move."""
        assert self.session is not None
        codec = (self.agreed.codec,) if self.agreed else ()
        preference = (*codec, *(name for name in PREFERENCE if name not in codec))
        if not sdp:
            self.session.accept_offer(self.make_offer(preference))
            return
        reply = self._answer_to(sdp, preference)
        if reply is None:
            self.session.decline_offer(488)
            return
        self.session.accept_offer(reply)

    def _answer_to(self, sdp: bytes, codecs: Sequence[str]) -> bytes | None:
        """Our answer to an offer, with the first of `codecs` it has; None if there is none."""
        try:
            reply, agreement = self._say(lambda local: answer(sdp, local, codecs))
            self._agree(agreement)
        except SdpError:
            return None
        return reply

    def _say(self, describe: Callable[[Local], tuple[bytes, T]]) -> tuple[bytes, T]:
        """Our description, and what comes with it.

        Its version grows only when it differs from the one before (RFC 3264, section 8).
        """
        said = describe(self._local)
        if self._description and said[0] != self._description:
            self._local = self._local.next()
            said = describe(self._local)
        self._description = said[0]
        return said

    def _agree(self, agreement: Agreed) -> None:
        """Let the endpoint talk as agreed; its packets may come from where the signalling comes from (NAT)."""
        self.agreed = agreement
        if agreement.event_receive is None:
            self._digit_dedup.has_no_events()
        self.held = agreement.on_hold
        signalling = self.session.trusted if self.session is not None else frozenset[str]()
        self.endpoint.agree(
            Format(
                codec=CODECS[agreement.codec],
                payload_type=agreement.payload_type,
                receive_payload_type=agreement.receive_payload_type,
                event_payload_type=agreement.event_payload_type,
                event_receive=agreement.event_receive,
                listed=tuple((number, CODECS[name] if name else None) for number, name in agreement.listed),
                remote=agreement.remote or NOWHERE,
                rtcp=agreement.rtcp,
                trusted=signalling,
                direction=agreement.direction if agreement.remote else "inactive",
            )
        )


def codecs_for(other: Leg | None) -> tuple[str, ...]:
    """Offer first what the other leg already speaks, or could, so that nothing has to be converted."""
    if other is None:
        return PREFERENCE
    first = (other.agreed.codec,) if other.agreed is not None else other.codecs_offered
    return (*(name for name in first if name in PREFERENCE), *(name for name in PREFERENCE if name not in first))
