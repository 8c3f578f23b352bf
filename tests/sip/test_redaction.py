"""What may be read of a SIP message, and what may not, wherever somebody puts it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.digest import Credentials, answer
from pbx.sip.redaction import HIDDEN, redacted

SECRETS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=12, max_size=24)
"""Texts that stand nowhere by chance."""

REQUEST = """{first}
Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1
From: "Anna Berg" <sip:21@192.0.2.1>;tag=a
To: <sip:22@192.0.2.1>
Call-ID: c1
CSeq: 1 INVITE
{header}
Max-Forwards: 70

{body}"""


def message(first: str = "INVITE sip:22@192.0.2.1 SIP/2.0", header: str = "Subject: x", body: str = "") -> bytes:
    return REQUEST.format(first=first, header=header, body=body).replace("\n", "\r\n").encode()


DIGEST = 'Digest username="anna", realm="durchwahl", nonce="{s}", uri="sip:22@h", response="{s}", cnonce="{s}"'
PLACES = {
    "answer": lambda s: message(header=f"Authorization: {DIGEST.format(s=s)}"),
    "answer of the trunk": lambda s: message(header=f"Proxy-Authorization: {DIGEST.format(s=s)}, opaque={s}"),
    "compact case": lambda s: message(header=f"aUTHORIZATION : {DIGEST.format(s=s)}"),
    "folded": lambda s: message(header=f'Authorization: Digest username="anna",\n\tnonce="{s}",\n  response="{s}"'),
    "folded with a colon": lambda s: message(header=f"Authorization: Basic\n\tuser:{s}\n x:{s}"),
    "challenge": lambda s: message("SIP/2.0 401 Unauthorized", f'WWW-Authenticate: Digest realm="d", nonce="{s}"'),
    "unknown parameter": lambda s: message(header=f'Authorization: Digest realm="d", novelty="{s}", nonce=x'),
    "secret as name": lambda s: message(header=f"Authorization: Digest {s}=1, {s}"),
    "other scheme": lambda s: message(header=f"Authorization: Basic {s}=="),
    "scheme is the secret": lambda s: message(header=f"Proxy-Authorization: {s} nonce=1"),
    "never closed": lambda s: message(header=f'Authorization: Digest nonce="username={s}'),
    "misspelled": lambda s: message(header=f"X-Authorization-Old: {s}"),
    "info": lambda s: message(header=f'Authentication-Info: nextnonce="{s}", rspauth="{s}"'),
    "signed": lambda s: message(header=f"Identity: {s};info=<https://x>"),
    "no field": lambda s: message(header=s),
    "password in a uri": lambda s: message(f"INVITE sip:22:{s}@192.0.2.1 SIP/2.0"),
    "password in a contact": lambda s: message(header=f"Contact: <sips:anna:{s}@192.0.2.7>"),
    "parameter": lambda s: message(header=f"Contact: <sip:anna@192.0.2.7;token={s};x=1>;password={s}"),
    "push": lambda s: message(header=f"Contact: <sip:anna@192.0.2.7;pn-prid={s}>"),
    "sdes": lambda s: message(
        header="Content-Type: application/sdp", body=f"v=0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{s}\n"
    ),
    "sdes in upper case": lambda s: message(header="c: Application/SDP", body=f"v=0\nA=CRYPTO:1 X inline:{s}\n"),
    "mikey": lambda s: message(header="Content-Type: application/sdp", body=f"v=0\na=key-mgmt:mikey {s}\n"),
    "clear key": lambda s: message(header="Content-Type: application/sdp", body=f"v=0\nk=clear:{s}\n"),
    "ice": lambda s: message(header="Content-Type: application/sdp", body=f"v=0\na=ice-pwd:{s}\na={s}\n"),
    "digit": lambda s: message(
        "INFO sip:22@h SIP/2.0", "Content-Type: application/dtmf-relay", f"Signal={s}\nDuration=160\n"
    ),
    "plain digit": lambda s: message("INFO sip:22@h SIP/2.0", "Content-Type: application/dtmf", s),
    "digit as something else": lambda s: message("INFO sip:22@h SIP/2.0", "Content-Type: application/sdp", f"5{s}"),
    "unknown body": lambda s: message(header="Content-Type: multipart/mixed;boundary=b", body=f"--b\n\n{s}\n"),
    "body without a type": lambda s: message(body=s),
}


@pytest.mark.parametrize("place", PLACES)
@given(secret=SECRETS)
def test_no_secret_survives_wherever_it_stands(place: str, secret: str) -> None:
    for data in (PLACES[place](secret), PLACES[place](secret).replace(b"\r\n", b"\n")):
        shown = redacted(data)
        assert secret not in shown
        assert HIDDEN in shown or "not shown" in shown


@given(secret=SECRETS, at=st.integers(0, 700))
def test_a_message_that_was_cut_off_keeps_its_secrets(secret: str, at: int) -> None:
    body = f"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{secret}\r\n"
    whole = message(header=f"Content-Type: application/sdp\nAuthorization: {DIGEST.format(s=secret)}", body=body)
    shown = redacted(whole[:at])
    assert not any(secret[start : start + 8] in shown for start in range(len(secret) - 7))


@given(password=SECRETS, body=st.binary(max_size=40))
def test_a_real_answer_to_a_real_challenge_says_who_and_not_how(password: str, body: bytes) -> None:
    challenge = 'Digest realm="provider", nonce="NONCENONCE", opaque="OPAQUEOPAQUE", qop="auth", algorithm=SHA-256'
    proof = answer([challenge], Credentials("anna", password), "INVITE", "sip:22@h", body, "CNONCECNONCE", 1)
    assert proof is not None
    shown = redacted(message(header=f"Proxy-Authorization: {proof}"))
    response = proof.partition('response="')[2].partition('"')[0]
    for secret in (password, response, "NONCENONCE", "CNONCECNONCE", "OPAQUEOPAQUE"):
        assert secret not in shown
    assert 'Digest username="anna", realm="provider", nonce=***, uri="sip:22@h", response=***' in shown
    assert "algorithm=SHA-256, qop=auth" in shown


@given(st.binary(max_size=600))
def test_whatever_comes_is_shown_harmlessly(data: bytes) -> None:
    shown = redacted(data)
    assert shown.replace("\n", "").isprintable()
    assert not any(char in shown for char in "\x1b\r\t\u2028\u202e")


def test_what_helps_to_find_a_fault_stays() -> None:
    body = "v=0\no=- 1 1 IN IP4 192.0.2.7\ns=-\nc=IN IP4 192.0.2.7\nt=0 0\nm=audio 40000 RTP/AVP 8 101\n"
    body += "a=rtpmap:101 telephone-event/8000\na=sendrecv\n"
    data = message(header="Content-Type: application/sdp", body=body)
    assert redacted(data) == data.decode().replace("\r\n", "\n").rstrip("\n")


def test_sixty_kilobytes_made_to_be_slow_are_not() -> None:
    began = time.perf_counter()
    for piece in (b"sip:", b'a="', b"nonce=", b"x:y@", b"\n ", b"Authorization: Digest a=,"):
        redacted(b"INVITE sip:x SIP/2.0\r\nContact: " + piece * (4096 // len(piece)))
    assert time.perf_counter() - began < 1
