"""Runs one transaction machine alone: its timers on a made-up clock, what it sends and tells in lists."""

from __future__ import annotations

from functools import partial

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response, parse
from pbx.sip.transactions.effects import Effects, Failure, Finish, Send, Start, Stop, Tell
from pbx.sip.transactions.invite_client import InviteClient
from pbx.sip.transactions.invite_server import InviteServer
from pbx.sip.transactions.request_client import RequestClient
from pbx.sip.transactions.request_server import RequestServer
from pbx.sip.transactions.timers import Timer, Timers
from tests.line import Clock

UDP = Flow("udp", ("127.0.0.1", 5060), ("127.0.0.2", 5060))
TCP = Flow("tcp", ("127.0.0.1", 5060), ("127.0.0.2", 5060), 3)

Machine = InviteClient | InviteServer | RequestClient | RequestServer


def request(method: str, *fields: str) -> Request:
    """A request with nothing special about it."""
    more = "".join(field + "\r\n" for field in fields)
    message = parse(
        f"{method} sip:bob@127.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n"
        f"From: <sip:alice@127.0.0.1>;tag=a\r\nTo: <sip:bob@127.0.0.2>\r\nCall-ID: x\r\nCSeq: 7 {method}\r\n"
        f"Contact: <sip:alice@127.0.0.1>\r\n{more}\r\n".encode()
    )
    assert isinstance(message, Request)
    return message


class Bench:
    """One machine under test."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.clock = Clock(0.0)
        self.timers = Timers()
        self.running: dict[str, Timer] = {}
        self.sent: list[Request | Response] = []
        self.times: list[float] = []
        self.results: list[Response | Failure | Request] = []
        self.finished = 0

    def act(self, effects: Effects) -> None:
        """Do what the machine wants."""
        for effect in effects:
            match effect:
                case Send(message, flow):
                    assert flow is self.machine.flow
                    self.sent.append(message)
                    self.times.append(self.clock.now)
                case Start(timer, seconds):
                    assert seconds > 0
                    self.stop(timer)
                    self.running[timer] = self.timers.at(self.clock.now + seconds, partial(self.fire, timer))
                case Stop(timer):
                    self.stop(timer)
                case Tell(event):
                    self.results.append(event)
                case Finish():
                    self.finished += 1
                    assert self.machine.state == "terminated"
                    for name in list(self.running):
                        self.stop(name)

    def fire(self, timer: str) -> None:
        """A timer ran out."""
        del self.running[timer]
        self.act(self.machine.fire(timer))

    def stop(self, timer: str) -> None:
        """Stop a timer if it runs."""
        if timer in self.running:
            self.running.pop(timer).cancel()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds, self.timers)
