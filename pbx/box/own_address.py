"""The address of this machine that phones and browsers get."""

import socket
from ipaddress import ip_address
from pathlib import Path

from pbx.box.addresses import addresses, networks_of

LOOPBACK = "127.0.0.1"
"""What stands for the box's address when it has none."""
VIRTUAL = ("docker", "br-", "veth", "virbr", "lxc", "podman", "cni")
"""What the names of interfaces begin with that lead to programs on the box."""


def shown_host(listening: str) -> str:
    """What to type for an exchange that listens at this address, which may be a wildcard."""
    return own_address() if listening in ("0.0.0.0", "::") else listening


def own_address(root: Path = Path("/")) -> str:
    """This machine's address towards the rest of the network, found without sending anything.

    Where no way leads out: that of an interface, as phones may be in the same network. LOOPBACK if there is none.
    """
    outwards = _outwards()
    if not ip_address(outwards).is_loopback:
        return outwards
    return next(iter(sorted(addresses(root), key=lambda each: _is_makeshift(each, root))), LOOPBACK)


def _outwards() -> str:
    """The address with which packets leave for the rest of the world; LOOPBACK where none do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return LOOPBACK


def _is_makeshift(address: str, root: Path) -> tuple[bool, bool, bool]:
    """What speaks against an address, the most important first; False sorts before True.

    That the box gave it to itself, that programs on the box (containers) have it, that it is IPv6.
    """
    found = ip_address(address)
    return found.is_link_local, any(found in net for net in networks_of(VIRTUAL, root)), found.version == 6
