"""Is this request really from one of our phones? Digest (RFC 3261, section 22; RFC 8760) within the guard's limits."""

from collections.abc import Callable
from dataclasses import dataclass

from pbx.exchange.guard import Guard
from pbx.sip.digest import Accepted, Challenger, Missing, Stale
from pbx.sip.flow import Flow
from pbx.sip.message import Request
from pbx.store.models import Office, Phone


@dataclass(frozen=True, slots=True)
class Refused:
    """Not without (better) credentials: the same for a wrong password, an unknown and a disabled name."""

    status: int
    headers: tuple[tuple[str, str], ...]


class Doorkeeper:
    """Checks the credentials of requests; one for all methods, so that all of them answer alike."""

    def __init__(self, office: Callable[[], Office], challenger: Challenger, guard: Guard) -> None:
        self._office = office
        self._challenger = challenger
        self._guard = guard

    def admit(self, request: Request, flow: Flow) -> Phone | Refused:
        """The phone whose credentials the request carries; else what to refuse it with."""
        phones = self._office().phones

        def password_of(username: str) -> str | None:
            phone = phones.get(username)
            return phone.password if phone else None

        verdict = self._challenger.check(request.headers.all("Authorization"), request.method, request.uri, password_of)
        host = flow.remote[0]
        if isinstance(verdict, Accepted):
            if self._guard.may_try(host, verdict.username):
                self._guard.passed(host, verdict.username)
                return phones[verdict.username]
        elif not isinstance(verdict, Missing | Stale):
            self._guard.failed(host, verdict.username, known=verdict.username in phones)
        values = self._challenger.challenge(stale=isinstance(verdict, Stale))
        return Refused(401, tuple(("WWW-Authenticate", value) for value in values))

    def remember(self, host: str, username: str) -> None:
        """The phone was registered from there before this process began."""
        self._guard.passed(host, username)
