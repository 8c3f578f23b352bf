"""The transaction layer: runs the four machines, finds whom a message belongs to (RFC 3261, 17)."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from functools import lru_cache, partial

from pbx.sip.events import Event
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.limits import SipLimits
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import Effects, Failure, Finish, Send, Start, Stop
from pbx.sip.transactions.invite_client import InviteClient
from pbx.sip.transactions.invite_server import InviteServer
from pbx.sip.transactions.request_client import RequestClient
from pbx.sip.transactions.request_server import RequestServer
from pbx.sip.transactions.timers import T1, Timer, Timers
from pbx.sip.via import COOKIE

TransactionKey = tuple[object, ...]
"""What tells transactions apart (17.1.3, 17.2.3)."""

Answer = Response | Failure
"""What becomes of a request of ours."""


class Client:
    """A running client transaction."""

    __slots__ = ("key", "machine", "on_answer", "timers")

    def __init__(
        self, machine: InviteClient | RequestClient, key: TransactionKey, on_answer: Callable[[Answer, Flow], None]
    ) -> None:
        self.machine = machine
        self.key = key
        self.on_answer = on_answer
        self.timers: dict[str, Timer] = {}

    @property
    def request(self) -> Request:
        """What was sent."""
        return self.machine.request


class Server:
    """A running server transaction."""

    __slots__ = ("acknowledged", "cancelled", "flow", "key", "machine", "merging", "name", "tag", "timers")

    def __init__(self, machine: InviteServer | RequestServer, key: TransactionKey, flow: Flow) -> None:
        self.machine = machine
        self.key = key
        self.flow = flow
        self.merging: TransactionKey | None = None
        """What copies of the request that came another way have in common with it (8.2.2.2)."""
        self.name = ""
        """Set when it waits in `Transactions.named`."""
        self.tag = ""
        """Our tag in its responses, once there is one."""
        self.acknowledged: Callable[[Request, Flow], None] | None = None
        """Called with an ACK that came in the INVITE's own transaction although we answered 2xx."""
        self.cancelled: Callable[[Request], None] | None = None
        self.timers: dict[str, Timer] = {}

    @property
    def waiting(self) -> bool:
        """Whether the final response is still due."""
        return self.machine.state in ("trying", "proceeding")


