"""Without credentials nothing reaches a trunk or another's state; and nobody learns which names there are."""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import pytest

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from tests.threats.box import NUMBER, PORT, Box, besiege
from tests.threats.ends import STRANGER, End, Voice, again, authorization, phone

METHODS = ("INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH", "NOTIFY", "OPTIONS", "INFO", "BYE")
OUTSIDE = [
    "+4989123456",
    "0089123456",
    "110",
    "112",
    "21%40127.0.0.1",
    "21&22",
    "21%2622",
    "21%2089",
    "+4989123456;phone-context=+49",
    "089123456%40amt",
    "amt",
    "*97",
    "%00",
    "21%00+4989",
]


@pytest.mark.parametrize("host", [STRANGER, "127.0.0.1"])
def test_no_stranger_gets_a_call_or_a_message_through(tmp_path: Path, host: str) -> None:
    """Not even from the host where phones are registered."""

    async def script(box: Box) -> None:
        provider = End(box, *box.provider)
        anna = await phone(box, "21")
        stranger = End(box, host)
        for method in METHODS:
            for user in OUTSIDE:
                request = stranger.request(method, headers=[("Refer-To", "<sip:+4989123456@x>")], uri=f"sip:{user}@amt")
                status = await stranger.status(request, 1.0)
                assert status in ((200,) if method == "OPTIONS" else (401, 405, 481)), (method, user)
        await box.settle()
        assert [each for each in provider.heard() if isinstance(each, Request) and each.method != "OPTIONS"] == []
        assert anna.heard() == []
        assert box.calls == 0
        assert await box.history() == []

    besiege(tmp_path, script)


def test_routes_and_disguises_open_no_way_to_the_trunk(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        provider, stranger = End(box, *box.provider), End(box)
        place, own = "{}:{}".format(*box.provider), f"{box.host}:{PORT}"
        disguises = [
            [("Route", f"<sip:{place};lr>")],
            [("Route", f"<sip:{own};lr>"), ("Route", f"<sip:{place};lr>")],
            [("Route", f"<sip:{own};lr>, <sip:{place};lr>")],
            [("P-Asserted-Identity", "<sip:21@127.0.0.1>")],
            [("P-Preferred-Identity", f"<sip:+4930123450@{place}>")],
            [("Proxy-Authorization", 'Digest username="21"')],
            [("Authorization", "Digest")],
            [("Authorization", "Basic MjE6MjE=")],
            [("Replaces", "1;to-tag=2;from-tag=3")],
            [("Referred-By", "<sip:21@127.0.0.1>")],
            [("Remote-Party-ID", "<sip:21@127.0.0.1>;screen=yes")],
            [("Diversion", "<sip:21@127.0.0.1>")],
            [("X-Forwarded-For", box.provider[0])],
        ]
        for headers in disguises:
            for uri in (
                "sip:+4989123456@" + own,
                "sip:+4989123456@" + place,
                "tel:+4989123456",
                "sip:" + NUMBER + "@x",
            ):
                request = stranger.request("INVITE", uri=uri, headers=headers, from_="<sip:21@127.0.0.1>;tag=1")
                via = f"SIP/2.0/UDP {place};received={box.provider[0]};rport=5060;branch=z9hG4bK{len(stranger.seen)}"
                request = request.with_headers(request.headers.with_("Via", via))
                assert await stranger.status(request, 1.0) == 401
        assert [each for each in provider.heard() if isinstance(each, Request) and each.method != "OPTIONS"] == []
        assert box.calls == 0

    besiege(tmp_path, script)


def test_a_peer_with_a_port_is_that_port_only(tmp_path: Path) -> None:
    async def script(box: Box) -> None:
        neighbour = End(box, box.provider[0])
        assert await neighbour.status(neighbour.request("INVITE", NUMBER, sdp=Voice().sdp)) == 401

    besiege(tmp_path, script)


async def names(box: Box) -> dict[str, str]:
    """A known name, an unknown one, one that was removed, and one that only calls out."""
    known = await box.do("phone add", extension="21")
    disabled = await box.do("phone add", extension="22")
    outbound = await box.do("phone add", extension="23")
    await box.do("phone remove", username=disabled["username"])
    return {
        "known": known["username"],
        "unknown": "q2345678",
        "disabled": disabled["username"],
        "outbound": outbound["username"],
        "extension": "21",
    }


def shape(response: Response, request: Request) -> tuple[object, ...]:
    """All that a response tells, but for what is new in each."""
    text = re.sub(r"127[.\d]+(:\d+)?|;rport=\d+|;tag=\w+", "", bytes(response).decode())
    text = re.sub(r'nonce="[^"]*"', "nonce", text)
    for value in (request.call_id, request.via.branch, request.uri.user or "?"):
        text = text.replace(value, "*")
    return tuple(text.split("\r\n"))


@pytest.mark.parametrize("proof", ["none", "wrong", "invented nonce"])
def test_every_method_answers_alike_whatever_name_is_asked_for(tmp_path: Path, proof: str) -> None:
    async def script(box: Box) -> None:
        everybody = await names(box)
        for at, method in enumerate(METHODS):
            shapes = set()
            for place, (kind, name) in enumerate(everybody.items()):
                stranger = End(box, f"127.8.{at}.{place + 1}", user=name)
                request = stranger.request(method, name, [("Event", "message-summary")])
                response = await stranger.ask(request)
                assert response is not None
                if proof != "none" and response.status == 401:
                    uri = request.uri if proof == "wrong" else "sip:x@y"
                    field = authorization(response, request, name, "wrong", uri=str(uri))
                    if proof == "invented nonce":
                        field = (field[0], re.sub(r'nonce="[^"]*"', 'nonce="AAAA"', field[1]))
                    request = again(request, field)
                    response = await stranger.ask(request)
                    assert response is not None
                assert response.status != 200 or method == "OPTIONS", kind
                shapes.add(shape(response, request))
                stranger.close()
            assert len(shapes) == 1, (method, shapes)

    besiege(tmp_path, script)


def test_wrong_passwords_of_known_and_unknown_names_take_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No timed test: medians of many, told apart only when one is half as long again as the other."""

    async def script(box: Box) -> None:
        everybody = await names(box)
        exchange = box.daemon.exchange
        monkeypatch.setattr(exchange.lockout, "silent", lambda host: False)
        stranger = End(box)
        flow = Flow("udp", box.address, stranger.address)
        response = await stranger.ask(stranger.request("REGISTER"))
        assert response is not None
        taken: dict[str, list[float]] = {kind: [] for kind in everybody}
        for _ in range(150):
            for kind, name in everybody.items():
                aor = f"<sip:{name}@{box.host}>"
                request = stranger.request("REGISTER", to=aor, from_=f"{aor};tag=1")
                request = again(request, authorization(response, request, name, "wrong"))
                began = time.perf_counter()
                exchange.registrar.register(request, flow)
                taken[kind].append(time.perf_counter() - began)
        medians = {kind: statistics.median(times) for kind, times in taken.items()}
        assert max(medians.values()) < 1.5 * min(medians.values()), medians

    besiege(tmp_path, script)


def test_a_name_that_is_somebody_else_s_gets_a_phone_nowhere(tmp_path: Path) -> None:
    """Right credentials, but From or To of a colleague."""

    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        for name in (bert.username, "nobody", "22"):
            request = anna.request("REGISTER", to=f"<sip:{name}@{box.host}>", headers=[("Expires", "600")])
            _, response = await anna.prove(request)
            assert response is not None
            assert response.status == 403

    besiege(tmp_path, script)
