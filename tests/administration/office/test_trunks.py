"""Trunks: peers and accounts, and what cannot be one."""

from pathlib import Path

import pytest

from pbx.store.secret_forms import is_sealed
from pbx.store.secrets.vault import Vault
from pbx.store.settings.settings import read_office
from tests.commands import Run


def test_a_peer_and_an_account_are_added(done: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pa ss\n")
    peer = done("trunk", "add", "peer", "--peer", "[::1]:5090", "--transport", "tcp")
    assert (peer["peer"], peer["transport"], peer["kind"], peer["state"]) == ("[::1]:5090", "tcp", "peer", "stopped")
    words = ["--password-file", str(secret), "--auth-user", "auth", "--proxy", "proxy.example:5061"]
    account = done("trunk", "add", "acc", "--register", "4930123@sip.example.org", *words)
    assert (account["user"], account["domain"], account["kind"]) == ("4930123", "sip.example.org", "register")
    assert (account["auth_user"], account["proxy"]) == ("auth", "proxy.example:5061")
    assert "password" not in account
    assert password_of(tmp_path / "office", "acc") == "pa ss"
    assert [trunk["name"] for trunk in done("trunk", "list")] == ["acc", "peer"]
    secret.write_text("new")
    done("trunk", "set", "acc", "--password-file", str(secret))
    assert password_of(tmp_path / "office", "acc") == "new"


def password_of(data: Path, trunk: str) -> str | None:
    """A trunk's password, which the file itself does not show."""
    found = read_office(data / "settings.json").trunks[trunk]
    assert is_sealed(found.password)
    return Vault(data).password_of(found)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--peer", "a.example", "--register", "u@b.example", "--password-file", "SECRET"],
        ["--peer", "a.example:0"],
        ["--peer", "a.example:99999"],
        ["--peer", "a.example:\uff15\uff10"],
        ["--peer", "a b"],
        ["--peer", "300.1.1.1"],
        ["--peer", ""],
        ["--peer", "[::1"],
        ["--peer", "a.example\r\nX: y"],
        ["--peer", "a.example", "--auth-user", "u"],
        ["--register", "u@b.example"],
        ["--register", "nobody", "--password-file", "SECRET"],
        ["--register", "@b.example", "--password-file", "SECRET"],
        ["--register", "u@", "--password-file", "SECRET"],
        ["--register", "u>@b.example", "--password-file", "SECRET"],
        ["--register", "u@b.example", "--password-file", "/nowhere"],
        ["--register", "u@b.example", "--password-file", "/dev/null"],
        ["--register", "u@b.example", "--password-file", "."],
        ["--register", "u@b.example", "--password-file", "SECRET", "--proxy", "a:b:c"],
        ["--register", "u@b.example", "--password-file", "SECRET", "--transport", "sctp"],
    ],
)
def test_a_trunk_that_cannot_be_is_refused(refused: Run, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "secret").write_text("secret")
    refused("trunk", "add", "t", *[str(tmp_path / "secret") if word == "SECRET" else word for word in words])


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe", b"a\x00b", b"x" * 300])
def test_a_password_file_holds_one_line_of_text(refused: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    refused("trunk", "add", "t", "--register", "u@b.example", "--password-file", str(tmp_path / "secret"))


def test_a_trunk_in_use_stays_and_a_name_is_used_once(office: Run, refused: Run) -> None:
    assert "+4930123450" in refused("trunk", "remove", "provider")
    assert "already" in refused("trunk", "add", "Provider", "--peer", "127.0.0.1")
    assert "tell their calls apart" in refused("trunk", "add", "second", "--peer", "127.0.0.1:5090")
    assert "Did you mean provider" in refused("trunk", "remove", "provder")
    assert refused("trunk", "add", "a/b", "--peer", "127.0.0.1")
    assert "peer" in refused("trunk", "set", "provider", "--register", "u@b.example")
    office("number", "remove", "030 123450")
    office("trunk", "remove", "provider")
    assert office("trunk", "list") == []
