"""What a final response to an INVITE means to people (RFC 3261, 21): one table, whoever refused.

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


_CODEC = _same("kein gemeinsames Tonformat", "no sound format in common")
_BUSY = _same("besetzt", "busy")
_LOGIN = _of(
    ("der Anbieter weist die Anmeldung ab", "the provider rejects the credentials"),
    ("das Telefon verlangt ein Passwort", "the phone wants a password"),
)
_ELSEWHERE = _of(
    ("der Anbieter verweist auf eine andere Nummer", "the provider points to another number"),
    (
        "am Telefon ist eine Umleitung eingestellt, die hier nicht gilt",
        "the phone forwards calls, which has no effect here",
    ),
)
_CANNOT = _of(
    ("der Anbieter verlangt etwas, das diese Anlage nicht kann", "the provider wants something this box cannot do"),
    ("das Telefon verlangt etwas, das diese Anlage nicht kann", "the phone wants something this box cannot do"),
    ("es wurde etwas verlangt, das diese Anlage nicht kann", "something was wanted that this box cannot do"),
)
_UNREADABLE = _of(
    ("der Anbieter verstand den Anruf nicht", "the provider did not understand the call"),
    ("das Telefon verstand den Anruf nicht", "the phone did not understand the call"),
    ("der Anruf war nicht zu verstehen", "the call could not be understood"),
)
_CIRCLE = _same("der Anruf lief im Kreis", "the call went round in circles")
_FAULT = _of(
    ("beim Anbieter gab es einen Fehler", "the provider had a fault"),
    ("das Telefon hatte einen Fehler", "the phone had a fault"),
    ("in der Anlage gab es einen Fehler", "the box had a fault"),
)
_GONE = _of(
    ("diese Nummer gibt es nicht", "no such number"),
    ("das Telefon kennt dieses Konto nicht", "the phone does not know this account"),
)

MEANINGS: Mapping[int, Meaning] = {
    400: _UNREADABLE,
    401: _LOGIN,
    402: _of(
        ("das Guthaben beim Anbieter reicht nicht", "there is too little credit at the provider"),
        ("das Telefon lehnte ab", "the phone refused"),
    ),
    403: _of(
        ("vom Anbieter nicht erlaubt", "not allowed by the provider"),
        ("das Telefon erlaubt es nicht", "the phone does not allow it"),
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
        ("Anrufe ohne Rufnummer nimmt die Gegenseite nicht an", "calls without a number are not taken there"),
        ("das Telefon nimmt keine Anrufe ohne Rufnummer an", "the phone takes no calls without a number"),
    ),
    480: _of(
        ("nicht erreichbar", "not reachable"),
        ("das Telefon nimmt gerade keine Anrufe an", "the phone takes no calls just now"),
    ),
    482: _CIRCLE,
    483: _CIRCLE,
    484: _of(
        ("die Nummer ist unvollständig", "the number is incomplete"),
        ("das Telefon kennt dieses Konto nicht", "the phone does not know this account"),
    ),
    485: _of(
        ("die Nummer ist nicht eindeutig", "the number is ambiguous"),
        ("das Telefon kennt dieses Konto nicht", "the phone does not know this account"),
    ),
    486: _BUSY,
    487: _same("niemand nahm ab", "nobody answered"),
    488: _CODEC,
    493: _UNREADABLE,
    500: _FAULT,
    501: _CANNOT,
    502: _of(
        ("das Telefonnetz hinter dem Anbieter ist gestört", "the network behind the provider is down"),
        ("das Telefon hatte einen Fehler", "the phone had a fault"),
    ),
    503: _of(
        ("die Leitung ist gestört", "the line is down"),
        ("das Telefon ist überlastet oder nicht erreichbar", "the phone is overloaded or cannot be reached"),
        ("es waren zu viele Anrufe auf einmal", "there were too many calls at once"),
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
    603: _same("abgelehnt", "refused"),
    604: _GONE,
    606: _CODEC,
    607: _same("als unerwünscht abgelehnt", "refused as unwanted"),
    608: _same("im Netz abgelehnt", "refused within the network"),
}
"""By status; `meaning` knows the others by their class."""

_OTHERS = {
    3: _ELSEWHERE,
    4: _of(
        ("der Anbieter nahm den Anruf nicht an", "the provider did not take the call"),
        ("das Telefon nahm den Anruf nicht an", "the phone did not take the call"),
        ("der Anruf konnte nicht angenommen werden", "the call could not be taken"),
    ),
    5: _FAULT,
    6: _same("abgelehnt", "refused"),
}


def meaning(status: int) -> Meaning:
    """What any final response from 300 on means; an unknown one counts as its class's (RFC 3261, 8.1.3.2)."""
    return MEANINGS.get(status) or _OTHERS.get(status // 100, _OTHERS[4])
