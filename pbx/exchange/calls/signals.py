"""What a leg tells its call: the vocabulary of the scripts, free of SIP."""

from dataclasses import dataclass

from pbx.media.events import MediaEvent


@dataclass(frozen=True, slots=True)
class Proceeding:
    """The party's phone rings (180), sends early media (183), is queued (182)."""

    status: int
    early_media: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The party answered."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The party's INVITE ended without an answer."""

    status: int


@dataclass(frozen=True, slots=True)
class Digit:
    """The party pressed a key; reported once however it was signalled."""

    digit: str
    how: str
    """event (RFC 4733), tone (in-band) or info (SIP INFO)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The party hung up, gave up or got lost."""

    cause: str


LegEvent = Proceeding | Answered | Rejected | Digit | Ended | MediaEvent
