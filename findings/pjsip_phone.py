"""What the scripts about PJSIP share: a phone on one loopback address, and a socket that asks it from another."""

import re
import socket
import time

import pjsua2

PHONE, ASKER = ("127.0.0.22", 5072), ("127.0.0.9", 5999)
URI = "sip:phone@{}:{}".format(*PHONE)


class Account(pjsua2.Account):
    """Answers every call at once."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def onIncomingCall(self, prm):
        call = pjsua2.Call(self, prm.callId)
        self.calls.append(call)
        answer = pjsua2.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)


class Phone:
    """A telephone with PJSIP's default settings, without a sound card; use as a context."""

    def __enter__(self):
        self.endpoint = pjsua2.Endpoint()
        self.endpoint.libCreate()
        settings = pjsua2.EpConfig()
        settings.logConfig.level = settings.logConfig.consoleLevel = 0
        settings.uaConfig.threadCnt, settings.uaConfig.mainThreadOnly = 0, True
        self.endpoint.libInit(settings)
        transport = pjsua2.TransportConfig()
        transport.boundAddress, transport.port = PHONE
        self.endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.audDevManager().setNullDev()
        self.endpoint.libStart()
        account = pjsua2.AccountConfig()
        account.idUri = URI
        self.account = Account()
        self.account.create(account)
        self.asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.asker.bind(ASKER)
        self.asker.settimeout(0.01)
        return self

    def __exit__(self, *_):
        self.asker.close()
        self.account.calls.clear()
        del self.account
        self.endpoint.libDestroy()

    def ask(self, method, headers="", body="", seconds=3.0):
        """All answers to one request that come within the time, or until a final one."""
        call_id = f"{method}-{time.monotonic_ns()}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.asker.sendto(
            (
                f"{method} {URI} SIP/2.0\r\nVia: SIP/2.0/UDP {ASKER[0]}:{ASKER[1]};branch=z9hG4bK{call_id};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:box@{ASKER[0]}>;tag=box\r\nTo: <{URI}>\r\n"
                f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\n"
                f"Contact: <sip:box@{ASKER[0]}:{ASKER[1]}>\r\n{headers}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode(),
            PHONE,
        )
        answers, end = [], time.monotonic() + seconds
        while time.monotonic() < end and not (answers and re.match(r"SIP/2.0 [2-6]", answers[-1])):
            self.endpoint.libHandleEvents(20)
            try:
                answers.append(self.asker.recv(65535).decode())
            except TimeoutError:
                continue
        return answers


def status(answers):
    """The first line of the last answer."""
    return answers[-1].split("\r\n")[0] if answers else "no answer at all"


def offer(session="1", address="127.0.0.9"):
    """An offer of A-law and digits."""
    return (
        f"v=0\r\no=- {session} 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    )
