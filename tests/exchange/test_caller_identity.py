"""Who calls and which number they called, by the network's header fields (RFC 3323, RFC 3325, RFC 7315)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.router import _called_candidates, _caller
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
        (("P-Asserted-Identity: <sip:sales@x>, <tel:+4989222>",), "+4989222"),
        (("P-Asserted-Identity: <sip:sales@x>", "P-Asserted-Identity: <tel:+4989222>"), "+4989222"),
        (('P-Asserted-Identity: "Anna" <sip:a,b@x>, <sip:+4989222@x>',), "+4989222"),
        (("P-Asserted-Identity: no address at all <",), "+4989111"),
        (("P-Preferred-Identity: <sip:+4989222@provider.test>",), "+4989111"),
    ],
)
def test_the_asserted_number_counts_before_from(fields: tuple[str, ...], number: str) -> None:
    caller = _caller(invite(*fields), lambda user: user if user.startswith("+") else "")
    assert (caller.number, caller.name, caller.outside) == (number, "Anna", True)


def test_a_number_may_come_as_tel_uri() -> None:
    assert _caller(invite(from_="<tel:+4989111>"), lambda user: user).number == "+4989111"


ASSERTED = "P-Asserted-Identity: <sip:+4989222@x>"


@pytest.mark.parametrize(
    "lines",
    [
        ("id",), ("user",), ("header",), ("session",), ("critical",), ("ID",), ("header;id",), ("header; id",),
        ("header ;\tid",), ("user ; critical",), ("header, id",), (";;id;",), ("x-new;id",), ("id;x-new",),
        ("header", "id"), ("none", "id"), ("id", "none"), ("none;critical",), ("history", "id"), ("history;id",),
        ("x-new",), ('"id"',), ("",), ("none x",),
    ],
)  # fmt: skip
def test_who_wants_privacy_is_nobody(lines: tuple[str, ...]) -> None:
    caller = _caller(invite(*(f"Privacy: {line}" for line in lines), ASSERTED), lambda user: user)
    assert (caller.number, caller.name, caller.outside) == ("", "", True)


@pytest.mark.parametrize("lines", [("none",), ("None ",), ("none", "none"), ("history",), ("none, history",)])
def test_words_of_privacy_that_do_not_concern_who_calls_hide_nothing(lines: tuple[str, ...]) -> None:
    assert _caller(invite(*(f"Privacy: {line}" for line in lines)), lambda user: user).number == "+4989111"


WORDS = st.sampled_from(["none", "history", "id", "ID", "user", "header", "session", "critical", "x-new", '"id"'])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=3), st.data())
def test_however_privacy_is_written_only_two_words_show_a_number(lines: list[list[str]], data: st.DataObject) -> None:
    between = st.sampled_from([";", "; ", ",", " ,\t", " ; ", ";;", "\r\n ;", " "])
    written = [words[0] + "".join(data.draw(between) + word for word in words[1:]) for words in lines]
    caller = _caller(invite(*(f"privacy : {line}" for line in written), ASSERTED), lambda user: user)
    harmless = {word for words in lines for word in words} <= {"none", "history"}
    assert caller.number == ("+4989222" if harmless else "")


@pytest.mark.parametrize(
    "from_",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>', "<sip:Anonymous@provider.test>", "sip:x@anonymous.invalid",
        "<sip:unavailable@unknown.invalid>", '"anonymous" <sip:+4989111@provider.test>', "<sip:restricted@x>",
        "<tel:anonymous>", "<sip:anonymous;phone-context=+49@x;user=phone>", "<sip:+4989111@anonymous.Invalid.>",
        "<sip:+4989111@invalid>", "<sip:%41nonymous@x>",
    ],
)  # fmt: skip
def test_who_is_anonymous_in_from_is_nobody_whatever_the_network_asserts(from_: str) -> None:
    caller = _caller(invite('P-Asserted-Identity: "Anna" <sip:+4989222@x>', from_=from_), lambda user: user)
    assert (caller.number, caller.name) == ("", "")


@pytest.mark.parametrize(
    "field",
    [
        "P-Asserted-Identity: <sip:anonymous@anonymous.invalid>",
        'P-Asserted-Identity: "A, B" <sip:+4989111@x>, <sip:anonymous@x>',
        "Remote-Party-ID: <sip:+4989111@x>;party=calling;privacy=full",
        "Remote-Party-ID: <sip:x@x>, <sip:+4989111@x>;privacy=uri-network",
        "Remote-Party-ID: <sip:+4989111@x;privacy=full",
        "P-Asserted-Identity: tel:Anonymous",
        "P-Preferred-Identity: <sip:anonymous@anonymous.invalid>",
    ],
)
def test_who_is_hidden_in_any_other_place_is_nobody(field: str) -> None:
    caller = _caller(invite(field), lambda user: user)
    assert (caller.number, caller.name) == ("", "")


def test_a_shown_remote_party_hides_nothing() -> None:
    assert _caller(invite("Remote-Party-ID: <sip:1@x>;privacy=off"), lambda user: user).number == "+4989111"


def test_the_called_number_is_looked_for_in_three_places() -> None:
    assert _called_candidates(invite("P-Called-Party-ID: <sip:+4930555@provider.test>")) == [
        "token",
        "+4930555",
        "030555",
    ]
    twice = invite("P-Called-Party-ID: <sip:sales@p>", "P-Called-Party-ID: <sip:+4930555@p>;x=1, <sip:2@p>")
    assert _called_candidates(twice) == ["token", "sales", "+4930555", "2", "030555"]
    assert _called_candidates(invite("P-Called-Party-ID: <<")) == ["token", "030555"]
    assert _called_candidates(invite(uri="sip:192.0.2.1", to="<sip:b>")) == []
