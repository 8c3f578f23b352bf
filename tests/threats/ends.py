"""Who talks with the box: strangers, phones, the provider; on plain sockets, so that any byte can be sent."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pbx.sip.digest import Credentials, answer
from pbx.sip.headers import Headers
from pbx.sip.message import Message, ParseError, Request, Response, parse
from pbx.sip.uri import Uri
from tests.threats.box import Box

Fields = Sequence[tuple[str, str]]

STRANGER = "127.6.6.6"
PATIENCE = 3.0
_tokens = itertools.count(1)


def _read(data: bytes) -> Message:
    """A message; of a refusal that repeats what was wrong, only the status."""
    try:
        return parse(data)
    except ParseError:
        assert data.startswith(b"SIP/2.0 "), data
        return Response(int(data[8:11]), "", Headers([]))


def token() -> str:
    """A word that nobody else uses."""
    return f"{next(_tokens):x}unique{os.getpid():x}"


class End:
    """Somebody with a UDP socket who speaks SIP to the box, well-mannered or not."""

    def __init__(self, box: Box, host: str = STRANGER, port: int = 0, user: str = "mallory") -> None:
        self.box = box
        self.user = user
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((host, port))
        self.address: tuple[str, int] = self.socket.getsockname()
        self.seen: list[Message] = []
        """All that was ever heard."""
        self.knows_no_lamps = False
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        self.socket.close()

    def send(self, message: bytes | Message) -> None:
        """Any bytes to the box."""
        self.socket.sendto(bytes(message), self.box.address)

    def heard(self) -> list[Message]:
        """What has arrived and was not looked at yet."""
        found = []
        while True:
            try:
                found.append(_read(self.socket.recv(65535)))
            except BlockingIOError:
                self.seen += found
                return found

    async def hear(self, seconds: float = PATIENCE) -> Message | None:
        """The next message; None when there is none in time."""
        try:
            async with asyncio.timeout(seconds):
                message = _read(await self._loop.sock_recv(self.socket, 65535))
        except TimeoutError:
            return None
        self.seen.append(message)
        return message

    async def final(self, seconds: float = PATIENCE) -> Response | None:
        """The next final response."""
        while True:
            message = await self.hear(seconds)
            if message is None or (isinstance(message, Response) and message.status >= 200):
                return message
            if isinstance(message, Request):
                self.met(message)

    async def request_of(self, method: str, seconds: float = PATIENCE) -> Request | None:
        """The next request of that method."""
        while True:
            message = await self.hear(seconds)
            if message is None or (isinstance(message, Request) and message.method == method):
                return message
            if isinstance(message, Request):
                self.met(message)

    def met(self, request: Request) -> None:
        """A request nobody waited for: lamps and questions are answered 200."""
        if request.method != "ACK":
            self.send(request.reply(489 if self.knows_no_lamps else 200, tag=token()))

    def request(
        self,
        method: str,
        user: str = "",
        headers: Fields = (),
        *,
        sdp: bytes = b"",
        to: str = "",
        uri: str = "",
        from_: str = "",
        call_id: str = "",
        cseq: int = 1,
    ) -> Request:
        """A request as one writes it; `headers` are added."""
        host, port = self.address
        target = uri or (f"sip:{user}@{self.box.host}" if user else f"sip:{self.box.host}")
        items = [
            ("Via", f"SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{token()}"),
            ("Max-Forwards", "70"),
            ("From", from_ or f"<sip:{self.user}@{self.box.host}>;tag={token()}"),
            ("To", to or f"<{target}>"),
            ("Call-ID", call_id or token()),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:{self.user}@{host}:{port}>"),
            *([("Content-Type", "application/sdp")] if sdp else []),
            *headers,
        ]
        return Request(method, Uri.parse(target), Headers(items), sdp)

    async def ask(self, request: Request, seconds: float = PATIENCE) -> Response | None:
        """Send a request and wait for its final response; a refused INVITE gets its ACK."""
        self.send(request)
        response = await self.final(seconds)
        if response is not None and request.method == "INVITE" and response.status >= 300:
            self.send(ack_of_refusal(request, response))
        return response

    async def status(self, request: Request, seconds: float = PATIENCE) -> int | None:
        """The status of that response; None for silence."""
        response = await self.ask(request, seconds)
        return response.status if response is not None else None


def ack_of_refusal(request: Request, response: Response) -> Request:
    """The ACK to a final response other than 2xx (RFC 3261, section 17.1.1.3)."""
    headers = request.headers.with_("CSeq", f"{request.cseq.number} ACK")
    headers = headers.with_("To", response.headers.get("To") or "").without("Content-Type")
    return Request("ACK", request.uri, headers)


def again(request: Request, *more: tuple[str, str]) -> Request:
    """The same request as a new transaction, with these header fields."""
    via = request.headers.get("Via") or ""
    headers = request.headers.with_("Via", via.partition("branch=")[0] + f"branch=z9hG4bK{token()}")
    headers = headers.with_("CSeq", f"{request.cseq.number + 1} {request.method}")
    for name, value in more:
        headers = headers.with_(name, value)
    return request.with_headers(headers)


def pressed(request: Request, key: str) -> Request:
    """An INFO that tells of a key."""
    headers = request.headers.with_("Content-Type", "application/dtmf-relay")
    return replace(request, headers=headers, body=f"Signal={key}\r\nDuration=100".encode("latin-1"))


def authorization(
    challenge: Response, request: Request, username: str, password: str, *, uri: str = "", nc: int = 1
) -> tuple[str, str]:
    """The header field that answers a challenge."""
    values = challenge.headers.all("WWW-Authenticate")
    proof = answer(values, Credentials(username, password), request.method, uri or request.uri, b"", token(), nc)
    assert proof is not None
    return "Authorization", proof


class Phone(End):
    """A desk phone with an account of the box."""

    def __init__(self, box: Box, account: dict[str, Any], host: str = "127.0.0.1") -> None:
        super().__init__(box, host, user=account["username"])
        self.username: str = account["username"]
        self.password: str = account["password"]
        self.extension: str = account["extension"]

    async def prove(self, request: Request) -> tuple[Request, Response | None]:
        """Send a request with credentials: what was sent last, and its final response."""
        response = await self.ask(request)
        if response is None or response.status != 401:
            return request, response
        proven = again(request, authorization(response, request, self.username, self.password))
        return proven, await self.ask(proven)

    async def register(self, expires: int = 600, headers: Fields = ()) -> Response:
        """Register; must work."""
        aor = f"<sip:{self.username}@{self.box.host}>"
        request = self.request("REGISTER", headers=[("Expires", str(expires)), *headers], to=aor)
        _, response = await self.prove(request)
        assert response is not None
        assert response.status == 200, response
        await self.box.settle()
        for message in self.heard():
            if isinstance(message, Request):
                self.met(message)
        return response

    async def call(self, dialled: str, voice: Voice | None = None, headers: Fields = ()) -> Talk | Response | None:
        """Dial; the talk once it is answered, else the refusal."""
        voice = voice or Voice(self.address[0])
        request, response = await self.prove(self.request("INVITE", dialled, headers, sdp=voice.sdp))
        if response is None or response.status >= 300:
            return response
        talk = Talk.calling(self, request, response, voice)
        talk.ack()
        return talk


async def phone(box: Box, extension: str, host: str = "127.0.0.1", *, registered: bool = True) -> Phone:
    """A new phone of that person."""
    found = Phone(box, await box.do("phone add", extension=extension), host)
    if registered:
        await found.register()
    return found


@dataclass
class Talk:
    """One side of a call that stands."""

    end: End
    voice: Voice
    call_id: str
    ours: str
    """From of our requests."""
    theirs: str
    """To of our requests."""
    target: str
    """Where our requests go."""
    cseq: int
    remote: tuple[str, int]
    """Where the box wants our voice."""
    authorization: Fields = field(default=())

    @classmethod
    def calling(cls, end: End, invite: Request, response: Response, voice: Voice) -> Talk:
        ours, theirs = invite.headers.get("From") or "", response.headers.get("To") or ""
        proof = [("Authorization", value) for value in invite.headers.all("Authorization")]
        target = str(response.contacts[0].uri)
        number = invite.cseq.number
        return cls(end, voice, invite.call_id, ours, theirs, target, number, media_of(response.body), proof)

    def request(self, method: str, headers: Fields = (), sdp: bytes = b"", cseq: int = 0) -> Request:
        """A request inside the dialog."""
        if not cseq and method != "ACK":
            self.cseq += 1
        return self.end.request(
            method,
            headers=headers,
            sdp=sdp,
            uri=self.target,
            to=self.theirs,
            from_=self.ours,
            call_id=self.call_id,
            cseq=cseq or self.cseq,
        )

    def ack(self) -> None:
        self.end.send(self.request("ACK"))

    async def hang_up(self) -> int | None:
        """The status of our BYE."""
        return await self.end.status(self.request("BYE"))


def answered(end: End, invite: Request, voice: Voice) -> Talk:
    """Take a call that rings."""
    response = invite.reply(200, tag=token(), headers=[("Contact", contact(end))], body=voice.sdp)
    response = response.with_headers(response.headers.with_("Content-Type", "application/sdp"))
    end.send(response)
    ours, theirs = response.headers.get("To") or "", invite.headers.get("From") or ""
    target = str(invite.contacts[0].uri)
    return Talk(end, voice, invite.call_id, ours, theirs, target, 100, media_of(invite.body))


async def conversation(box: Box, caller: Phone, callee: Phone) -> tuple[Talk, Talk]:
    """Two phones in a call."""
    ringing = asyncio.ensure_future(caller.call(callee.extension))
    invite = await callee.request_of("INVITE")
    assert invite is not None
    other = answered(callee, invite, Voice(callee.address[0]))
    talk = await ringing
    assert isinstance(talk, Talk), talk
    await callee.request_of("ACK")
    return talk, other


def contact(end: End) -> str:
    """How the box reaches somebody."""
    host, port = end.address
    return f"<sip:{end.user}@{host}:{port}>"


class Voice:
    """A socket for RTP: 20 ms of G.711 a packet."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((host, 0))
        self.address: tuple[str, int] = self.socket.getsockname()
        self.sequence = 0
        self.ssrc = secrets.randbelow(1 << 32)

    @property
    def sdp(self) -> bytes:
        """An offer, or an answer, of PCMA and telephone-events at this socket."""
        return described(*self.address)

    def say(self, to: tuple[str, int], count: int = 1, byte: int = 0x55) -> None:
        """Send so many packets."""
        for _ in range(count):
            self.sequence = (self.sequence + 1) & 0xFFFF
            header = struct.pack(">BBHII", 0x80, 8, self.sequence, self.sequence * 160, self.ssrc)
            self.socket.sendto(header + bytes([byte]) * 160, to)

    def heard(self) -> list[bytes]:
        """What has arrived."""
        found = []
        while True:
            try:
                found.append(self.socket.recv(2048))
            except (BlockingIOError, ConnectionRefusedError):
                return found


def described(host: str, port: int) -> bytes:
    """A session description with PCMA."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    ).encode()


def media_of(sdp: bytes) -> tuple[str, int]:
    """Where a description wants its packets."""
    lines = sdp.decode().splitlines()
    host = next(line.split()[-1] for line in lines if line.startswith("c="))
    return host, next(int(line.split()[1]) for line in lines if line.startswith("m=audio"))
