"""RFC 4475, section 3.1.2: messages that are wrong; a few may be read liberally, and the two we read are marked."""

from tests.torture.case import SDP, Case, lines


def options(start: str = "OPTIONS sip:user@example.org SIP/2.0", **changed: str) -> bytes:
    """A plain OPTIONS request but for what is changed; underscores in names stand for hyphens."""
    fields = {
        "Via": "SIP/2.0/UDP 192.0.2.15:5060;branch=z9hG4bKkdjuw3921",
        "Max_Forwards": "70",
        "From": '"Bell, Alexander" <sip:a.g.bell@example.com>;tag=43',
        "To": "<sip:user@example.org>",
        "Call_ID": "torture.31415@c.example.com",
        "CSeq": "3923239 OPTIONS",
        "Content_Length": "0",
    } | changed
    return lines("\n".join([start, *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()), ""]))


def invite(start: str = "INVITE sip:user@example.com SIP/2.0", **changed: str) -> bytes:
    """A plain INVITE request with SDP but for what is changed."""
    fields = {
        "To": "<sip:user@example.com>",
        "From": "<sip:caller@example.net>;tag=39291",
        "Max_Forwards": "23",
        "Call_ID": "torture.1o2ij@192.0.2.5",
        "CSeq": "8 INVITE",
        "Via": "SIP/2.0/UDP 192.0.2.5;branch=z9hG4bKkdjuw",
        "Contact": "<sip:caller@host5.example.net>",
        "Content_Type": "application/sdp",
        "Content_Length": "{length}",
    } | changed
    text = "\n".join([start, *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()), ""])
    return lines(text, SDP)


INVALID = [
    # Neither Via nor Contact can be read: answers could not find their way, so there is none.
    Case(
        "badinv01",
        "3.1.2.1",
        invite(
            CSeq="8 INVITE",
            Via="SIP/2.0/UDP 192.0.2.15;;,;,,",
            Contact='"Joe" <sip:joe@example.org>;;;;',
        ),
        False,
        (None, 400),
    ),
    Case("clerr", "3.1.2.2", invite(Content_Length="9999"), False, (400,)),
    Case("ncl", "3.1.2.3", invite(Content_Length="-999"), False, (400,)),
    Case(
        "scalar02",
        "3.1.2.4",
        lines(
            """
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=239232jh3
CSeq: 36893488147419103232 REGISTER
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
Max-Forwards: 300
Expires: 10000000000000000000000000000000
Contact: <sip:user@host129.example.com>
  ;expires=280297596632815
Content-Length: 0
"""
        ),
        False,
        (400,),
    ),
    Case(
        "scalarlg",
        "3.1.2.5",
        lines(
            """
SIP/2.0 503 Service Unavailable
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:other@example.net>;tag=2easdjfejw
CSeq: 9292394834772304023312 OPTIONS
Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
Retry-After: 949302838503028349304023988
Warning: 1812 overture "In Progress"
Content-Length: 0
"""
        ),
        False,
        (None,),
    ),
    Case("quotbal", "3.1.2.6", invite(To='"Mr. J. User <sip:j.user@example.com>'), False, (400,)),
    Case("ltgtruri", "3.1.2.7", invite("INVITE <sip:user@example.com> SIP/2.0"), False, (400,)),
    Case("lwsruri", "3.1.2.8", invite("INVITE sip:user@example.com; lr SIP/2.0"), False, (400,)),
    Case("lwsstart", "3.1.2.9", invite("INVITE  sip:user@example.com  SIP/2.0"), False, (400,)),
    Case("trws", "3.1.2.10", options("OPTIONS sip:remote-target@example.com SIP/2.0  "), False, (400,)),
    Case(
        "escruri", "3.1.2.11", invite("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0"), False, (400,)
    ),
    # Liberal: nothing here looks at Date.
    Case("baddate", "3.1.2.12", invite(Date="Fri, 01 Jan 2010 16:00:00 EST"), True),
    Case(
        "regbadct",
        "3.1.2.13",
        lines(
            """
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=998332
Max-Forwards: 70
Call-ID: regbadct.k345asrl3fdbv@10.0.0.1
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw
Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E
l: 0
"""
        ),
        False,
        (400,),
    ),
    Case("badaspec", "3.1.2.14", options(To='"Watson, Thomas" < sip:t.watson@example.org >'), False, (400,)),
    Case(
        "baddn",
        "3.1.2.15",
        options(From="Bell, Alexander <sip:a.g.bell@example.com>;tag=43", To="Watson, Thomas <sip:tw@example.org>"),
        False,
        (400,),
    ),
    Case("badvers", "3.1.2.16", options("OPTIONS sip:t.watson@example.org SIP/7.0"), False, (505,)),
    Case("mismatch01", "3.1.2.17", options(CSeq="8 INVITE"), False, (400,)),
    Case(
        "mismatch02", "3.1.2.18", options("NEWMETHOD sip:user@example.com SIP/2.0", CSeq="8 INVITE"), False, (400, 501)
    ),
    Case(
        "bigcode",
        "3.1.2.19",
        lines(
            """
SIP/2.0 4294967301 better not break the receiver
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
CSeq: 353494 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>
"""
        ),
        False,
        (None,),
    ),
]
