"""RFC 4475, sections 3.2 to 3.4: transactions, the application's semantics, backward compatibility."""

from tests.torture.case import SDP, Case, lines
from tests.torture.invalid import invite, options


def register(**changed: str) -> bytes:
    """A plain REGISTER request but for what is changed."""
    return options(
        "REGISTER sip:example.com SIP/2.0",
        **{"To": "<sip:user@example.com>", "From": "<sip:user@example.com>;tag=8", "CSeq": "9 REGISTER"} | changed,
    )


APPLICATION = [
    Case("badbranch", "3.2.1", options(Via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"), False, (400,)),
    # Without From and Call-ID no answer could be matched by its receiver: silence.
    Case(
        "insuf",
        "3.3.1",
        lines(
            """
INVITE sip:user@example.com SIP/2.0
CSeq: 193942 INVITE
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
Content-Type: application/sdp
l: {length}
""",
            SDP,
        ),
        False,
        (None, 400),
    ),
    Case("unkscm", "3.3.2", options("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"), True, (416,)),
    Case("novelsc", "3.3.3", options("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"), True, (416,)),
    Case(
        "unksm2",
        "3.3.4",
        register(To="isbn:2983792873", From="<http://www.example.com>;tag=3234233", Contact="<name:John_Smith>"),
        True,
        (400, 401, 403, 404),
    ),
    Case(
        "bext01",
        "3.3.5",
        options(
            Require="nothingSupportsThis, nothingSupportsThisEither",
            Proxy_Require="noProxiesSupportThis, norDoAnyProxiesSupportThis",
        ),
        True,
        (420,),
    ),
    Case("invut", "3.3.6", invite(Content_Type="application/unknownformat"), True, (415,)),
    Case("regaut01", "3.3.7", register(Authorization="NoOneKnowsThisScheme opaque-data=here"), True, (401, 403)),
    Case(
        "multi01",
        "3.3.8",
        lines(
            """
INVITE sip:user@company.example.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw
Max-Forwards: 70
CSeq: 5 INVITE
Call-ID: multi01.98asdh@192.0.2.1
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123
Content-Type: application/sdp
l: {length}
Contact: <sip:caller@host36.example.net>
Max-Forwards: 5
""",
            SDP,
        ),
        False,
        (400,),
    ),
    Case("mcl01", "3.3.9", options(Content_Length="13", l="5"), False, (400,)),
    Case(
        "bcast",
        "3.3.10",
        lines(
            """
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: {length}
Content-Type: application/sdp
Contact: <sip:user@host28.example.com>
""",
            SDP,
        ),
        True,
        (None,),
    ),
    # A proxy must, an endpoint may answer 483; so does this exchange.
    Case("zeromf", "3.3.11", options(Max_Forwards="0"), True, (483, 200)),
    Case("cparam01", "3.3.12", register(Contact="sip:+19725552222@gw1.example.net;unknownparam"), True),
    Case("cparam02", "3.3.13", register(Contact="<sip:+19725552222@gw1.example.net;unknownparam>"), True),
    Case("regescrt", "3.3.14", register(Contact="<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), True),
    Case("sdp01", "3.3.15", invite(Accept="text/nobodyKnowsThis"), True),
    Case(
        "inv2543",
        "3.4.1",
        lines(
            """
INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp
""",
            SDP,
        ),
        True,
    ),
]
