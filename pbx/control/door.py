"""Who comes in by a socket, and what may be asked for there: programs of other users get sockets of their own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """What a control socket lets in."""

    mode: int
    """The socket's permissions. Its group is that of its folder, when that is setgid."""
    as_session: bool = False
    """Every question must name the session it is asked in: nobody is root here."""
    verbs: frozenset[str] | None = None
    """All there is to ask for; None: everything."""

    def lets(self, verb: str, session: str | None) -> bool:
        """Whether this may be asked."""
        return (session is not None or not self.as_session) and (self.verbs is None or verb in self.verbs)


OWN = Door(0o600)
"""For whom the exchange runs as, and root: the command line."""
PAGE = Door(0o660, as_session=True)
"""For the web page, which asks on behalf of those who look at it."""
LAMPS = Door(0o660, verbs=frozenset({"now", "code press"}))
"""For the lamps and the button."""
