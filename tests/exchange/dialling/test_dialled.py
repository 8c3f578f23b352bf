"""What a phone dials is read as keys: from a SIP URI as from a tel: URI, with what helps reading taken out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.dialled import dialled, is_for_emergency, keys
from pbx.exchange.dialling.numbers import DIALLED
from pbx.sip.uri import Uri
from pbx.store.rows import CallRecord
from tests.exchange.dialled_numbers import EVERYTHING, OFFICE
from tests.exchange.peers import BOX, polite, said
from tests.exchange.rig import Rig
from tests.line import play

HERE = frozenset({"box", "192.0.2.7"})


def read(text: str) -> str:
    return dialled(Uri.parse(text), OFFICE, HERE)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("+49%2030%20555-00", "+493055500"),
        ("%2b49%2030%20555-00", "+493055500"),
        ("%2B49(30)555.00", "+493055500"),
        ("+49%20(0)30%20555-00", "+4903055500"),
        ("+49%20%280%2930%20555-00", "+4903055500"),
        ("089-123456", "089123456"),
        ("%2089123456", "89123456"),
        ("2-1", "21"),
        ("2%201", "21"),
        ("*9-7", "*97"),
        ("%2a97", "*97"),
        ("%2A9%2d7%23", "*97#"),
        ("1-1-2", "112"),
        ("(1.1)0", "110"),
        ("-", ""),
    ],
)
def test_what_only_helps_reading_is_taken_out_after_unescaping(user: str, expected: str) -> None:
    assert read(f"sip:{user}@box") == expected
    assert read(f"sip:{user}@box;user=phone") == expected
    assert read(f"sips:{user}@box:5061;user=PHONE;transport=tls") == expected


@pytest.mark.parametrize(
    "user",
    [
        "030/55500",  # no separator of RFC 3966
        "030%2F55500",
        "030%C2%A055500",  # a blank that does not break lines
        "030%E2%80%AF55500",
        "030%E2%80%91555",  # a hyphen that does not either
        "030%E2%80%9355500",
        "030%0955500",
        "030_55500",
        "030,55500",
        "030%2C55500",
        "030;ext=1",
        "030;phone-context=box",
        "030%3Bphone-context=box",
        "030%252D55500",  # nothing is unescaped twice
        "030~55500",
        "%D9%A0%D9%A8%D9%A9123456",
    ],
)
def test_nothing_else_is_taken_for_a_separator(user: str) -> None:
    assert not DIALLED.fullmatch(read(f"sip:{user}@box"))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("tel:+49-30-555-00", "+493055500"),
        ("TEL:+49.30.555.00", "+493055500"),
        ("tel:+49%2030%20555-00", "+493055500"),
        ("tel:+49-30-555-00;phone-context=example.com", "+493055500"),
        ("tel:+49-30-555-00;npdi;rn=+4930", "+493055500"),
        ("tel:555-00", "55500"),
        ("tel:555-00;phone-context=+49", "55500"),
        ("tel:555-00;phone-context=+49-30", "55500"),
        ("tel:030-555-00;phone-context=+49", "03055500"),
        ("tel:2-1;phone-context=+49-30-123", "21"),
        ("tel:2-1;phone-context=BOX", "21"),
        ("tel:2-1;Phone-Context=192.0.2.7", "21"),
        ("tel:%2A97;phone-context=box", "*97"),
        ("tel:1-1-2;phone-context=+1", "112"),
        ("tel:110;phone-context=elsewhere.example", "110"),
        ("tel:112;ext=1", "112"),
        ("sip:555-00;phone-context=+4930@box;user=phone", "55500"),
        ("sip:+49-30-555-00;isup-oli=0@box;user=phone", "+493055500"),
    ],
)
def test_a_telephone_subscriber_counts_where_its_context_is_ours(uri: str, expected: str) -> None:
    assert read(uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "tel:555-00;phone-context=+49-89",
        "tel:555-00;phone-context=+1",
        "tel:555-00;phone-context=+",
        "tel:555-00;phone-context=",
        "tel:555-00;phone-context",
        "tel:555-00;phone-context=elsewhere.example",
        "tel:+49-30-555-00;ext=21",
        "tel:+49-30-555-00;EXT=21",
        "tel:+49-30-555-00;isub=1",
        "tel:+49-30-555-00;postd=pp22",
        "tel:+49-30-555-00;m-unknown=1",
        "tel:;phone-context=box",
        "sip:555-00;phone-context=evil@box;user=phone",
        "sip:box",
        "urn:service:sos",
    ],
)
def test_what_asks_for_something_else_is_no_number(uri: str) -> None:
    assert not DIALLED.fullmatch(read(uri))


def test_without_a_country_only_the_offices_numbers_tell_where_here_is() -> None:
    nowhere = replace(OFFICE, country="", area_code="")
    assert dialled(Uri.parse("tel:21;phone-context=+4930123"), nowhere, HERE) == "21"
    assert not DIALLED.fullmatch(dialled(Uri.parse("tel:21;phone-context=+43"), nowhere, HERE))


@given(EVERYTHING)
def test_reading_twice_changes_nothing(text: str) -> None:
    assert keys(keys(text)) == keys(text)


@given(EVERYTHING, st.sampled_from(["sip:{}@box", "sip:{}@box;user=phone", "tel:{}", "tel:{};phone-context=+49"]))
def test_what_is_read_holds_the_same_keys_in_the_same_order(text: str, form: str) -> None:
    """Nothing is made up: letters, other digits and signs are there still, so that the strict rule sees them."""
    user = Uri("sip", text, host="box")
    written = str(user).removeprefix("sip:").removesuffix("@box")
    try:
        uri = Uri.parse(form.format(written))
    except ValueError:
        return
    found = dialled(uri, OFFICE, HERE)
    if DIALLED.fullmatch(found) and ";" not in text:
        assert found == keys(text)


def call_to(uri: str, *, to: str = "", answers: int = 200) -> tuple[list[str], CallRecord, list[str]]:
    """What Anna is answered who dials that, the call's row, and whom the provider was asked for."""
    outcomes: list[tuple[list[str], CallRecord, list[str]]] = []

    async def script() -> None:
        rig = Rig()
        await rig.open("anna", "bert")
        polite(rig.peers.values(), bert=answers, provider=answers, spare=answers)
        anna = rig.peers["anna"]
        line = anna.line()
        line.target, line.theirs = uri, to or "<sip:22@box>"
        line.ask("INVITE", rig.proof(anna, "INVITE", uri), body=line.description())
        await rig.settle(2)
        if "200" in said(line):
            line.ack()
            line.ask("BYE")
        await rig.quiet()
        asked = [each.invite for name in ("provider", "spare") for each in rig.peers[name].lines]
        outcomes.append((said(line), rig.record, [invite.uri.user or "" for invite in asked if invite]))

    play(script())
    return outcomes[0]


