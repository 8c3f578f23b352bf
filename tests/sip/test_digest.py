"""RFC 7616, RFC 2617 and RFC 8760, on both sides."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.digest import (
    Accepted,
    Challenger,
    Credentials,
    Missing,
    Stale,
    Verdict,
    WrongCredentials,
    answer,
    hashed,
    is_stale,
)

URI = "sip:21@192.0.2.1"
ALICE = Credentials("alice", "wonderland")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Server:
    """A challenger with a made-up clock and a list of what it was asked for."""

    def __init__(self, secret: bytes = b"secret", most_nonces: int = 4096) -> None:
        self.clock = Clock()
        self.asked: list[str] = []
        numbers = count()
        self.challenger = Challenger(
            "pbx", secret, self.clock, lambda size: next(numbers).to_bytes(size, "big"), most_nonces=most_nonces
        )

    def challenge(self) -> tuple[str, ...]:
        return self.challenger.challenge()

    def check(self, header: str | None, method: str = "INVITE", uri: str = URI) -> Verdict:
        return self.challenger.check([] if header is None else [header], method, uri, self._h_a1_of)

    def _h_a1_of(self, username: str, algorithm: str) -> str | None:
        self.asked.append(username)
        password = {"alice": "wonderland"}.get(username)
        return None if password is None else hashed(algorithm, username, "pbx", password)


def answered(challenges: tuple[str, ...], nc: int = 1, credentials: Credentials = ALICE, uri: str = URI) -> str:
    header = answer(challenges, credentials, "INVITE", uri, b"", "0a4f113b", nc)
    assert header is not None
    return header


def test_the_example_of_rfc_7616_with_md5_and_sha_256() -> None:
    tail = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    mufasa = Credentials("Mufasa", "Circle of Life", "http-auth@example.org")
    for algorithm, response in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        challenge = f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, {tail}'
        header = answer(
            [challenge],
            mufasa,
            "GET",
            "/dir/index.html",
            b"",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            1,
        )
        assert header is not None
        assert f'response="{response}"' in header
        assert "nc=00000001" in header
        assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in header


def test_sha_256_is_offered_first_and_md5_after_it() -> None:
    sha, md5 = Server().challenge()
    assert "algorithm=SHA-256" in sha
    assert "algorithm=MD5" in md5


def test_each_challenge_has_a_nonce_of_its_own() -> None:
    server = Server()
    assert server.challenge() != server.challenge()


@pytest.mark.parametrize("which", [slice(0, 1), slice(1, 2), slice(0, 2)])
def test_the_right_password_is_accepted_with_either_algorithm(which: slice) -> None:
    server = Server()
    assert server.check(answered(server.challenge()[which])) == Accepted("alice")


def test_no_credentials_are_no_failure() -> None:
    server = Server()
    assert server.check(None) == Missing()
    assert server.check("NoOneKnowsThisScheme opaque-data=here") == Missing()
    assert server.check("Basic YWxpY2U6d29uZGVybGFuZA==") == Missing()


def test_credentials_for_another_realm_are_none_for_this() -> None:
    server = Server()
    assert server.check(answered(server.challenge()).replace('realm="pbx"', 'realm="other"')) == Missing()


def test_a_wrong_password_and_an_unknown_user_look_the_same() -> None:
    server = Server()
    for name in ("alice", "nobody"):
        header = answered(server.challenge(), credentials=Credentials(name, "guess"))
        assert server.check(header) == WrongCredentials(name)
    assert server.asked == ["alice", "nobody"]


def test_an_unknown_user_has_no_password_at_all() -> None:
    server = Server()
    for guess in ("", "None", "nobody"):
        assert isinstance(
            server.check(answered(server.challenge(), credentials=Credentials("bob", guess))), WrongCredentials
        )


def test_a_nonce_counts_up() -> None:
    server = Server()
    challenge = server.challenge()
    assert server.check(answered(challenge, 1)) == Accepted("alice")
    assert server.check(answered(challenge, 2)) == Accepted("alice")
    assert server.check(answered(challenge, 7)) == Accepted("alice")


def test_a_replayed_answer_is_stale() -> None:
    server = Server()
    challenge = server.challenge()
    assert server.check(answered(challenge, 2)) == Accepted("alice")
    assert server.check(answered(challenge, 2)) == Stale()
    assert server.check(answered(challenge, 1)) == Stale()


def test_an_old_nonce_is_stale_and_says_nothing_about_the_password() -> None:
    server = Server()
    challenge = server.challenge()
    server.clock.now += 301
    assert server.check(answered(challenge)) == Stale()
    assert server.check(answered(challenge, credentials=Credentials("alice", "guess"))) == Stale()
    assert server.asked == []


def test_a_nonce_from_before_a_restart_is_stale() -> None:
    before, after = Server(), Server()
    challenge = before.challenge()
    after.clock.now = 5.0
    assert after.check(answered(challenge)) == Stale()
    assert Server(b"another secret").check(answered(challenge)) == Stale()


def test_an_invented_nonce_is_stale_whatever_it_looks_like() -> None:
    server = Server()
    for nonce in ("x", "AAAA", "A" * 40, "A" * 5000, "ü", "=", "\\\\", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"):
        assert server.check(answered((f'Digest realm="pbx", nonce="{nonce}", qop="auth"',))) == Stale()


def test_a_nonce_spelled_differently_is_another_nonce() -> None:
    server = Server()
    header = answered(server.challenge())
    assert server.check(header.replace('nonce="', 'nonce="!', 1)) == Stale()


def test_stale_is_said_in_the_challenge() -> None:
    server = Server()
    assert not is_stale(server.challenge())
    assert is_stale(server.challenger.challenge(stale=True))


def test_an_answer_without_qop_uses_the_nonce_up() -> None:
    server = Server()
    old = tuple(value.replace(', qop="auth"', "") for value in server.challenge())
    header = answered(old)
    assert "cnonce" not in header
    assert server.check(header) == Accepted("alice")
    assert server.check(header) == Stale()


def test_forgetting_old_nonces_never_makes_them_good_again() -> None:
    server = Server(most_nonces=4)
    used = []
    for _ in range(12):
        used.append(answered(server.challenge()))
        server.clock.now += 1
        assert server.check(used[-1]) == Accepted("alice")
    assert [server.check(header) for header in used] == [Stale()] * 12
    assert len(server.challenger._counts) == 4


def test_the_answer_holds_for_one_method_and_one_place() -> None:
    server = Server()
    assert server.check(answered(server.challenge()), method="REGISTER") == WrongCredentials("alice")
    assert server.check(answered(server.challenge()), uri="sip:0900123@192.0.2.1") == WrongCredentials("alice")
    assert server.check(answered(server.challenge()), uri="sip:21@192.0.2.2") == WrongCredentials("alice")
    assert server.check(answered(server.challenge()).replace('uri="sip:21', 'uri="sip:22')) == WrongCredentials("alice")


def test_phones_that_spell_the_uri_a_little_differently_are_accepted() -> None:
    server = Server()
    for spelled in ("sip:21@192.0.2.1;transport=UDP", "sip:21@192.0.2.1:5060", "SIP:21@192.0.2.1", "sip:192.0.2.1"):
        assert server.check(answered(server.challenge(), uri=spelled)) == Accepted("alice")


def test_what_was_not_offered_is_wrong() -> None:
    server = Server()
    for old, new in (
        ("algorithm=SHA-256", "algorithm=SHA-512-256"),
        ("algorithm=SHA-256", "algorithm=MD5"),
        ("algorithm=SHA-256", "algorithm=SHA-256-sess"),
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=x"),
        ("nc=00000001", "nc=000000001"),
        ("nc=00000001", "nc=-1"),
        ('cnonce="0a4f113b"', 'cnonce=""'),
    ):
        assert isinstance(server.check(answered(server.challenge()).replace(old, new)), WrongCredentials), new


def test_a_hash_in_capitals_is_the_same_hash() -> None:
    server = Server()
    header = answered(server.challenge())
    start = header.index('response="') + 10
    assert server.check(header[:start] + header[start : start + 64].upper() + header[start + 64 :]) == Accepted("alice")


def test_the_client_takes_sha_256_even_if_it_comes_last() -> None:
    sha, md5 = Server().challenge()
    assert "algorithm=SHA-256" in answered((md5, sha))


def test_two_challenges_in_one_line() -> None:
    sha, md5 = Server().challenge()
    header = answered((f"Basic realm=x, {md5}, {sha}",))
    assert "algorithm=SHA-256" in header


def test_only_the_pinned_realm_gets_an_answer() -> None:
    pinned = Credentials("alice", "wonderland", "provider.example")
    assert answer(Server().challenge(), pinned, "INVITE", URI, b"", "c", 1) is None
    mixed = (*Server().challenge(), 'Digest realm="provider.example", nonce="n"')
    assert 'realm="provider.example"' in answered(mixed, credentials=pinned)


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Basic realm=pbx",
        "Digest",
        'Digest realm="pbx"',
        'Digest nonce="n"',
        'Digest realm="pbx", nonce="n", algorithm=SHA-1024',
        'Digest realm="pbx", nonce="n", qop="dance"',
        'Digest realm="pbx',
    ],
)
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    assert answer([challenge], ALICE, "INVITE", URI, b"", "c", 1) is None


def test_auth_int_covers_the_body() -> None:
    challenge = 'Digest realm="pbx", nonce="n", qop="auth-int"'
    one = answer([challenge], ALICE, "INVITE", URI, b"one", "c", 1)
    other = answer([challenge], ALICE, "INVITE", URI, b"other", "c", 1)
    assert one is not None
    assert "qop=auth-int" in one
    assert one != other


def test_session_algorithms_are_answered() -> None:
    header = answered(('Digest realm="pbx", nonce="n", algorithm=MD5-sess',))
    assert "algorithm=MD5-sess" in header
    assert 'cnonce="' in header


def test_quotes_in_names_stay_inside_them() -> None:
    header = answered(('Digest realm="a\\"b", nonce="n"',), credentials=Credentials('x", uri="sip:y', "p"))
    assert 'realm="a\\"b"' in header
    assert 'username="x\\", uri=\\"sip:y"' in header


def test_secrets_are_never_shown() -> None:
    assert "wonderland" not in repr(ALICE)
    assert "secret" not in repr(Server().challenger)


@given(st.lists(st.text(max_size=80) | st.from_regex(r'Digest ([a-z]{1,8}="?[ -~]{0,9}"?, ?){0,8}'), max_size=4))
def test_nothing_ever_leaves_it(values: list[str]) -> None:
    server = Server()
    assert isinstance(server.challenger.check(values, "INVITE", URI, lambda *_: "p"), Missing | Stale)
    answer(values, ALICE, "INVITE", URI, b"", "c", 1)


@given(st.integers(0, 9), st.sampled_from(["", "x", '"', "-1", "9" * 30, "\x00", "\u0661"]), st.booleans())
def test_an_answer_with_any_part_missing_or_garbled_is_a_verdict(part: int, instead: str, drop: bool) -> None:
    server = Server()
    parts = answered(server.challenge()).removeprefix("Digest ").split(", ")
    if drop:
        del parts[part % len(parts)]
    else:
        parts[part % len(parts)] = parts[part % len(parts)].partition("=")[0] + "=" + instead
    verdict = server.check("Digest " + ", ".join(parts))
    assert isinstance(verdict, Missing | Stale | WrongCredentials | Accepted)


@given(st.text(), st.text(), st.text())
def test_any_name_and_password_work(username: str, password: str, realm: str) -> None:
    numbers = count()
    challenger = Challenger(realm, b"s", Clock(), lambda size: next(numbers).to_bytes(size, "big"))
    header = answered(challenger.challenge(), credentials=Credentials(username, password))
    verdict = challenger.check(
        [header], "INVITE", URI, lambda name, algorithm: hashed(algorithm, name, realm, password)
    )
    assert (
        isinstance(verdict, Accepted)
        or not username
        or not realm
        or not username.isprintable()
        or not realm.isprintable()
    )
