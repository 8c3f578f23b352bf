"""The test call of the box to itself, by the phone's side: a telephone of a hundred lines that calls once.

It speaks plain SIP and RTP by sockets of its own to the port that every phone uses, and says which part did not work.
Whatever thread asks for it waits some seconds. The exchange's side is `exchange.self_call`.
"""

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from pbx.administration.desk.live import Guest, HostPort
from pbx.exchange.scripts.self_call import ANSWER, QUESTION
from pbx.media.codecs.g711 import alaw_decode
from pbx.media.packet import Packet, PacketError
from pbx.media.telephone_event import EventSender
from pbx.media.tones import RATE, strength
from pbx.sdp.description import SdpError
from pbx.sdp.negotiation import Agreed, Local, agreed, offer
from pbx.sentence import Sentence, Wrong
from pbx.sip import digest
from pbx.sip.grammar import ParseError
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response, parse
from pbx.sip.uri import Uri

PATIENCE = 4.0
"""Seconds for an answer, and for a sound."""
_AGAIN = 0.5
"""Seconds after which a request is sent again (T1; RFC 3261, 17.1.1.1)."""
_LISTENED = RATE // 5
"""Samples of which a tone must be most."""
_PURE = 0.8
_BEAT = 0.02

T = TypeVar("T")


def call(guest: Guest) -> None:
    """Call, hear a tone, press a key, hear another tone, hang up. Raises Wrong, which tells what did not work."""
    try:
        with _Phone(guest) as phone:
            phone.ask_who()
            phone.dial()
            phone.hear(QUESTION, Sentence("There was no sound in the test call."))
            phone.press("5")
            phone.hear(ANSWER, Sentence("The test call did not notice a key that was pressed."))
            phone.hang_up()
    except OSError as error:
        why = error.strerror or str(error)
        raise Wrong(Sentence("The test call could not be made: {why}.", why=why)) from error


