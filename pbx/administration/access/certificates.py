"""The box's certificate as people ask for it: whose it is, what it speaks for, and the authority to be trusted."""

import time
from pathlib import Path
from typing import Any

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.sip.transport.issued import DAY, Issued
from pbx.sip.transport.tls import authority_paths

Shown = dict[str, Any]

SOON = 14 * DAY
"""Seconds before its end when the page warns of a certificate that nobody renews."""


def show(desk: Desk) -> Shown:
    """Who made it (box, office), names, begin and end, and the fingerprint of the authority. Raises Refused."""
    issued = _issued(desk.data)
    return {
        "made_by": issued.made_by,
        "names": list(issued.names),
        "begin": issued.begin,
        "end": issued.end,
        "fingerprint": _readable(issued.authority),
    }


def export(desk: Desk) -> Shown:
    """The authority's certificate, which phones and browsers are to trust, and its SHA-256. Raises Refused."""
    issued = _issued(desk.data)
    if not issued.authority:
        raise Refused(
            Sentence(
                "The office uses its own certificate: phones and browsers must trust the authority that signed it."
            )
        )
    pem = authority_paths(desk.data)[0].read_text("ascii")
    return {"pem": pem, "fingerprint": _readable(issued.authority)}


def check(desk: Desk) -> DoctorCheck | None:
    """Whether what the box shows of itself holds; None while there is nothing to show."""
    issued = Issued.read(desk.data)
    if issued is None:
        return None
    if issued.made_by == "box":
        sentence = Sentence("The box's certificate is signed by its own authority and valid for all its names.")
        return DoctorCheck("certificate", "ok", sentence)
    left = issued.end - time.time()
    advice = Sentence(
        "Put a newer one into the data folder, or delete tls.crt and tls.key; the box then creates its own."
    )
    if left < 0:
        sentence = Sentence("The office's own certificate has expired: phones and browsers refuse it.")
        return DoctorCheck("certificate", "fail", sentence, advice)
    if left < SOON:
        days = int(left // DAY)
        sentence = Sentence("The office's own certificate expires soon; days left: {days}.", days=days)
        return DoctorCheck("certificate", "warn", sentence, advice)
    return DoctorCheck("certificate", "ok", Sentence("The box uses the office's own certificate."))


def _issued(data: Path) -> Issued:
    issued = Issued.read(data)
    if issued is None:
        raise Refused(Sentence("There is no certificate yet; the exchange creates one when it starts."), 1)
    return issued


def _readable(fingerprint: str) -> str:
    """As browsers show it: 5A:0B:..."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()
