"""Who calls and which number he called, as the network's header fields tell it (RFC 3323, RFC 3325, RFC 7315)."""

from __future__ import annotations

import pytest

from pbx.exchange.uas import _called_candidates, _caller
from pbx.sip.message import Request, parse

PLAIN = '"Anna" <sip:+4989111@provider.test>'


def invite(*fields: str, from_: str = PLAIN, uri: str = "sip:token@192.0.2.1", to: str = "<sip:030555@b>") -> Request:
    lines = [
        f"INVITE {uri} SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1",
        f"From: {from_};tag=1",
        f"To: {to}",
        "Call-ID: c",
        "CSeq: 1 INVITE",
        "Contact: <sip:192.0.2.9>",
        *fields,
    ]
    message = parse(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ((), "+4989111"),
        (("P-Asserted-Identity: <sip:+4989222@provider.test>",), "+4989222"),
        (("P-Asserted-Identity: <tel:+4989222>, <sip:other@x>",), "+4989222"),
        (("P-Asserted-Identity: no address at all <",), "+4989111"),
        (("P-Preferred-Identity: <sip:+4989222@provider.test>",), "+4989111"),
    ],
)
def test_the_asserted_number_counts_before_from(fields: tuple[str, ...], number: str) -> None:
    caller = _caller(invite(*fields), lambda user: user)
    assert (caller.number, caller.name, caller.outside) == (number, "Anna", True)


def test_a_number_may_come_as_tel_uri() -> None:
    assert _caller(invite(from_="<tel:+4989111>"), lambda user: user).number == "+4989111"


@pytest.mark.parametrize("privacy", ["id", "user", "header;id", "ID", "user ; critical"])
def test_who_wants_privacy_is_nobody(privacy: str) -> None:
    caller = _caller(invite(f"Privacy: {privacy}", "P-Asserted-Identity: <sip:+4989222@x>"), lambda user: user)
    assert (caller.number, caller.name, caller.outside) == ("", "", True)


@pytest.mark.parametrize("privacy", ["none", "history", "identity-is-no-word-here"])
def test_other_words_of_privacy_hide_nothing(privacy: str) -> None:
    assert _caller(invite(f"Privacy: {privacy}"), lambda user: user).number == "+4989111"


def test_the_called_number_is_looked_for_in_three_places() -> None:
    assert _called_candidates(invite("P-Called-Party-ID: <sip:+4930555@provider.test>")) == [
        "token",
        "+4930555",
        "030555",
    ]
    assert _called_candidates(invite("P-Called-Party-ID: <<")) == ["token", "030555"]
    assert _called_candidates(invite(uri="sip:192.0.2.1", to="<sip:b>")) == []
