"""A made-up NAT, and an exchange whose phones are behind one."""

from __future__ import annotations

from collections.abc import Callable

from pbx.sip.message import Request, Response, parse
from pbx.store.models import Phone
from tests.exchange.peers import Peer
from tests.exchange.rig import OFFICE, Rig

PUBLIC = "203.0.113.7"


class Nat:
    """Maps addresses behind it to ports of its own, and forgets those that were silent (RFC 4787).

    `inbound` tells whether what comes in refreshes a mapping, too (REQ-6), `keeps` whether a new mapping of the same
    address gets the old port again.
    """

    def __init__(
        self, clock: Callable[[], float], timeout: float, *, inbound: bool = False, keeps: bool = False
    ) -> None:
        self._clock = clock
        self.timeout = timeout
        self.inbound = inbound
        self.keeps = keeps
        self._ports: dict[tuple[str, int], tuple[int, float]] = {}
        self._next = 40000

    def out(self, inner: tuple[str, int]) -> tuple[str, int]:
        """From where a packet comes that leaves."""
        port, seen = self._ports.get(inner, (0, float("-inf")))
        if self._clock() - seen > self.timeout and not (port and self.keeps):
            self._next += 1
            port = self._next
        self._ports[inner] = port, self._clock()
        return PUBLIC, port

    def into(self, outer: tuple[str, int]) -> tuple[str, int] | None:
        """To whom a packet goes that comes; nobody if the mapping was forgotten."""
        for inner, (port, seen) in self._ports.items():
            if outer == (PUBLIC, port) and self._clock() - seen <= self.timeout:
                if self.inbound:
                    self._ports[inner] = port, self._clock()
                return inner
        return None


class HomePhone(Peer):
    """A phone that answers questions with the status it likes, or not at all (0)."""

    def __init__(self, rig: RigBehindNat, name: str, address: tuple[str, int], phone: Phone) -> None:
        super().__init__(name, address, rig._from_peer, phone)
        self.clock = rig.clock
        self.asked_at: list[float] = []
        self.granted: Response | None = None
        self.answers = 200

    def take(self, data: bytes) -> None:
        message = parse(data)
        if not self.there:
            return
        if isinstance(message, Request) and message.method == "OPTIONS":
            self.asked_at.append(self.clock())
            if self.answers:
                self.say(bytes(message.reply(self.answers, tag="t")))
            return
        if isinstance(message, Response) and message.cseq.method == "REGISTER":
            self.granted = message
        super().take(data)


class RigBehindNat(Rig):
    """An exchange with Anna's phone at home, behind a NAT; the others are in the office."""

    def __init__(self, timeout: float = 30.0, *, inbound: bool = False, keeps: bool = False) -> None:
        super().__init__(OFFICE)
        self.nat = Nat(self.clock, timeout, inbound=inbound, keeps=keeps)
        self.anna = HomePhone(self, "anna", ("192.168.178.20", 5060), OFFICE.phones["anna"])
        self.peers["anna"] = self.anna

    def peer_at(self, address: tuple[str, int]) -> Peer | None:
        if address[0] == PUBLIC:
            inner = self.nat.into(address)
            return next((peer for peer in self.peers.values() if peer.address == inner), None)
        return None if address == self.anna.address else super().peer_at(address)

    def source_of(self, peer: Peer) -> tuple[str, int]:
        return self.nat.out(peer.address) if isinstance(peer, HomePhone) else peer.address

    def refresh(self) -> None:
        """Anna's phone registers again, as it does in time."""
        line = next(line for line in self.anna.lines if not line.called_us)
        line.ask("REGISTER", self.proof(self.anna, "REGISTER", line.target), "Expires: 3600")

    @property
    def rings(self) -> bool:
        """Whether a call to Anna reaches her phone, which is busy."""
        return any(line.called_us and line.invite for line in self.anna.lines)
