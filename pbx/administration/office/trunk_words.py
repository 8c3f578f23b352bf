"""How a trunk is, for people who do not run telephone networks: what is so, and what they can do about it."""

import re
from collections.abc import Callable, Collection, Sequence

from pbx.sentence import Sentence
from pbx.store.models import Trunk
from pbx.store.rows import CallDirection

Say = Callable[[str], Sentence]
"""A trunk's name into what is to be said of it."""


def explained(trunk: Trunk, state: str, detail: str, seen: Collection[CallDirection] = ()) -> Sentence:
    """A trunk's state (`live.Live.trunk_states`) as a sentence; `seen` are the directions calls went in already.

    That it registers, or answers, says of calls only that they may be tried.
    """
    name = trunk.name
    match state:
        case "registered" | "reachable":
            return _works(name, state == "registered", "in" in seen, "out" in seen)
        case "trying":
            return Sentence("{name} is connecting…", name=name)
        case "stopped":
            return Sentence("The exchange is not running.")
        case "unknown":
            silent = Sentence("{name} does not report its state; the box tries to place calls anyway.", name=name)
            return _by_words(name, detail, TROUBLES) or silent
    return _by_status(name, detail) or _by_words(name, detail, (*TROUBLES, *FAILURES)) or _other(name, detail)


def _works(name: str, registered: bool, comes_in: bool, goes_out: bool) -> Sentence:
    """It is there, and calls were seen to go in these directions."""
    how = Sentence("{name} is connected", name=name) if registered else Sentence("{name} answers", name=name)
    if comes_in and goes_out:
        return Sentence("{trunk}: calls come in and go out.", trunk=how)
    if comes_in:
        return Sentence("{trunk}: calls come in, but none has gone out yet.", trunk=how)
    if goes_out:
        return Sentence("{trunk}: calls go out, but none has come in yet.", trunk=how)
    return Sentence("{trunk}, but no call has come in or gone out yet.", trunk=how)


def _by_status(name: str, detail: str) -> Sentence | None:
    """What a provider's status means to an account; the phrase behind it may say anything."""
    found = re.match(r"([3-6][0-9][0-9])(?![0-9])", detail)
    if found is None:
        return None
    status = int(found[1])
    if status in (401, 403, 407):
        return _wrong_password(name)
    if status in (404, 410, 604):
        return Sentence("{name}: the provider does not know this user name.", name=name)
    if status == 408:
        return _no_answer(name)
    if status == 480 or status >= 500:
        return Sentence(
            "{name}: the provider itself has a problem ({why}). The box keeps trying.", name=name, why=detail
        )
    return None


def _by_words(name: str, detail: str, table: Sequence[tuple[str, Say]]) -> Sentence | None:
    """What words of the box's own mean."""
    return next((say(name) for pattern, say in table if re.search(pattern, detail)), None)


def _other(name: str, detail: str) -> Sentence:
    return Sentence("{name} is not connected. The provider says: {why}", name=name, why=detail or "-")


def _wrong_password(name: str) -> Sentence:
    return Sentence(
        "{name}: the provider rejects the user name or the password. Compare both with the provider's"
        " letter, character by character.",
        name=name,
    )


def _no_answer(name: str) -> Sentence:
    return Sentence(
        "{name}: the provider does not answer. Is the internet working, and does the router let telephony through?",
        name=name,
    )


TROUBLES: tuple[tuple[str, Say], ...] = (
    (
        r"^the certificate is not accepted: .*(expired|not yet valid)",
        lambda name: Sentence(
            "{name}: the certificate of the provider's server has expired or is not valid yet, or the box's clock"
            " is wrong. Nothing was sent to it.",
            name=name,
        ),
    ),
    (
        r"^the certificate is not accepted: .*([Mm]ismatch|not valid for)",
        lambda name: Sentence(
            "{name}: the server that answered has a certificate for another name. Compare the server with the"
            " provider's letter. Nothing was sent to it.",
            name=name,
        ),
    ),
    (
        r"^the certificate is not accepted",
        lambda name: Sentence(
            "{name}: the server could not prove that it belongs to the provider. Nothing was sent to it.",
            name=name,
        ),
    ),
    (
        r"^TLS failed",
        lambda name: Sentence(
            "{name}: the box could not make an encrypted connection to the provider's server. Compare the port"
            " and transport with the provider's letter.",
            name=name,
        ),
    ),
    (
        r"cannot be found$",
        lambda name: Sentence(
            "{name}: the provider's server cannot be found. Either the box has no internet connection, or the"
            " server's name is wrong.",
            name=name,
        ),
    ),
)
"""What is wrong before anything was asked, whatever kind of trunk it is; the first that fits."""
FAILURES: tuple[tuple[str, Say], ...] = (
    (
        r"with the box's key",
        lambda name: Sentence(
            "{name}: the box can no longer read the password because its key was lost or belongs to another box."
            " Please enter the password again.",
            name=name,
        ),
    ),
    (r"^user name or password is not accepted", _wrong_password),
    (
        r"unknown kind of password",
        lambda name: Sentence(
            "{name}: the provider asks for the password in a way the box does not support.", name=name
        ),
    ),
    (r"no answer|timed? ?out|refused|[Uu]nreachable|connection was (lost|closed)|reset|no way|No route", _no_answer),
)
"""What the words of an account that failed look like, and what they mean; the first that fits."""