class _Phone:
    """One telephone with one call."""

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        family = socket.AF_INET6 if ":" in guest.address[0] else socket.AF_INET
        self._ids = Ids(secrets.token_bytes)
        self._sip, self._rtp = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
        self._sip.connect(guest.address)
        self._here: HostPort = self._sip.getsockname()[:2]
        self._rtp.bind((self._here[0], 0))
        self._target = Uri.parse(f"sip:test@{_printed(guest.address)}")
        self._from = f"<sip:{guest.username}@{_printed(self._here)}>;tag={self._ids.tag()}"
        self._call_id = self._ids.call_id()
        self._count = 0
        self._answer: Response | None = None
        """To the INVITE, as long as nobody has hung up."""
        self._agreed: Agreed | None = None

    def __enter__(self) -> "_Phone":
        return self

    def __exit__(self, *_: object) -> None:
        if self._answer is not None:
            with contextlib.suppress(Wrong, OSError):
                self.hang_up()
        self._sip.close()
        self._rtp.close()

    # --- SIP -------------------------------------------------------------------------------------------------------

    def ask_who(self) -> None:
        """Is anybody there?"""
        self._expect(self._asked(self._request("OPTIONS")), 200)

    def dial(self) -> None:
        """INVITE, prove who it is, be answered. Raises Wrong."""
        host, port = self._rtp.getsockname()[:2]
        description = offer(Local(host, port, session_id=self._ids.session_id()), ["PCMA"])
        invite = self._request("INVITE", body=description)
        challenge = self._asked(invite)
        self._acknowledge(invite, challenge)
        self._expect(challenge, 401)
        credentials = digest.Credentials(self._guest.username, self._guest.password)
        asked = challenge.headers.all("WWW-Authenticate")
        proof = digest.answer(asked, credentials, "INVITE", self._target, description, self._ids.token(), 1)
        invite = self._request("INVITE", [("Authorization", proof or "")], description)
        answer = self._asked(invite)
        self._acknowledge(invite, answer)
        self._expect(answer, 200)
        self._answer = answer
        try:
            self._agreed = agreed(description, answer.body)
        except SdpError as error:
            raise Wrong(Sentence("The exchange's answer to the test call makes no sense.")) from error

    def hang_up(self) -> None:
        """BYE. Raises Wrong."""
        answer, self._answer = self._answer, None
        if answer is not None:
            self._expect(self._asked(self._request("BYE", to=str(answer.headers.get("To")))), 200)

    def _request(
        self, method: str, more: list[tuple[str, str]] | None = None, body: bytes = b"", to: str = ""
    ) -> Request:
        self._count += 1
        headers = [
            ("Via", f"SIP/2.0/UDP {_printed(self._here)};branch={self._ids.branch()};rport"),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", to or f"<{self._target}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._count} {method}"),
            ("Contact", f"<sip:{self._guest.username}@{_printed(self._here)}>"),
            *(more or ()),
            *([("Content-Type", "application/sdp")] if body else ()),
        ]
        return Request(method, self._target, Headers(headers), body)

    def _acknowledge(self, invite: Request, answer: Response) -> None:
        """ACK: a refusal's in the INVITE's own transaction, a 200's in a new one (RFC 3261, 17.1.1.3 and 13.2.2.4)."""
        kept = {name: str(invite.headers.get(name)) for name in ("Via", "Max-Forwards", "From", "Call-ID")}
        if answer.status == 200:
            kept["Via"] = f"SIP/2.0/UDP {_printed(self._here)};branch={self._ids.branch()};rport"
        to = ("To", str(answer.headers.get("To")))
        headers = Headers([*kept.items(), to, ("CSeq", f"{self._count} ACK")])
        self._sip.send(bytes(Request("ACK", self._target, headers)))

    def _asked(self, request: Request) -> Response:
        """The final answer to a request. Raises Wrong."""
        sent, data = 0.0, bytes(request)
        for _ in _until(PATIENCE):
            if time.monotonic() - sent >= _AGAIN:
                sent = time.monotonic()
                self._sip.send(data)
            answer = _received(self._sip, parse)
            ours = isinstance(answer, Response) and answer.headers.get("CSeq") == request.headers.get("CSeq")
            if isinstance(answer, Response) and ours and answer.status >= 200:
                return answer
        port = str(self._guest.address[1])
        raise Wrong(Sentence("Nothing answered {method} on port {port}.", port=port, method=request.method))

    def _expect(self, answer: Response, status: int) -> None:
        if answer.status != status:
            text = f"{answer.status} {answer.reason}"
            method = str(answer.headers.get("CSeq")).partition(" ")[2]
            raise Wrong(Sentence("In the test call, the answer to {method} was {status}.", method=method, status=text))

    # --- RTP -------------------------------------------------------------------------------------------------------

    def hear(self, frequency: float, otherwise: Sentence) -> None:
        """Listen until there is such a tone. Raises Wrong."""
        heard = b""
        for _ in _until(PATIENCE):
            packet = _received(self._rtp, Packet.parse)
            if packet is None or self._agreed is None or packet.payload_type != self._agreed.receive_payload_type:
                continue
            heard = (heard + packet.payload)[-_LISTENED:]
            if len(heard) == _LISTENED and strength(alaw_decode(heard), RATE, frequency) > _PURE:
                return
        raise Wrong(otherwise)

    def press(self, key: str) -> None:
        """Press a key, as telephone-event (RFC 4733)."""
        if self._agreed is None or self._agreed.remote is None or self._agreed.event_payload_type is None:
            raise Wrong(Sentence("The exchange's answer to the test call makes no sense."))
        sender, source = EventSender(key), int.from_bytes(secrets.token_bytes(4), "big")
        for sequence, payload in enumerate(iter(sender.next, None)):
            packet = Packet(self._agreed.event_payload_type, sequence, 0, source, payload, sequence == 0)
            self._rtp.sendto(bytes(packet), self._agreed.remote)
            time.sleep(_BEAT)


def _until(seconds: float) -> Iterator[None]:
    """Again and again, until so much time went by."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def _received(there: socket.socket, read: Callable[[bytes], T]) -> T | None:
    """What came, if something that can be read came soon. Raises OSError."""
    there.settimeout(_AGAIN / 5)
    try:
        return read(there.recv(65535))
    except (TimeoutError, ConnectionRefusedError, ParseError, PacketError):
        return None


def _printed(address: HostPort) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
