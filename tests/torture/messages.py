"""All torture messages with what must come back; for tests of the parser, the stack and the running exchange."""

from tests.torture.application import APPLICATION
from tests.torture.case import Case
from tests.torture.invalid import INVALID
from tests.torture.ipv6 import IPV6
from tests.torture.valid import VALID

__all__ = ["MESSAGES", "Case", "named"]

MESSAGES: list[Case] = [*VALID, *INVALID, *APPLICATION, *IPV6]


def named(name: str) -> bytes:
    """The bytes of the message of that name."""
    return next(case.data for case in MESSAGES if case.name == name)
