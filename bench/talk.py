"""Calls that last, through the real exchange: one socket calls over the trunk, another is the phone that answers."""

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pbx.sip.message import Message, Request, Response, parse

PATIENCE = 10.0
"""Seconds a call may take to be set up, or to be ended."""


class Talk:
    """Sets calls up one after the other; whose media is where is the caller's business."""

    def __init__(self, exchange: tuple[str, int], caller: socket.socket, desk: socket.socket) -> None:
        """The sockets are bound: `caller` to an address of the trunk's, `desk` to where a phone is registered."""
        self._exchange = exchange
        self._caller, self._desk = caller, desk
        self._answers: dict[str, Response] = {}
        """The 200 to each of our INVITEs, by Call-ID."""
        self._asked: dict[str, int] = {}
        """The port where the exchange wants the voice of the phone in each call to it, by Call-ID."""
        self._phone_ports: list[int] = []
        """Where the phone's next calls are to be talked."""
        self._parted = 0

    def call(self, number: str, host: str, port: int) -> tuple[int, int]:
        """Call a number: the caller hears at `port`, the phone at the port two above.

        Where the exchange wants the voice of the one and of the other.
        """
        rung = len(self._asked)
        self._phone_ports.append(port + 2)
        call_id = os.urandom(8).hex()
        self._ask("INVITE", number, call_id, 1, f"<sip:{number}@{host}>", described(host, port))
        self._run(lambda: call_id in self._answers and len(self._asked) > rung)
        response = self._answers[call_id]
        self._ask("ACK", number, call_id, 1, response.headers.get("To") or "")
        return voice_port(response.sdp), list(self._asked.values())[-1]

    def end(self, number: str) -> None:
        """Hang all of them up."""
        for call_id, response in self._answers.items():
            self._ask("BYE", number, call_id, 2, response.headers.get("To") or "")
        self._run(lambda: self._parted >= len(self._answers))

    def _ask(self, method: str, number: str, call_id: str, cseq: int, to: str, sdp: bytes = b"") -> None:
        host, port = self._caller.getsockname()[:2]
        lines = [
            f"{method} sip:{number}@{self._exchange[0]}:{self._exchange[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK-{call_id}-{method}",
            f"From: <sip:+49301234567@{host}>;tag={call_id}",
            f"To: {to}",
            f"Call-ID: {call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:caller@{host}:{port}>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(sdp)}",
        ]
        self._caller.sendto("\r\n".join([*lines, "", ""]).encode() + sdp, self._exchange)

    def _run(self, done: Callable[[], bool]) -> None:
        """Answer what comes until it is done."""
        until = time.monotonic() + PATIENCE
        while not done():
            ready, _, _ = select.select([self._caller, self._desk], [], [], 0.1)
            for sock in ready:
                self._take(sock, parse(sock.recv(65536)))
            if time.monotonic() > until:
                raise SystemExit("a call was not set up or ended in time")

    def _take(self, sock: socket.socket, message: Message) -> None:
        if isinstance(message, Response):
            if message.status == 200 and message.cseq.method == "INVITE":
                self._answers.setdefault(message.call_id, message)
            elif message.status >= 300:
                raise SystemExit(f"the exchange says {message.status} {message.reason}")
        elif message.method == "INVITE":
            self._answer(sock, message)
        elif message.method == "BYE":
            self._parted += 1
            sock.sendto(bytes(message.reply(200)), self._exchange)
        elif message.method != "ACK":
            sock.sendto(bytes(message.reply(200, tag="desk")), self._exchange)

    def _answer(self, sock: socket.socket, invite: Request) -> None:
        if invite.call_id not in self._asked:
            self._asked[invite.call_id] = voice_port(invite.sdp)
        host, port = sock.getsockname()[:2]
        sdp = described(self._exchange[0], self._phone_ports[len(self._asked) - 1])
        fields = [("Contact", f"<sip:desk@{host}:{port}>")]
        answer = invite.reply(200, tag="desk", headers=fields, body=sdp, content_type="application/sdp")
        sock.sendto(bytes(answer), self._exchange)


@contextmanager
def talking(exchange: tuple[str, int], caller: tuple[str, int], desk: tuple[str, int]) -> Iterator[Talk]:
    """A `Talk` with sockets of its own at these addresses."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        one.bind(caller)
        other.bind(desk)
        yield Talk(exchange, one, other)


def described(host: str, port: int) -> bytes:
    """A description of plain A-law."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m=audio {port} RTP/AVP 8"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def voice_port(sdp: bytes) -> int:
    """The port of its first stream."""
    return int(sdp.split(b"m=audio ")[1].split(b" ")[0])
