"""A registrar, and phones that know their passwords, on made-up time."""

from __future__ import annotations

import random

from pbx.exchange.phones.authentication import Authentication
from pbx.exchange.phones.lockout import Lockout
from pbx.exchange.phones.registrar import Registrar
from pbx.sip.digest import Challenger, Credentials, answer
from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response, parse
from pbx.sip.transactions.timers import Timers
from pbx.store.models import Office, Phone
from tests.line import Clock

WALL = 1_700_000_000.0
BOX = ("192.0.2.1", 5060)
DESK = Flow("udp", BOX, ("192.0.2.20", 5062))
OTHER = Flow("udp", BOX, ("192.0.2.21", 5062))
OFFICE = Office(
    phones={name: Phone(name, extension, "secret of " + name) for name, extension in (("anna", "21"), ("bert", "22"))}
)


class RegistrarRig:
    """A registrar, and phones that know their passwords."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.timers = Timers()
        self.office = OFFICE
        self.wall_offset = WALL - self.clock.now
        self.lockout = Lockout(self.clock)
        self.challenger = Challenger("office", b"k" * 32, self.clock, random.Random(3).randbytes)
        authentication = Authentication(lambda: self.office, self.challenger, self.lockout)
        self.registrar = Registrar(
            lambda: self.office,
            authentication,
            self.timers,
            clock=self.clock,
            wall=lambda: self.clock.now + self.wall_offset,
        )
        self._number = 0

    def send(
        self,
        *contacts: str,
        user: str = "anna",
        to: str = "",
        password: str | None = None,
        flow: Flow = DESK,
        call_id: str = "",
        number: int | None = None,
        more: tuple[str, ...] = (),
        bare: bool = False,
        sent_by: str = "",
    ) -> Response:
        """One REGISTER, with credentials unless it is `bare`."""
        self._number += 1
        number = self._number if number is None else number
        lines = [
            "REGISTER sip:192.0.2.1 SIP/2.0",
            f"Via: SIP/2.0/UDP {sent_by or flow.remote[0]};branch=z9hG4bK{self._number}",
            f"From: <sip:{to or user}@192.0.2.1>;tag=f",
            f"To: <sip:{to or user}@192.0.2.1>",
            f"Call-ID: {call_id or user + flow.remote[0]}",
            f"CSeq: {number} REGISTER",
            *(f"Contact: {contact}" for contact in contacts),
            *more,
        ]
        if not bare:
            secret = f"secret of {user}" if password is None else password
            value = answer(
                self.challenger.challenge(), Credentials(user, secret), "REGISTER", "sip:192.0.2.1", b"", "c", 1
            )
            lines.append(f"Authorization: {value}")
        request = parse(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert isinstance(request, Request)
        return self.registrar.register(request, flow)

    def contacts(self, user: str = "anna") -> list[str]:
        """What is bound now."""
        return [binding.contact for binding in self.registrar.bindings(user)]