@pytest.mark.parametrize(
    "uri",
    [
        f"sip:+49%2089%20123-456@{BOX[0]}",
        f"sip:%2b49(89)123.456@{BOX[0]}:5060;user=phone",
        "tel:+49-89-123-456",
        "tel:089-123-456;phone-context=+49-30",
    ],
)
def test_an_address_books_number_is_called(uri: str) -> None:
    answers, record, asked = call_to(uri)
    assert answers[-1] == "200"
    assert (record.to, record.outcome) == ("+4989123456", "answered")
    assert asked == ["+4989123456"]


@pytest.mark.parametrize("uri", [f"sip:2-2@{BOX[0]}", f"sip:2%202@{BOX[0]}", "tel:2-2;phone-context=127.0.0.1"])
def test_a_colleague_is_reached_however_the_extension_is_written(uri: str) -> None:
    _, record, asked = call_to(uri, to="<sip:+4989123456@box>")
    assert (record.to, record.extension, record.outcome, asked) == ("22", "22", "answered", [])


@pytest.mark.parametrize("uri", [f"sip:1-1-2@{BOX[0]}", "tel:112", "tel:112;phone-context=+1"])
def test_an_emergency_number_goes_out_however_it_is_written(uri: str) -> None:
    _, record, asked = call_to(uri)
    assert (record.outcome, asked) == ("answered", ["112"])


@pytest.mark.parametrize("uri", [f"sip:030%C2%A055500@{BOX[0]}", "tel:21;phone-context=+1", "tel:+4989123456;ext=1"])
def test_the_to_header_field_is_never_dialled(uri: str) -> None:
    """The Request-URI says what is wanted (RFC 3261, 8.2.2.1); nobody else is rung when it says nothing."""
    answers, record, asked = call_to(uri, to="<sip:+4989123456@box>")
    assert (answers[-1], record.outcome, asked) == ("404", "refused", [])


@pytest.mark.parametrize(
    "uri",
    ["sip:112@box", "sip:1%201-2%23@box", "sip:9112@box", "sip:112;phone-context=+43@box;user=phone", "tel:112",
     "tel:(11)2;phone-context=elsewhere", "tel:%31%31%30;ext=1", "sip:+49112@box"],
)  # fmt: skip
def test_an_emergency_is_one_however_it_is_written(uri: str) -> None:
    office = replace(OFFICE, access_digit="9")
    assert is_for_emergency(Uri.parse(uri), office)


@pytest.mark.parametrize("uri", ["sip:113@box", "sip:*112@box", "sip:9112@box", "urn:service:112"])
def test_what_only_looks_like_an_emergency_is_none(uri: str) -> None:
    assert not is_for_emergency(Uri.parse(uri), OFFICE)