class Transactions:
    """Owns every transaction; acts out what they want on real timers and two outboxes."""

    def __init__(self, *, clock: Callable[[], float], timers: Timers, ids: Ids, agent: str, limits: SipLimits) -> None:
        self.ids = ids
        self.agent = agent
        self.limits = limits
        self.outgoing: deque[Send] = deque()
        self.events: deque[Event] = deque()
        self.counters: Counter[str] = Counter()
        self.named: dict[str, Server] = {}
        """Those whose response comes from the layer above, by the name it knows."""
        self.merging: dict[TransactionKey, Server] = {}
        self._clock = clock
        self._timers = timers
        self._clients: dict[TransactionKey, Client] = {}
        self._servers: dict[TransactionKey, Server] = {}
        self._answered: OrderedDict[TransactionKey, Server] = OrderedDict()
        self._parted: OrderedDict[TransactionKey, Client] = OrderedDict()

    def __len__(self) -> int:
        """How many are running."""
        return len(self._clients) + len(self._servers)

    @property
    def full(self) -> bool:
        """Whether new requests must be refused."""
        return len(self._clients) + len(self._servers) >= self.limits.transactions

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Call `act` in so many seconds."""
        return self._timers.at(self._clock() + seconds, act)

    # --- requests of ours ------------------------------------------------------------------------------------------

    def via(self, flow: Flow) -> str:
        """A Via value with a new branch (8.1.1.7), asking for the port we are seen at (RFC 3581)."""
        return _via(flow.transport, *flow.local) + self.ids.branch()

    def send(self, request: Request, flow: Flow, on_answer: Callable[[Answer, Flow], None]) -> Client:
        """Run a client transaction for a request that has its Via.

        `on_answer` is called with each response that matters and the flow it came on, or once with a Failure.
        """
        machine: InviteClient | RequestClient
        if request.method == "INVITE":
            machine = InviteClient(request, flow, self.limits.patience + 128 * T1)
        else:
            machine = RequestClient(request, flow)
        client = Client(machine, (_branch_of(request), request.method), on_answer)
        self._clients[client.key] = client
        self._act_client(client, machine.start(), flow)
        return client

    def send_plain(self, request: Request, flow: Flow) -> None:
        """Send what has no transaction: the ACK to a 2xx."""
        self.outgoing.append(Send(request, flow))

    def receive_response(self, response: Response, flow: Flow) -> bool:
        """Hand a response to its transaction; False if it has none."""
        client = self._clients.get((response.via.branch, response.cseq.method))
        if client is None:
            return False
        self._act_client(client, client.machine.receive_response(response), flow)
        return True

    def release_client(self, client: Client) -> None:
        """Its session is over: late 2xx of other forks are heard as long as there is room for that."""
        if client.key in self._clients:
            self._parted[client.key] = client
            if len(self._parted) > self.limits.parted:
                self._finish_client(self._parted.popitem(last=False)[1])

    def abandon(self, client: Client) -> None:
        """Forget a client transaction whose answer nobody waits for any more (9.1)."""
        self._finish_client(client)

    def fail(self, flow: Flow, reason: str) -> None:
        """A flow broke: whatever was sent there and waits for a first response has failed (8.1.3.1)."""
        for client in [each for each in self._clients.values() if _same_way(each.machine.flow, flow)]:
            self._act_client(client, client.machine.fail(reason), flow)

    # --- requests of theirs ----------------------------------------------------------------------------------------

    def absorb(self, request: Request, key: TransactionKey) -> bool:
        """Hand a copy or a refusal's ACK to its transaction; False if the request is new."""
        server = self._servers.get(key)
        if server is None:
            return False
        self._act_server(server, server.machine.receive_request(request))
        return True

    def serve(self, request: Request, key: TransactionKey, flow: Flow, merging: TransactionKey | None = None) -> Server:
        """Run a server transaction for a new request."""
        machine: InviteServer | RequestServer
        machine = InviteServer(flow) if request.method == "INVITE" else RequestServer(flow)
        server = self._servers[key] = Server(machine, key, flow)
        if merging is not None:
            server.merging = merging
            self.merging[merging] = server
        if isinstance(machine, RequestServer):
            self._act_server(server, machine.start())
        return server

    def server(self, key: TransactionKey) -> Server | None:
        """The running server transaction of that key."""
        return self._servers.get(key)

    def reply(self, server: Server, response: Response) -> None:
        """Send a response in a server transaction; what no longer fits is not sent."""
        if response.status >= 300:
            self._withdraw_trying(server)
        self._act_server(server, server.machine.reply(response))
        if response.status < 200:
            return
        if server.name:
            self.named.pop(server.name, None)
        if isinstance(server.machine, RequestServer):
            self._part(server)
        if isinstance(server.machine, RequestServer) or response.status >= 300:
            self.release_server(server)

    def _withdraw_trying(self, server: Server) -> None:
        """A refusal that follows at once needs no 100 (17.2.1), and pyVoIP 1.6.8 ignores a challenge that had one."""
        trying = server.machine.trying if isinstance(server.machine, InviteServer) else None
        if trying is not None and self.outgoing and self.outgoing[-1].message is trying:
            self.outgoing.pop()

    def release_server(self, server: Server) -> None:
        """Nobody above waits for it any more: it absorbs copies, and goes early when requests storm."""
        server.acknowledged = server.cancelled = None
        if server.key in self._servers:
            self._answered[server.key] = server
            if len(self._answered) > self.limits.answered:
                self._finish_server(self._answered.popitem(last=False)[1])

    # --- acting ----------------------------------------------------------------------------------------------------

    def _act_client(self, client: Client, effects: Effects, flow: Flow) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.outgoing.append(effect)
            elif isinstance(effect, Start):
                self._start(client.timers, effect, partial(self._fire_client, client, effect.timer))
            elif isinstance(effect, Stop):
                _stop(client.timers, effect.timer)
            elif isinstance(effect, Finish):
                self._finish_client(client)
            elif not isinstance(effect.event, Request):
                client.on_answer(effect.event, flow)

    def _act_server(self, server: Server, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.outgoing.append(effect)
            elif isinstance(effect, Start):
                self._start(server.timers, effect, partial(self._fire_server, server, effect.timer))
            elif isinstance(effect, Stop):
                _stop(server.timers, effect.timer)
            elif isinstance(effect, Finish):
                self._finish_server(server)
            elif isinstance(effect.event, Request) and server.acknowledged is not None:
                server.acknowledged(effect.event, server.flow)

    def _start(self, running: dict[str, Timer], effect: Start, act: Callable[[], None]) -> None:
        _stop(running, effect.timer)
        running[effect.timer] = self._timers.at(self._clock() + effect.seconds, act)

    def _fire_client(self, client: Client, timer: str) -> None:
        client.timers.pop(timer, None)
        self._act_client(client, client.machine.fire(timer), client.machine.flow)

    def _fire_server(self, server: Server, timer: str) -> None:
        server.timers.pop(timer, None)
        self._act_server(server, server.machine.fire(timer))

    def _finish_client(self, client: Client) -> None:
        for timer in client.timers.values():
            timer.cancel()
        client.timers.clear()
        client.on_answer = (
            _nobody  # the callback knows the client, too: a ring that only the garbage collector would open
        )
        self._clients.pop(client.key, None)
        self._parted.pop(client.key, None)

    def _finish_server(self, server: Server) -> None:
        for timer in server.timers.values():
            timer.cancel()
        server.timers.clear()
        self._servers.pop(server.key, None)
        self._answered.pop(server.key, None)
        self.named.pop(server.name, None)
        self._part(server)

    def _part(self, server: Server) -> None:
        """What comes by another way from now on is no copy any more."""
        if server.merging is not None and self.merging.get(server.merging) is server:
            del self.merging[server.merging]


def server_key(request: Request, flow: Flow, method: str) -> TransactionKey:
    """What a request's server transaction is known by (17.2.3); the peer's host is part of it, against strangers.

    So is the CSeq number, because pyVoIP answers a challenge under the branch of the request that was challenged.
    Requests of elements older than RFC 3261 have no usable branch and are distinguished by their fields.
    """
    via = request.via
    if via.branch.startswith(COOKIE) and len(via.branch) > len(COOKIE):
        return (via.branch, request.cseq.number, via.host, via.port, method, flow.remote[0])
    return (request.call_id, request.from_.tag, request.cseq.number, via.host, via.port, method, flow.remote[0])


def _stop(running: dict[str, Timer], name: str) -> None:
    timer = running.pop(name, None)
    if timer is not None:
        timer.cancel()


def _same_way(ours: Flow, broken: Flow) -> bool:
    if ours.transport != broken.transport or ours.remote != broken.remote:
        return False
    return not ours.connection or not broken.connection or ours.connection == broken.connection


def _nobody(answer: Answer, flow: Flow) -> None:
    """Stands for the user of a transaction that is over."""


def _branch_of(request: Request) -> str:
    """The branch of a request of ours, whose Via ends with it: see `_via`."""
    return request.headers.lines("Via")[0].rpartition(";branch=")[2]


@lru_cache(256)
def _via(transport: str, host: str, port: int) -> str:
    return f"SIP/2.0/{transport.upper()} {f'[{host}]' if ':' in host else host}:{port};rport;branch="
