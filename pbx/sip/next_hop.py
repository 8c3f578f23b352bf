"""Where a request inside a dialog goes: to whom route set or Contact name, as far as that is the peer itself.

RFC 3261, 12.2.1.1 and 8.1.2, within one limit: a host that the dialog's messages cannot come from gets no packet,
whatever Record-Route or Contact say. Nothing is looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from ipaddress import IPv6Address

from pbx.sip.flow import Flow, TransportName
from pbx.sip.transport.hop import DEFAULT_PORT
from pbx.sip.uri import Uri


def towards(uri: Uri, flow: Flow, hosts: Set[str], names: Mapping[str, Sequence[str]]) -> Flow:
    """The flow to a URI, or `flow` itself where the URI leads to nobody of `hosts` (IP addresses).

    `names` are host names and the addresses they were found to have. A name without a port stands for the places that
    were found for it, and `flow` leads to one of them.
    """
    if (uri.host, uri.port) == flow.remote and not uri.params:
        return flow  # as nearly always
    transport, host = _transport(uri, flow), _host(uri.host, flow, hosts, names)
    if not transport or not host or uri.param("maddr") is not None or (uri.port is None and uri.host in names):
        return flow
    place = (host, DEFAULT_PORT[transport] if uri.port is None else uri.port)
    if place == flow.local or (transport, place) == (flow.transport, flow.remote):
        return flow
    return Flow(transport, flow.local, place, 0, flow.tls_name)


def _transport(uri: Uri, flow: Flow) -> TransportName | None:
    """How to get there; a call never leaves TLS, and comes to it only where a certificate can be checked."""
    wanted = (uri.param("transport") or "").lower()
    if uri.scheme not in ("sip", "sips"):
        return None
    if flow.transport == "tls" or uri.scheme == "sips" or wanted == "tls":
        secured = flow.transport == "tls" and flow.tls_name and (uri.scheme == "sips" or wanted == "tls")
        return "tls" if secured else None
    if wanted == "udp":
        return "udp"
    if wanted == "tcp":
        return "tcp"
    return None if wanted else flow.transport


def _host(host: str, flow: Flow, hosts: Set[str], names: Mapping[str, Sequence[str]]) -> str:
    """The one of `hosts` that is meant, reachable from where the flow begins; "" if there is none."""
    meant = names.get(host, ()) or [each for each in hosts if _plain(each) == _plain(host)]
    fitting = [each for each in meant if each in hosts and (":" in each) == (":" in flow.local[0])]
    return flow.remote[0] if flow.remote[0] in fitting else next(iter(fitting), "")


def _plain(host: str) -> str:
    """One spelling of an address, without the scope that no URI can carry."""
    if ":" not in host:
        return host
    try:
        return str(IPv6Address(host.partition("%")[0]))
    except ValueError:
        return host
