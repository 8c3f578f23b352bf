"""Which PINs are good enough for a mailbox."""

import re
from itertools import pairwise

from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.store.secrets.pins import hash_pin


def hashed(pin: str, extension: str) -> str:
    """The PIN's hash, if it is not one that everybody would try first. Raises Refused."""
    if not re.fullmatch(r"[0-9]{4,10}", pin):
        raise Refused(Sentence("A PIN must have 4 to 10 digits."), field="pin")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise Refused(
            Sentence("This PIN is too easy to guess: avoid sequences like 1234 and repeating a single digit."),
            field="pin",
        )
    if extension in (pin, pin.lstrip("0")) or pin == extension * (len(pin) // len(extension)):
        raise Refused(Sentence("The PIN must not be the same as the extension."), field="pin")
    return hash_pin(pin)
