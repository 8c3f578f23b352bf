"""What a final response to an INVITE means to people (RFC 3261, 21): one table for all that may refuse.

A number means something else from a colleague's phone than from the telephone network: 404 is "no such number" there
and "this phone has lost its account" here. What this box itself answers stands in the third column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pbx.exchange.wording import Wording

By = Literal["network", "phone", "box"]
"""Who refused: a trunk's provider and what is behind it, a desk phone, or we."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One status, from each who may send it."""

    network: Wording
    phone: Wording
    box: Wording

    def by(self, who: By) -> Wording:
        """In that one's words."""
        return {"network": self.network, "phone": self.phone, "box": self.box}[who]


def _same(de: str, en: str) -> Meaning:
    return Meaning(*[Wording(de, en)] * 3)


def _of(network: tuple[str, str], phone: tuple[str, str], box: tuple[str, str] = ("", "")) -> Meaning:
    return Meaning(Wording(*network), Wording(*phone), Wording(*(box if box[0] else network)))


_CODEC = _same("kein gemeinsames Audioformat", "no common audio format")
_BUSY = _same("besetzt", "busy")
_LOGIN = _of(
    ("der Anbieter lehnte die Anmeldung ab", "the provider rejected the login"),
    ("das Telefon verlangte ein Passwort", "the phone asked for a password"),
)
_ELSEWHERE = _of(
    ("der Anbieter verwies auf eine andere Rufnummer", "the provider referred to another number"),
    (
        "eine Rufumleitung am Telefon wirkt hier nicht",
        "call forwarding on the phone has no effect here",
    ),
)
_CANNOT = _of(
    (
        "der Anbieter verlangte etwas, das diese Anlage nicht kann",
        "the provider asked for something this box cannot do",
    ),
    ("das Telefon verlangte etwas, das diese Anlage nicht kann", "the phone asked for something this box cannot do"),
    ("der Anruf braucht etwas, das diese Anlage nicht kann", "the call needs something this box cannot do"),
)
_UNREADABLE = _of(
    ("der Anbieter verstand den Anruf nicht", "the provider did not understand the call"),
    ("das Telefon verstand den Anruf nicht", "the phone did not understand the call"),
    ("der Anruf war nicht zu verstehen", "the call could not be understood"),
)
_CIRCLE = _same("der Anruf lief im Kreis", "the call went round in circles")
_FAULT = _of(
    ("ein Fehler beim Anbieter", "an error at the provider"),
    ("ein Fehler im Telefon", "an error in the phone"),
    ("ein Fehler in der Anlage", "an error in the box"),
)
_GONE = _of(
    ("diese Rufnummer gibt es nicht", "no such number"),
    ("das Telefon kennt diesen Benutzernamen nicht", "the phone does not know this user name"),
)

MEANINGS: Mapping[int, Meaning] = {
    400: _UNREADABLE,
    401: _LOGIN,
    402: _of(
        ("das Guthaben beim Anbieter reicht nicht", "not enough credit with the provider"),
        ("das Telefon lehnte ab", "the phone declined"),
    ),
    403: _of(
        ("vom Anbieter nicht erlaubt", "not allowed by the provider"),
        ("vom Telefon nicht erlaubt", "not allowed by the phone"),
        ("nicht erlaubt", "not allowed"),
    ),
    404: _GONE,
    405: _CANNOT,
    406: _CODEC,
    407: _LOGIN,
    408: _of(
        ("keine Antwort vom Anbieter", "no response from the provider"),
        ("keine Antwort vom Telefon", "no response from the phone"),
    ),
    410: _GONE,
    413: _UNREADABLE,
    414: _UNREADABLE,
    415: _CODEC,
    416: _UNREADABLE,
    420: _CANNOT,
    421: _CANNOT,
    422: _CANNOT,
    430: _of(
        ("keine Antwort vom Anbieter", "no response from the provider"),
        ("keine Antwort vom Telefon", "no response from the phone"),
    ),
    433: _of(
        ("die Gegenseite nimmt keine Anrufe ohne Rufnummer an", "the other side does not accept withheld numbers"),
        ("das Telefon nimmt keine Anrufe ohne Rufnummer an", "the phone does not accept withheld numbers"),
    ),
    480: _of(
        ("nicht erreichbar", "not reachable"),
        ("das Telefon nimmt gerade keine Anrufe an", "the phone is not accepting calls at the moment"),
    ),
    482: _CIRCLE,
    483: _CIRCLE,
    484: _of(
        ("die Nummer ist unvollständig", "the number is incomplete"),
        ("das Telefon kennt diesen Benutzernamen nicht", "the phone does not know this user name"),
    ),
    485: _of(
        ("die Nummer ist nicht eindeutig", "the number is ambiguous"),
        ("das Telefon kennt diesen Benutzernamen nicht", "the phone does not know this user name"),
    ),
    486: _BUSY,
    487: _same("niemand nahm ab", "nobody answered"),
    488: _CODEC,
    493: _UNREADABLE,
    500: _FAULT,
    501: _CANNOT,
    502: _of(
        ("das Telefonnetz hinter dem Anbieter war gestört", "the network behind the provider was down"),
        ("ein Fehler im Telefon", "an error in the phone"),
    ),
    503: _of(
        ("die Leitung war gestört", "the line was down"),
        ("das Telefon war überlastet oder nicht erreichbar", "the phone was overloaded or could not be reached"),
        ("es waren zu viele Anrufe gleichzeitig", "there were too many calls at once"),
    ),
    504: _of(
        ("das Telefonnetz antwortete nicht rechtzeitig", "the network did not respond in time"),
        ("das Telefon antwortete nicht rechtzeitig", "the phone did not respond in time"),
        ("die Gegenseite antwortete nicht rechtzeitig", "the other side did not respond in time"),
    ),
    505: _CANNOT,
    513: _UNREADABLE,
    580: _CANNOT,
    600: _BUSY,
    603: _same("abgelehnt", "declined"),
    604: _GONE,
    606: _CODEC,
    607: _same("als unerwünscht abgelehnt", "declined as unwanted"),
    608: _same("im Netz abgelehnt", "rejected by the network"),
}
"""By status; `meaning` knows the others by their class."""

_OTHERS = {
    3: _ELSEWHERE,
    4: _of(
        ("der Anbieter nahm den Anruf nicht an", "the provider did not accept the call"),
        ("das Telefon nahm den Anruf nicht an", "the phone did not accept the call"),
        ("der Anruf konnte nicht angenommen werden", "the call could not be accepted"),
    ),
    5: _FAULT,
    6: _same("abgelehnt", "declined"),
}


def meaning(status: int) -> Meaning:
    """What any final response from 300 on means; an unknown one counts as its class's (RFC 3261, 8.1.3.2)."""
    return MEANINGS.get(status) or _OTHERS.get(status // 100, _OTHERS[4])
