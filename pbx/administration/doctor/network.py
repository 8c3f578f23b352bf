"""The network the box stands in, as checks: its address, the way out, and whether names can be looked up."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from pbx.administration.desk.desk import Desk
from pbx.administration.desk.live import DoctorCheck
from pbx.box.addresses import lines
from pbx.box.own_address import LOOPBACK, own_address
from pbx.sentence import Sentence
from pbx.sip.transport.hop import is_address, split_host_port
from pbx.store.models import Trunk

PATIENCE = 2.0
"""Seconds a name server has to answer."""
QUESTION = bytes.fromhex("4475 0100 0001 0000 0000 0000 00 0002 0001")
"""Who serves the root (RFC 1035, 4.1): id, "please look for me", one question: the name "", NS, IN."""


def checks(desk: Desk) -> Iterator[DoctorCheck]:
    """Address, way out, names. Waits for the name server if a trunk needs it."""
    yield _address(own_address())
    yield _way_out(desk.host.root)
    if any(needs_names(trunk) for trunk in desk.office.trunks.values()):
        yield _names(name_servers(desk.host.root))


def _address(address: str) -> DoctorCheck:
    if address == LOOPBACK:
        sentence = Sentence("The box has no address on the network.")
        return DoctorCheck("network", "fail", sentence, Sentence("Plug in the network cable and check the router."))
    if ip_address(address).is_link_local:
        sentence = Sentence(
            "The box gave itself the address {address} because it got none from a router.", address=address
        )
        return DoctorCheck("network", "fail", sentence, Sentence("Check that the router assigns addresses (DHCP)."))
    return DoctorCheck("network", "ok", Sentence("The box has the address {address}.", address=address))


def _way_out(root: Path) -> DoctorCheck:
    if has_default_route(root):
        return DoctorCheck("internet", "ok", Sentence("The box has a router that leads out of the local network."))
    sentence = Sentence("The box has no router, so it cannot reach anything outside the local network.")
    return DoctorCheck(
        "internet", "fail", sentence, Sentence("Check that the router is on and assigns addresses (DHCP).")
    )


def has_default_route(root: Path) -> bool:
    """Whether the kernel below `root` knows a way to everywhere, by IPv4 or IPv6."""
    four = (line.split() for line in lines(root / "proc/net/route"))
    if any(len(fields) > 2 and fields[1] == "00000000" and fields[0] != "lo" for fields in four):
        return True
    six = (line.split() for line in lines(root / "proc/net/ipv6_route"))
    return any(len(f) > 9 and f[0] == "0" * 32 and f[1] == "00" and f[9] != "lo" for f in six)


def name_servers(root: Path) -> list[str]:
    """Whom the machine below `root` asks for names."""
    words = (line.split() for line in lines(root / "etc/resolv.conf"))
    return [fields[1] for fields in words if len(fields) > 1 and fields[0] == "nameserver" and _is_address(fields[1])]


def answers(server: str, port: int = 53) -> bool:
    """Whether a name server answers at all, whatever it says."""
    try:
        family, kind, *_, address = socket.getaddrinfo(server, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(address)
            asking.send(QUESTION)
            return asking.recv(512)[:2] == QUESTION[:2]
    except OSError:
        return False


def needs_names(trunk: Trunk) -> bool:
    """Whether a trunk's place must be looked up."""
    try:
        host, _ = split_host_port(trunk.proxy or trunk.peer or trunk.domain)
    except ValueError:
        return False
    return not is_address(host)


def _names(servers: list[str]) -> DoctorCheck:
    if not servers:
        sentence = Sentence("The box has no name server, so it cannot find the provider.")
        return DoctorCheck("names", "fail", sentence, Sentence("Check that the router assigns addresses (DHCP)."))
    if not any(answers(server) for server in servers[:2]):
        sentence = Sentence(
            "No answer from the name server {servers}, so the box cannot find the provider.", servers=servers
        )
        return DoctorCheck(
            "names", "fail", sentence, Sentence("Restart the router and check whether the internet works.")
        )
    return DoctorCheck("names", "ok", Sentence("The name server answers."))


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
