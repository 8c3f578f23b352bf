"""The address that phones are told."""

from pathlib import Path

import pytest

from pbx.box import own_address
from tests.box.test_addresses import FOUR, SIX, machine

CONTAINERS = (
    FOUR
    + """           |-- 172.17.0.1
              /32 host LOCAL
           |-- 169.254.9.9
              /32 host LOCAL
"""
)
ROUTES = """Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
docker0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0
eth0 00B2A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0
"""


@pytest.mark.parametrize(
    ("outwards", "four", "six", "shown"),
    [
        ("192.0.2.10", FOUR, "", "192.0.2.10"),
        ("127.0.0.1", FOUR, SIX, "192.168.178.20"),
        ("127.0.0.1", CONTAINERS, "", "192.168.178.20"),
        ("127.0.0.1", CONTAINERS.replace("192.168.178.20", "127.0.0.1").replace("10.8.0.1", "127.0.0.2"), SIX,
         "2001:db8::20"),
        ("127.0.0.1", CONTAINERS.replace("192.168.178.20", "127.0.0.1").replace("10.8.0.1", "127.0.0.2"), "",
         "172.17.0.1"),
        ("127.0.0.1", "", "", "127.0.0.1"),
    ],
)  # fmt: skip
def test_without_a_way_out_phones_are_told_the_address_of_an_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outwards: str, four: str, six: str, shown: str
) -> None:
    monkeypatch.setattr(own_address, "_outwards", lambda: outwards)
    root = machine(tmp_path, four, six)
    (root / "proc/net/route").write_text(ROUTES)
    assert own_address.own_address(root) == shown
