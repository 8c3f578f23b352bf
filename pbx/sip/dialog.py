"""A dialog: what two sides remember of each other (RFC 3261, 12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pbx.sip.address import Address
from pbx.sip.headers import Headers
from pbx.sip.message import Request, Response
from pbx.sip.uri import Uri

Offering = Literal["idle", "ours", "theirs"]
"""Whose offer waits for its answer (RFC 3264, 4)."""


@dataclass(slots=True)
class Dialog:
    """One dialog's state; plain values that can be written down and read back."""

    call_id: str
    local_tag: str
    remote_tag: str
    """Empty as long as nobody answered our INVITE."""
    local: str
    """Our From (or To) with its tag, as it goes on the wire."""
    remote: str
    """Theirs."""
    target: Uri
    """The remote target: their Contact."""
    routes: tuple[str, ...] = ()
    """The route set, next hop first, as Route values."""
    cseq: int = 0
    """Number of our latest request."""
    remote_cseq: int | None = None
    """Number of their latest request; None before the first."""
    offering: Offering = "idle"
    rseq: int = 0
    """Number of their latest reliable provisional response (RFC 3262), 0 before the first."""

    def answered(self, response: Response) -> Dialog:
        """The dialog that a response with a To tag opens on the caller's side (12.1.2)."""
        return Dialog(
            self.call_id,
            self.local_tag,
            response.to.tag,
            self.local,
            response.headers.get("To") or self.remote,
            response.contacts[0].uri if response.contacts else self.target,
            tuple(reversed(response.headers.values("Record-Route"))),
            self.cseq,
            offering=self.offering,
        )

    def in_order(self, request: Request) -> bool:
        """Take note of a request's number; False if a later one was here before (12.2.2)."""
        number = request.cseq.number
        if self.remote_cseq is not None and number < self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def retarget(self, message: Request | Response) -> None:
        """Take over the Contact of a target refresh (12.2.1.2, 12.2.2)."""
        if message.contacts:
            self.target = message.contacts[0].uri

    @property
    def next_hop(self) -> Uri:
        """Whom a request within the dialog goes to: the first of the route set, else the target (12.2.1.1)."""
        return Address.parse(self.routes[0]).uri if self.routes else self.target

    def compose(
        self, method: str, via: str, headers: Iterable[tuple[str, str]], body: bytes = b"", *, number: int = 0
    ) -> Request:
        """A request within the dialog (12.2.1.1); `number` is set for an ACK, else the next one is taken."""
        if not number:
            self.cseq += 1
            number = self.cseq
        uri, routes = self._way()
        items = [("Via", via), ("Max-Forwards", "70")]
        items += [("Route", route) for route in routes]
        items += [
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
        ]
        items += headers
        return Request(method, uri, Headers(items), body)

    def _way(self) -> tuple[Uri, tuple[str, ...]]:
        """Request-URI and Route: loose routing, or for a strict router its URI on top and the target last."""
        if not self.routes:
            return self.target, ()
        first = Address.parse(self.routes[0]).uri
        if first.param("lr") is not None:
            return self.target, self.routes
        return first, (*self.routes[1:], f"<{self.target}>")


def called(request: Request, tag: str) -> Dialog:
    """The dialog that our response with that tag opens on the called side (12.1.1)."""
    to = request.headers.get("To") or ""
    return Dialog(
        request.call_id,
        tag,
        request.from_.tag,
        f"{to};tag={tag}",
        request.headers.get("From") or "",
        request.contacts[0].uri if request.contacts else request.from_.uri,
        request.headers.values("Record-Route"),
        remote_cseq=request.cseq.number,
    )
