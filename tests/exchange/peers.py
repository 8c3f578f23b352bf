"""Telephones and providers that say what they are told to say: SIP as text, no stack behind it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pbx.sip.message import Message, Request, Response, parse
from pbx.store.models import Phone

BOX = ("127.0.0.1", 5060)
Speak = Callable[["Peer", bytes], None]

SDP = """v=0
o=- {version} {version} IN IP4 {host}
s=-
c=IN IP4 {host}
t=0 0
m=audio {port} RTP/AVP {types}
a=rtpmap:101 telephone-event/8000
a={direction}
"""


@dataclass(eq=False)
class Line:
    """One call as the peer sees it."""

    peer: Peer
    call_id: str
    tag: str
    ours: str
    """The peer's From when it called, its To when it was called; without tag."""
    theirs: str = ""
    """The box's side, with tag as soon as it is known."""
    target: str = ""
    """Request-URI for requests within the dialog."""
    invite: Request | None = None
    """The INVITE of this call that is not answered, or the last one."""
    asked: deque[Request] = field(default_factory=deque)
    """Requests of the box that wait for a response."""
    branch: str = ""
    cseq: int = 0
    port: int = 0
    """Where the box takes our voice: the port of its latest description."""
    heard: list[Message] = field(default_factory=list)
    """Everything the box said in this call."""
    called_us: bool = False

    # -- requests

    def invite_box(self, user: str, *headers: str, sdp: str | None = None) -> None:
        """Call; `sdp` "" makes no offer."""
        self.target = f"sip:{user}@{BOX[0]}:{BOX[1]}"
        self.theirs = self.theirs or f"<sip:{user}@{BOX[0]}>"
        self._request("INVITE", *headers, body=self.description() if sdp is None else sdp)

    def ack(self, *, sdp: str = "") -> None:
        """Acknowledge the latest final response."""
        final = next(each for each in reversed(self.heard) if isinstance(each, Response) and each.status >= 200)
        if final.status >= 300:
            self._request("ACK", branch=self.branch, number=self.cseq, target=f"{self.target}")
        else:
            self._request("ACK", number=final.cseq.number, body=sdp)

    def cancel(self, *headers: str) -> None:
        """Give up before the answer."""
        self._request("CANCEL", *headers, branch=self.branch, number=self.cseq, tagless=True)

    def ask(self, method: str, *headers: str, body: str = "", kind: str = "") -> None:
        """Any request within the dialog."""
        self._request(method, *headers, body=body, kind=kind)

    def _request(
        self,
        method: str,
        *headers: str,
        branch: str = "",
        number: int = 0,
        target: str = "",
        body: str = "",
        kind: str = "",
        tagless: bool = False,
    ) -> None:
        host, port = self.peer.address
        if not number:
            self.cseq += 1
        branch = branch or self.peer.branch()
        if method == "INVITE":
            self.branch = branch
        theirs = re.sub(r";tag=.*", "", self.theirs) if tagless else self.theirs
        lines = [
            f"{method} {target or self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch={branch}",
            "Max-Forwards: 70",
            f"From: {self.ours};tag={self.tag}",
            f"To: {theirs}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number or self.cseq} {method}",
            f"Contact: <{self.peer.contact}>",
            *headers,
        ]
        if body:
            lines.append(f"Content-Type: {kind or 'application/sdp'}")
        self.peer.say("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode())

    # -- responses

    def reply(self, status: int, *headers: str, sdp: str | None = None, method: str = "") -> None:
        """Answer the oldest request that waits (of this method); 2xx and 183 to an INVITE describe our media."""
        request = next(each for each in self.asked if not method or each.method == method)
        if status >= 200:
            self.asked.remove(request)
        describes = request.method == "INVITE" and (status == 183 or 200 <= status < 300)
        body = sdp if sdp is not None else (self.description() if describes else "")
        fields = [(name, value) for name, _, value in (header.partition(": ") for header in headers)]
        if request.method in ("INVITE", "UPDATE") and status < 300:
            fields.append(("Contact", f"<{self.peer.contact}>"))
        response = request.reply(
            status,
            tag="" if status == 100 else self.tag,
            headers=fields,
            body=body.encode(),
            content_type="application/sdp" if body else "",
        )
        self.peer.say(bytes(response))

    def description(self, direction: str = "sendrecv", types: str = "8 0 101", version: int = 1) -> str:
        """The peer's session description."""
        peer = self.peer
        text = SDP.format(host=peer.address[0], port=peer.rtp, types=types, direction=direction, version=version)
        return text.replace("\n", "\r\n")

    # -- what comes in

    def take(self, message: Message) -> None:
        """The box said something in this call."""
        self.heard.append(message)
        if found := re.search(rb"m=audio (\d+)", message.sdp):
            self.port = int(found[1])
        other = message.to if isinstance(message, Response) else message.from_
        if other.tag:
            self.theirs = str(other)
        contacts = message.contacts
        if contacts and (isinstance(message, Request) or message.status < 300):
            self.target = str(contacts[0].uri)
        if isinstance(message, Request):
            if message.method == "INVITE":
                self.invite = message
            if message.method != "ACK":
                self.asked.append(message)


class Peer:
    """One telephone or provider at an address of its own."""

    def __init__(self, name: str, address: tuple[str, int], send: Speak, phone: Phone | None = None) -> None:
        self.name = name
        self.address = address
        self.phone = phone
        self.rtp = 40000
        self.contact = f"sip:{name}@{address[0]}:{address[1]}"
        self.lines: list[Line] = []
        self.lamps: list[str] = []
        """What NOTIFYs said of waiting messages."""
        self.there = True
        """Whether it answers at all."""
        self.react: Callable[[Line, Message], None] = lambda line, message: None
        """What it does by itself when the box says something."""
        self._send = send
        self._count = 0

    def line(self, caller: str = "", name: str = "") -> Line:
        """A new call of this peer's; `caller` is what its From says."""
        self._count += 1
        ours = f'"{name}" <sip:{caller or self.name}@{self.address[0]}>'.removeprefix('"" ')
        line = Line(self, f"{self.name}-{self._count}", f"tag-{self.name}-{self._count}", ours)
        self.lines.append(line)
        return line

    @property
    def last(self) -> Line:
        """The latest call."""
        return self.lines[-1]

    def branch(self) -> str:
        """A new branch."""
        self._count += 1
        return f"z9hG4bK-{self.name}-{self._count}"

    def say(self, data: bytes) -> None:
        """Put it on the wire."""
        if self.there:
            self._send(self, data)

    def take(self, data: bytes) -> None:
        """The box sent something: to the call it belongs to; what every telephone answers is answered."""
        if not self.there:
            return
        message = parse(data)
        if isinstance(message, Request) and message.method in ("OPTIONS", "NOTIFY"):
            if message.method == "NOTIFY":
                self.lamps.append(message.body.decode())
            self.say(bytes(message.reply(200, tag="t")))
            return
        line = next((each for each in self.lines if each.call_id == message.call_id), None)
        if line is None:
            if isinstance(message, Response):
                return
            self._count += 1
            tag = f"tag-{self.name}-{self._count}"
            line = Line(self, message.call_id, tag, str(message.to), called_us=True)
            self.lines.append(line)
        line.take(message)
        self.react(line, message)


def said(line: Line) -> list[str]:
    """What the box said in this call, in words."""
    return [each.method if isinstance(each, Request) else str(each.status) for each in line.heard]


def polite(peers: Iterable[Peer], **answers: int) -> None:
    """From now on these do what any telephone does: acknowledge, confirm a BYE and a CANCEL.

    Those named in `answers` answer an INVITE at once with this status.
    """

    def react(line: Line, message: Message) -> None:
        if isinstance(message, Response):
            if message.cseq.method == "INVITE" and message.status >= 200:
                line.ack()
        elif message.method == "INVITE" and line.peer.name in answers:
            line.reply(answers[line.peer.name], method="INVITE")
        elif message.method == "BYE":
            line.reply(200, method="BYE")
        elif message.method == "CANCEL":
            line.reply(200, method="CANCEL")
            if any(each.method == "INVITE" for each in line.asked):
                line.reply(487, method="INVITE")

    for peer in peers:
        peer.react = react
