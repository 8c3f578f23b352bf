"""Where names of others may not lead."""

import socket

import pytest

from pbx.box.forbidden import is_forbidden, may_be_meant


def test_packets_to_one_s_own_address_stay_here() -> None:
    assert is_forbidden("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            pytest.skip("a machine without a network has no other address")
        own = probe.getsockname()[0]
    assert is_forbidden(own)
    assert not is_forbidden("198.51.100.1")


def test_a_name_is_not_followed_into_the_box() -> None:
    """DNS belongs to others: what it says is sifted at each look-up, whoever wrote the name."""
    hosts = ("127.0.0.1", "198.51.100.7", "169.254.9.9", "::1", "fe80::1%eth0")
    assert [host for host in hosts if may_be_meant(host, ["0.0.0.0", "::"])] == ["198.51.100.7"]
    assert [host for host in hosts if may_be_meant(host, ["127.0.0.2"])] == ["127.0.0.1", "198.51.100.7", "::1"]
