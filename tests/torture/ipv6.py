"""RFC 5118, section 4: IPv6 addresses in messages."""

from tests.torture.case import Case, lines
from tests.torture.invalid import invite, options

_VIA = "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111"
_SDP6 = (
    b"v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\ns=-\r\nc=IN IP6 2001:db8::20\r\nt=0 0\r\n"
    b"m=audio 6000 RTP/AVP 0\r\n"
)


def register(uri: str, via: str = _VIA) -> bytes:
    """A REGISTER request at an IPv6 registrar."""
    return options(
        f"REGISTER {uri} SIP/2.0",
        Via=via,
        To="sip:user@example.com",
        From="sip:user@example.com;tag=81x2",
        Contact='"Caller" <sip:caller@[2001:db8::1]>',
        CSeq="98176 REGISTER",
    )


IPV6 = [
    Case("valid reference", "5118 4.1", register("sip:[2001:db8::10]"), True),
    Case("invalid reference", "5118 4.2", register("sip:2001:db8::10"), False, (400,)),
    Case("port ambiguous", "5118 4.3", register("sip:[2001:db8::10:5070]"), True),
    Case("port unambiguous", "5118 4.4", register("sip:[2001:db8::10]:5070"), True),
    Case(
        "received in brackets",
        "5118 4.5",
        register("sip:[2001:db8::10]", "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111"),
        True,
    ),
    Case(
        "received without brackets",
        "5118 4.5",
        register("sip:[2001:db8::10]", "SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3"),
        True,
    ),
    Case(
        "addresses in SDP",
        "5118 4.6",
        lines(
            f"""
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: {_VIA}
Call-ID: ipv6.9905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {{length}}
""",
            _SDP6,
        ),
        True,
    ),
    Case(
        "several addresses in headers",
        "5118 4.7",
        lines(
            """
BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: ipv6.997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0
"""
        ),
        True,
        (481,),
    ),
    Case("several addresses in SDP", "5118 4.8", invite(Via=_VIA), True),
    Case(
        "mapped address",
        "5118 4.9",
        invite(
            Via="SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19",
            v="SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111",
            Contact='"T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
        ),
        True,
    ),
    Case("three colons", "5118 4.10", options("OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0"), True),
    Case("two colons", "5118 4.10", options("OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0"), True),
]
