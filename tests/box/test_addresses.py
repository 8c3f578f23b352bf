"""By which addresses a machine can be reached, from what its kernel tells."""

from __future__ import annotations

import socket
from pathlib import Path

from pbx.box.addresses import addresses

FOUR = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.168.178.0/24 2 0 2
           |-- 192.168.178.0
              /24 link UNICAST
           |-- 192.168.178.20
              /32 host LOCAL
        |-- 192.168.178.255
           /32 link BROADCAST
Local:
           |-- 192.168.178.20
              /32 host LOCAL
           |-- 10.8.0.1
              /32 host LOCAL
"""
SIX = """00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000020 02 40 00 00     eth0
20010db8000000000123456789abcdef 02 40 00 01     eth0
20010db8000000010000000000000020 02 40 00 20     eth0
20010db8000000020000000000000020 02 40 00 40     eth0
fd000000000000000000000000000020 02 40 00 80     eth0
fe800000000000000000000000000020 02 40 20 80     eth0
"""


def machine(root: Path, four: str = FOUR, six: str = SIX) -> Path:
    (root / "proc/net").mkdir(parents=True, exist_ok=True)
    (root / "proc/net/fib_trie").write_text(four)
    (root / "proc/net/if_inet6").write_text(six)
    return root


def test_all_interfaces_count_but_not_what_means_the_machine_only_to_itself(tmp_path: Path) -> None:
    """Nor addresses that are link-local, temporary, outdated or not yet sure (SIX has one of each)."""
    found = ["192.168.178.20", "10.8.0.1", "2001:db8::20", "fd00::20"]
    assert addresses(machine(tmp_path)) == found


def test_without_a_network_there_are_none(tmp_path: Path) -> None:
    assert addresses(tmp_path) == []
    assert addresses(machine(tmp_path, "", "00000000000000000000000000000001 01 80 10 80       lo\nodd line\n")) == []


def test_this_machine_tells_addresses_that_it_can_bind() -> None:
    for address in addresses():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
