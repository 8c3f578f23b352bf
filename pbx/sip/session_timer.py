"""Session timers: who refreshes a session how often (RFC 4028)."""

from __future__ import annotations

from dataclasses import dataclass

from pbx.sip.grammar import ParseError, number, read_params
from pbx.sip.message import Request, Response

HeaderFields = tuple[tuple[str, str], ...]

_LONGEST = 86_400 * 7


@dataclass(slots=True)
class SessionTimer:
    """One session's interval and our part in it; changed by every INVITE and UPDATE and their answers."""

    wanted: int
    """The interval we ask for, seconds."""
    min_se: int
    """The shortest interval both sides take, seconds."""
    interval: int = 0
    """The interval agreed on, seconds; 0: the session does not expire."""
    ours: bool = False
    """Whether we are the one who refreshes."""

    def asking(self, *, first: bool = False) -> HeaderFields:
        """The fields for an INVITE or UPDATE of ours (7.1, 7.4)."""
        if first:
            fields: HeaderFields = (("Session-Expires", str(self.wanted)),)
        elif self.interval:
            fields = (("Session-Expires", f"{self.interval};refresher={'uac' if self.ours else 'uas'}"),)
        else:
            return ()
        return (*fields, ("Min-SE", str(self.min_se))) if self.min_se > 90 else fields

    def agreed(self, response: Response) -> None:
        """Take over what a 2xx to our INVITE or UPDATE says (7.2)."""
        expires, refresher = _session_expires(response)
        self.interval = max(expires, self.min_se) if expires else 0
        self.ours = refresher != "uas"

    def too_small(self, response: Response) -> bool:
        """Take over the Min-SE of a 422; False if asking again would not help (7.3)."""
        least = _seconds(response.headers.get("Min-SE"))
        if not self.min_se < least <= _LONGEST and not self.wanted < least <= _LONGEST:
            return False
        self.min_se = max(self.min_se, least)
        self.wanted = max(self.wanted, least)
        self.interval = max(self.interval, least) if self.interval else 0
        return True

    def refuses(self, request: Request) -> bool:
        """Whether an INVITE or UPDATE asks for an interval that deserves a 422 with our Min-SE (9)."""
        expires, _ = _session_expires(request)
        return 0 < expires < self.min_se and _supports(request)

    def answering(self, request: Request) -> HeaderFields:
        """Take over what an INVITE or UPDATE asks for; the fields for our 2xx (9)."""
        expires, refresher = _session_expires(request)
        supports = _supports(request)
        self.min_se = max(self.min_se, min(_seconds(request.headers.get("Min-SE")), _LONGEST))
        if not supports and expires < self.min_se:  # nobody could be sent 422: then rather no timer
            self.interval = 0
            return ()
        if expires:
            self.interval = min(expires, _LONGEST)
            self.ours = refresher == "uas" or not supports
        elif not self.interval:
            self.interval, self.ours = max(self.wanted, self.min_se), True
        else:
            self.ours = True
        if self.ours:
            return (("Session-Expires", f"{self.interval};refresher=uas"),)
        return (("Session-Expires", f"{self.interval};refresher=uac"), ("Require", "timer"))

    @property
    def refresh_after(self) -> float:
        """Seconds until we should refresh (10)."""
        return self.interval / 2

    @property
    def expires_after(self) -> float:
        """Seconds until an unrefreshed session is given up: a little before the peer's clock says so (10)."""
        return self.interval - min(32, self.interval / 3)


def _session_expires(message: Request | Response) -> tuple[int, str]:
    """Seconds (0: none, or unreadable) and the refresher parameter, or ""."""
    text = message.headers.get("Session-Expires")
    if text is None:
        return 0, ""
    seconds, semicolon, params = text.partition(";")
    try:
        found = dict(read_params(semicolon + params))
    except ParseError:
        found = {}
    return _seconds(seconds), (found.get("refresher") or "").lower()


def _seconds(text: str | None) -> int:
    try:
        return number((text or "").partition(";")[0].strip(" \t"))
    except ParseError:
        return 0


def _supports(message: Request | Response) -> bool:
    return "timer" in message.headers.words("Supported")
