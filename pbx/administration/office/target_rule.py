"""Where a trunk may lead: anywhere but back into the box.

What somebody writes into a trunk's address fields must not make the box talk to itself, where services trust their own
machine, or to link-local addresses, which belong to the network's equipment. So for everybody who comes over the web
page an address there is refused; whoever may open the control socket owns the machine and may write any address. A name
means what DNS says at each look-up, so its addresses are sifted there, whoever wrote it. An exchange that itself
listens on loopback only, as in the demo office and in tests, is in a world of its own: there loopback is the network.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from pbx.administration.desk.desk import Stores
from pbx.control.protocol import Refused
from pbx.sentence import Sentence
from pbx.sip.transport.hop import Hop, is_address
from pbx.store.settings.rules import host_port


def check(stores: Stores, text: str, field: str) -> None:
    """Whether a trunk may lead to this HOST[:PORT]; what is none is left to the settings' own rules. Raises Refused."""
    found = host_port(text)
    acting = stores.acting
    if found is None or acting is None or acting.role == "root":
        return
    host = found[0].rstrip(".").lower()
    is_name = not is_address(host)
    within = host == "localhost" or host.endswith(".localhost") if is_name else is_forbidden(host)
    if within and not (listens_on_loopback(stores) and (is_name or is_loopback(host))):
        raise Refused(
            Sentence("{host} is the box itself or an address that cannot belong to a provider.", host=found[0]),
            field=field,
        )


def sifted(hops: Iterable[Hop], listening: Iterable[str]) -> tuple[Hop, ...]:
    """What DNS made of a name, without the places a name may not mean; `listening` are the exchange's own hosts."""
    alone = all(is_loopback(host) for host in listening)
    return tuple(hop for hop in hops if not is_forbidden(hop.host) or (alone and is_loopback(hop.host)))


def listens_on_loopback(stores: Stores) -> bool:
    """Whether the running exchange can be reached from this machine only."""
    places = stores.live.status().get("sip", ()) if stores.live else ()
    hosts = [str(place).rpartition(" ")[2].rpartition(":")[0].strip("[]") for place in places]
    return bool(hosts) and all(is_loopback(host) for host in hosts)


def is_loopback(host: str) -> bool:
    """Whether an IP address stays on this machine by its nature."""
    return _plain(host).is_loopback


def is_forbidden(host: str) -> bool:
    """Whether an IP address is the box's own, link-local, or nobody's in particular."""
    address = _plain(host)
    nobody = address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255")
    return nobody or address.is_loopback or address.is_link_local or _is_own(address)


def _plain(host: str) -> IPv4Address | IPv6Address:
    """The address without scope; an IPv4 address in IPv6 clothes is what it is."""
    address = ip_address(host.partition("%")[0])
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    """Whether packets to it would stay on this machine: then they come from the same address. Nothing is sent."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False
