"""Digest and guessing: what was seen on the wire is worth nothing, guessing gets nowhere, the owner always gets in."""

from __future__ import annotations

import re
from pathlib import Path

from pbx.exchange.phones.lockout import ACCOUNT_BUDGET, FIRST_SILENCE, HOMES, REMEMBERED, SOURCE_BUDGET
from pbx.sip.message import Request, Response
from tests.threats.box import Box, besiege
from tests.threats.ends import End, Phone, again, authorization, phone

SEVERAL = int(SOURCE_BUDGET) + 2


def to_itself(end: Phone | End, box: Box, name: str = "") -> Request:
    """A REGISTER for an account."""
    return end.request("REGISTER", to=f"<sip:{name or end.user}@{box.host}>", headers=[("Expires", "600")])


async def challenge(end: End) -> Response:
    """The 401 to a request without credentials."""
    response = await end.ask(end.request("REGISTER"))
    assert response is not None
    assert response.status == 401
    return response


def stale(response: Response | None) -> bool:
    """A 401 that asks for the same once more with a new nonce."""
    assert response is not None
    assert response.status == 401
    return "stale=true" in (response.headers.get("WWW-Authenticate") or "")


def test_sha_256_is_offered_and_taken(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        first = await challenge(anna)
        assert {"SHA-256", "MD5"} == set(
            re.findall(r"algorithm=([\w-]+)", " ".join(first.headers.all("WWW-Authenticate")))
        )
        request = to_itself(anna, box)
        request = again(request, authorization(first, request, anna.username, anna.password))
        assert "SHA-256" in (request.headers.get("Authorization") or "")
        assert await anna.status(request) == 200

    besiege(tmp_path, script)


def test_each_challenge_has_a_nonce_of_its_own(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        nonces = {re.findall(r'nonce="([^"]+)"', bytes(await challenge(stranger)).decode())[0] for _ in range(20)}
        assert len(nonces) == 20

    besiege(tmp_path, script)


def test_what_was_seen_on_the_wire_cannot_be_sent_again(tmp_path: Path) -> None:
    """The very same credentials in a new transaction, by the phone's own address or another's, with another nc too."""

    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        request, response = await anna.prove(to_itself(anna, box))
        assert response is not None
        assert response.status == 200
        thief = End(box)
        value = request.headers.get("Authorization") or ""
        for copy in (value, value.replace("nc=00000001", "nc=00000000"), value.replace("nc=00000001", "nc=00000002")):
            for end in (thief, anna):
                stolen = again(to_itself(end, box, anna.username), ("Authorization", copy))
                stolen = stolen.with_headers(stolen.headers.with_("Contact", "<sip:thief@127.6.6.6>"))
                assert await end.status(stolen) == 401
        registered = await box.do("phone list")
        assert registered[0]["contacts"] == [f"sip:{anna.username}@127.0.0.1:{anna.address[1]}"]

    besiege(tmp_path, script)


def test_a_higher_nc_needs_the_password_and_then_passes(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        first = await challenge(anna)
        for nc, status in ((1, 200), (2, 200), (2, 401), (1, 401), (7, 200)):
            request = to_itself(anna, box)
            proven = again(request, authorization(first, request, anna.username, anna.password, nc=nc))
            assert await anna.status(proven) == status

    besiege(tmp_path, script)


def test_an_old_nonce_is_stale_and_no_mistake(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        first = await challenge(anna)
        await box.pass_time(301.0, 60.0)
        for _ in range(SEVERAL):
            request = to_itself(anna, box)
            assert stale(await anna.ask(again(request, authorization(first, request, anna.username, anna.password))))
        await anna.register()

    besiege(tmp_path, script)


def test_invented_nonces_tell_nothing_even_with_the_right_password(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", registered=False)
        first = await challenge(anna)
        for nonce in ("", "x", "A" * 40, "A" * 5000, "\u0665", "%00", "AAAA" * 10):
            values = [
                re.sub(r'nonce="[^"]*"', f'nonce="{nonce or "0"}"', v) for v in first.headers.all("WWW-Authenticate")
            ]
            forged = Response(401, "", first.headers.with_("WWW-Authenticate", *values))
            request = to_itself(anna, box)
            proven = again(request, authorization(forged, request, anna.username, anna.password))
            assert stale(await anna.ask(proven))

    besiege(tmp_path, script)


def test_credentials_for_one_request_do_not_fit_another(tmp_path: Path) -> None:
    """Another method, another number dialled: the answer was made for something else."""

    async def script(box: Box) -> None:
        anna = await phone(box, "21")
        provider = End(box, *box.provider)
        for made_for, uri in (("REGISTER", ""), ("INVITE", f"sip:22@{box.host}"), ("INVITE", "sip:22@evil.example")):
            first = await challenge(anna)
            other = anna.request(made_for, "22") if not uri else anna.request("INVITE", uri=uri)
            field = authorization(first, other, anna.username, anna.password)
            assert await anna.status(again(anna.request("INVITE", "+4989123456"), field)) == 401
        assert not [each for each in provider.heard() if isinstance(each, Request) and each.method == "INVITE"]

    besiege(tmp_path, script)


async def guess(end: End, box: Box, name: str, tries: int) -> list[int | None]:
    """Wrong passwords, each with a fresh nonce; the statuses."""
    statuses: list[int | None] = []
    for number in range(tries):
        first = await end.ask(end.request("REGISTER"), 0.15)
        if first is None:
            statuses.append(None)
            continue
        request = to_itself(end, box, name)
        proven = again(request, authorization(first, request, name, f"guess {number}"))
        statuses.append(await end.status(proven, 0.15))
    return statuses


def test_who_guesses_is_not_answered_for_longer_and_longer(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21")
        stranger = End(box)
        statuses = await guess(stranger, box, anna.username, SEVERAL)
        assert 200 not in statuses
        assert statuses[-1] is None
        silences = []
        for _ in range(3):
            waited = 0.0
            while await stranger.status(stranger.request("OPTIONS"), 0.05) is None:
                await box.pass_time(FIRST_SILENCE, 30.0)
                waited += FIRST_SILENCE
            silences.append(waited)
            await guess(stranger, box, anna.username, SEVERAL)
        assert silences == sorted(silences)
        assert silences[2] >= 4 * silences[0]

    besiege(tmp_path, script)


def test_asking_without_credentials_is_no_mistake(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        stranger = End(box)
        for _ in range(5 * SEVERAL):
            await challenge(stranger)

    besiege(tmp_path, script)


def test_the_owner_is_never_locked_out_whoever_guesses_from_wherever(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21", host="127.0.0.5")
        for number in range(int(ACCOUNT_BUDGET)):
            await guess(End(box, f"127.9.0.{number + 1}"), box, anna.username, 2)
        await anna.register()
        assert await anna.call("22") is not None
        burglar = Phone(box, {"username": anna.username, "password": anna.password, "extension": "21"}, "127.9.1.1")
        _, response = await burglar.prove(to_itself(burglar, box))
        assert response is not None
        assert response.status == 401, "under attack the right password counts only from where it counted before"

    besiege(tmp_path, script)


def test_the_owner_gets_in_from_their_own_address_even_when_others_guessed_from_there(tmp_path: Path) -> None:
    """A forged source address, or a colleague behind the same NAT, while the phone is switched off."""

    async def script(box: Box) -> None:
        anna = await phone(box, "21", host="127.0.0.5")
        await anna.register(expires=0)
        neighbour = End(box, "127.0.0.5")
        await guess(neighbour, box, anna.username, 3 * SEVERAL)
        await guess(neighbour, box, "nobody", 3 * SEVERAL)
        await anna.register()

    besiege(tmp_path, script)


def test_the_tables_of_who_guessed_are_bounded(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        anna = await phone(box, "21")
        lockout = box.daemon.exchange.lockout
        for number in range(REMEMBERED + 500):
            lockout.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"name {number}", known=False)
            lockout.passed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", anna.username)
        assert len(lockout._sources) <= REMEMBERED
        assert len(lockout._strangers) <= REMEMBERED
        assert len(lockout._homes[anna.username]) <= HOMES
        authentication = box.daemon.exchange.switchboard._authentication
        stranger = End(box)
        for number in range(1200):
            stranger.user = f"name{number}"
            stranger.send(stranger.request("OPTIONS" if number % 100 else "REGISTER"))
            await box.settle(1)
        assert len(authentication._puzzled) <= 1024

    besiege(tmp_path, script)


def test_after_wrong_tries_from_elsewhere_the_right_password_is_told_from_no_wrong_one(tmp_path: Path) -> None:
    """Sent twice over one nonce it was stale the second time, and only then: that told that it was right."""

    async def script(box: Box) -> None:
        anna = await phone(box, "21", host="127.0.0.5")
        for number in range(25):
            await guess(End(box, f"127.9.0.{number + 1}"), box, anna.username, 1)
        timings = []
        for number, (name, password) in enumerate(
            ((anna.username, anna.password), (anna.username, "guess"), ("nobody", anna.password))
        ):
            end = End(box, f"127.9.1.{number + 1}")
            heard = []
            for method, counts in (("REGISTER", (1, 1)), ("REGISTER", (1, 2)), ("INVITE", (1, 1)), ("SUBSCRIBE", (1,))):
                first = await challenge(end)
                for count in counts:
                    request = to_itself(end, box, name) if method == "REGISTER" else end.request(method)
                    response = await end.ask(again(request, authorization(first, request, name, password, nc=count)))
                    assert response is not None
                    heard.append([response.status, stale(response), [field for field, _ in response.headers]])
            timings.append(heard)
        assert timings[0] == timings[1] == timings[2]
        await anna.register()

    besiege(tmp_path, script)
