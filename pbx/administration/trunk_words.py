"""How a trunk is, for people who do not run telephone networks: what is so, and what they can do about it."""

import re
from collections.abc import Callable

from pbx.sentence import Sentence
from pbx.store.models import Trunk


def explained(trunk: Trunk, state: str, detail: str) -> Sentence:
    """A trunk's state (`live.Live.trunk_states`) as a sentence."""
    name = trunk.name
    match state:
        case "registered":
            return Sentence("{name} is connected: calls come in and go out.", name=name)
        case "reachable":
            return Sentence("{name} answers: calls come in and go out.", name=name)
        case "trying":
            return Sentence("{name} is being connected…", name=name)
        case "stopped":
            return Sentence("The exchange is not running.")
        case "unknown":
            return Sentence("{name} does not say how it is; calls are tried all the same.", name=name)
    return next((say(name, detail) for pattern, say in FAILURES if re.search(pattern, detail)), _other(name, detail))


def _other(name: str, detail: str) -> Sentence:
    return Sentence("{name} is not connected. The provider says: {why}", name=name, why=detail or "-")


FAILURES: tuple[tuple[str, Callable[[str, str], Sentence]], ...] = (
    (
        r"with the box's key",
        lambda name, why: Sentence(
            "{name}: the box cannot read the password any more, as its key was lost or is another box's. Type the"
            " password again.",
            name=name,
        ),
    ),
    (
        r"not accepted|^40[137]",
        lambda name, why: Sentence(
            "{name}: the provider refuses the user name or the password. Compare both with its letter, sign by sign.",
            name=name,
        ),
    ),
    (
        r"cannot be found",
        lambda name, why: Sentence(
            "{name}: the provider's server cannot be found. Either the box has no internet, or the server's name is"
            " wrong.",
            name=name,
        ),
    ),
    (
        r"^404|^410|^604",
        lambda name, why: Sentence("{name}: the provider does not know this account.", name=name),
    ),
    (
        r"certificate|[Tt][Ll][Ss]|[Ss][Ss][Ll]",
        lambda name, why: Sentence(
            "{name}: the provider's server could not prove that it is the provider's. Nothing was sent to it.",
            name=name,
        ),
    ),
    (
        r"no answer|^408|timed? ?out|refused|unreachable|the connection was lost|no way",
        lambda name, why: Sentence(
            "{name}: the provider does not answer. Is the internet working, and does the router let telephony through?",
            name=name,
        ),
    ),
    (
        r"^5[0-9][0-9]|^480",
        lambda name, why: Sentence(
            "{name}: the provider has a fault of its own ({why}). The box tries again by itself.", name=name, why=why
        ),
    ),
    (
        r"unknown kind of password",
        lambda name, why: Sentence(
            "{name}: the provider asks for the password in a way that the box does not know.", name=name
        ),
    ),
)
"""What the words of a trunk that failed look like, and what they mean; the first that fits."""
