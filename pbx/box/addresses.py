"""By which addresses this machine can be reached: what the kernel tells in /proc, where no right is needed to look."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from pathlib import Path

PASSING = 0x01 | 0x08 | 0x20 | 0x40
"""IPv6 addresses that nobody should rely on (if_addr.h): temporary for privacy, refused, outdated, not yet sure."""


def addresses(root: Path = Path("/")) -> list[str]:
    """IPv4 and then IPv6 addresses of all interfaces of the machine whose files are below `root`.

    Without those that mean the machine only to itself (loopback) or only with an interface's name (IPv6, link-local).
    """
    found = dict.fromkeys((*_four(root / "proc/net/fib_trie"), *_six(root / "proc/net/if_inet6")))
    return [each for each in found if not ip_address(each).is_loopback]


def networks_of(interfaces: tuple[str, ...], root: Path = Path("/")) -> list[IPv4Network]:
    """The networks that are reached by interfaces whose names begin like that."""
    found = []
    for line in lines(root / "proc/net/route")[1:]:
        fields = line.split()
        if len(fields) > 7 and fields[0].startswith(interfaces) and fields[7] != "00000000":
            network, mask = (IPv4Address(bytes.fromhex(each)[::-1]) for each in (fields[1], fields[7]))
            found.append(IPv4Network(f"{network}/{mask}", strict=False))
    return found


def _four(table: Path) -> Iterator[str]:
    """Where the kernel routes to itself: a line with the address, and below it what is so for all 32 bits of it."""
    address = ""
    for line in lines(table):
        sign, _, rest = line.strip().partition(" ")
        if sign == "|--":
            address = rest
        elif line.split() == ["/32", "host", "LOCAL"]:
            yield address


def _six(table: Path) -> Iterator[str]:
    """A line each: 32 digits, number of the interface, length of the prefix, scope, flags, name; all hexadecimal."""
    for line in lines(table):
        fields = line.split()
        if len(fields) < 6 or int(fields[4], 16) & PASSING:
            continue
        address = IPv6Address(bytes.fromhex(fields[0]))
        if not address.is_link_local:
            yield str(address)


def lines(path: Path) -> list[str]:
    """Of a file in which the kernel tells something; none where it is not there."""
    try:
        return path.read_text("ascii", "replace").splitlines()
    except OSError:
        return []
