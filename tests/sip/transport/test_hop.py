"""What a setting says about a host and a port."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.transport.hop import Target, is_address, split_host_port


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("sip.example.com", "sip.example.com", None),
        ("Sip.Example.com:5070", "sip.example.com", 5070),
        ("192.0.2.1", "192.0.2.1", None),
        ("192.0.2.1:5061", "192.0.2.1", 5061),
        ("2001:db8::1", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:5060", "2001:db8::1", 5060),
    ],
)
def test_a_host_with_or_without_a_port(text: str, host: str, port: int | None) -> None:
    target = Target.parse(text)
    assert (target.host, target.port) == (host, port)
    assert Target.parse(str(target)) == target


@pytest.mark.parametrize(
    "text",
    ["", ":5060", "a:", "a:0", "a:65536", "a:+5", "a: 5", "a:\u0665", "a:99999999999", "a b", "a/b", "[::1", "[a]:5",
     "::z", "user@host", "a;b", "x" * 300],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        Target.parse(text)


@given(st.text(max_size=40))
def test_nothing_but_a_value_error_comes_out(text: str) -> None:
    try:
        host, port = split_host_port(text)
    except ValueError:
        return
    assert port is None or 0 < port < 65536
    assert isinstance(is_address(host), bool)
