"""Asking phones by OPTIONS whether they are there (RFC 3261, section 11)."""

from pbx.exchange.registrar import Registrar
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import Request
from pbx.sip.stack import Stack, contact_of
from pbx.sip.uri import Uri
from pbx.store.models import Binding


class Keepalive:
    """Asks phones whether they are there. Whatever one answers, it is: 200, 405, 486 or 500."""

    def __init__(self, registrar: Registrar, stack: Stack, ids: Ids) -> None:
        self._registrar = registrar
        self._stack = stack
        self._ids = ids
        self._asked: dict[str, Binding] = {}

    def ask(self, binding: Binding) -> None:
        """Ask the phone of a binding; the registrar hears when it answers."""
        uri, flow = self._registrar.target(binding)
        box = Uri("sip", None, None, flow.local[0])
        items = [("Route", route) for route in binding.path]
        items += [
            ("From", f"<{box}>;tag={self._ids.tag()}"),
            ("To", f"<{uri}>"),
            ("Call-ID", self._ids.call_id()),
            ("CSeq", "1 OPTIONS"),
            ("Contact", contact_of("", flow)),
            ("Accept", "application/sdp"),
        ]
        token = f"alive:{self._ids.token()}"
        self._asked[token] = binding
        self._stack.request(Request("OPTIONS", uri, Headers(items)), flow, token=token)

    def replied(self, token: str, flow: Flow) -> bool:
        """A response from the stack; whether it was to a question of ours."""
        binding = self._asked.pop(token, None)
        if binding is not None:
            self._registrar.is_there(binding, flow)
        return binding is not None

    def unanswered(self, token: str) -> bool:
        """No response; whether the question was ours."""
        return self._asked.pop(token, None) is not None
