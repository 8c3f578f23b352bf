"""The server against clients that are silent, slow, many or strangers; with real sockets."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pbx.programs.certificate import own_certificate
from tests.peers.programs import own_host, until
from tests.webui.office import Web
from webui.app import BODY, UPLOADS
from webui.serving import server as served
from webui.serving import threads
from webui.serving.server import Server
from webui.serving.tls import Tls

Start = Callable[..., Server]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return made(tmp_path_factory.mktemp("tls"))


def made(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key."""
    return own_certificate(folder, ["box.local"], datetime.now(UTC))


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts servers with few threads, at addresses of their own."""
    monkeypatch.setattr(served, "THREADS", 6)
    monkeypatch.setattr(served, "BUSY", 3)
    monkeypatch.setattr(Server, "expiration_interval", 0.05)
    with ExitStack() as stack:

        def started(app: Any = None, tls: Tls | None = None, beside: Server | None = None) -> Server:
            server = Server((own_host(), 0), app or hello, tls, beside)
            server.start_thread()
            stack.callback(server.stop)
            return server

        yield started


def hello(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """An application that reads what it is sent and says hello."""
    read = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello" if len(read) < 10 else b"heard"]


GET = b"GET / HTTP/1.1\r\nHost: box.local\r\n\r\n"


def dialled(server: Server, source: str = "127.0.0.1") -> socket.socket:
    client = socket.socket()
    client.settimeout(10)
    client.bind((source, 0))
    client.connect(server.bind_addr)
    return client


def asked(client: socket.socket, request: bytes = GET) -> bytes:
    """The answer's head, and its body if it says how long that is."""
    client.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer and (read := client.recv(65536)):
        answer += read
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: ([0-9]+)", head)
    while length and len(body) < int(length[1]) and (read := client.recv(65536)):
        body += read
    return head + b"\r\n\r\n" + body


def closed(client: socket.socket) -> bool:
    """Wait until the other side has closed."""
    with suppress(ConnectionError):
        while client.recv(65536):
            pass
    return True


def trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


def test_a_silent_tls_client_keeps_nobody_waiting(start: Start, certificate: tuple[Path, Path]) -> None:
    https = start(tls=Tls(*certificate))
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(dialled(https, "127.0.0.66"))
        client = trusting(certificate[0]).wrap_socket(stack.enter_context(dialled(https)))
        stack.enter_context(client)
        begun = time.monotonic()
        assert asked(client).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begun < 3


def test_a_handshake_that_stops_half_way_takes_threads_from_its_own_address_only(
    start: Start, certificate: tuple[Path, Path]
) -> None:
    https = start(tls=Tls(*certificate))
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(dialled(https, "127.0.0.66")).sendall(b"\x16\x03\x01\x02\x00")
        client = trusting(certificate[0]).wrap_socket(stack.enter_context(dialled(https)))
        stack.enter_context(client)
        assert asked(client).startswith(b"HTTP/1.1 200")


def test_what_follows_a_body_of_unknown_length_is_no_request(start: Start) -> None:
    http = start()
    smuggled = b"POST / HTTP/1.1\r\nHost: box.local\r\nTransfer-Encoding: chunked\r\n\r\n" + GET
    with dialled(http) as client:
        client.sendall(smuggled)
        heard = b""
        with suppress(ConnectionError):
            while read := client.recv(65536):
                heard += read
        assert heard.count(b"HTTP/1.1 ") == 1
        assert b"Connection: close" in heard


def test_half_requests_take_threads_from_their_own_address_only(start: Start) -> None:
    http = start()
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(dialled(http, "127.0.0.66")).sendall(b"GET / HT")
        client = stack.enter_context(dialled(http))
        assert asked(client).startswith(b"HTTP/1.1 200")


def test_a_visitor_behind_their_own_slow_requests_gets_their_turn(start: Start) -> None:
    http = start()
    with ExitStack() as stack:
        slow = [stack.enter_context(dialled(http, "127.0.0.66")) for _ in range(3)]
        for each in slow:
            each.sendall(b"GET / HT")
        until(lambda: len(http.busy) == 3, "three are busy")
        fourth = stack.enter_context(dialled(http, "127.0.0.66"))
        fourth.sendall(GET)
        for each in slow:
            assert asked(each, GET.removeprefix(b"GET / HT")).startswith(b"HTTP/1.1 200")
        assert fourth.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "said",
    [b"GET / HT", b"POST / HTTP/1.1\r\nHost: box\r\nContent-Length: 5\r\n\r\nab"],
    ids=["half a request", "half a form"],
)
def test_who_is_slow_is_cut_off_within_a_minute(start: Start, said: bytes) -> None:
    http = start()
    with dialled(http) as client:
        client.sendall(said)
        until(lambda: http.busy, "it is being read")
        time.sleep(0.1)
        http.cut_off(time.monotonic() + 15)
        assert http.busy
        http.cut_off(time.monotonic() + 60)
        assert closed(client)


def test_a_request_that_takes_us_long_is_not_cut_off(start: Start) -> None:
    http: Server

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        http.cut_off(time.monotonic() + 1000)
        return hello(environ, start_response)

    http = start(slow)
    with dialled(http) as client:
        assert asked(client).startswith(b"HTTP/1.1 200")


def test_who_reads_slowly_is_cut_off(start: Start) -> None:
    def much(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [bytes(1024 * 1024)] * 60

    http = start(much)
    with dialled(http) as client:
        client.sendall(GET)
        until(lambda: any(each.deadline for each in http.busy), "it is being sent")
        time.sleep(0.2)
        http.cut_off(time.monotonic() + 60)
        until(lambda: not http.busy, "it is given up")


def test_who_says_nothing_is_hung_up_on(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.SILENCE <= 60
    monkeypatch.setattr(served, "SILENCE", 0.5)
    http = start()
    with dialled(http) as silent, dialled(http) as kept:
        assert asked(kept).startswith(b"HTTP/1.1 200")
        assert closed(silent)
        assert closed(kept)


def test_an_address_has_only_so_many_connections(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "OPEN", 5)
    http = start()
    with ExitStack() as stack:
        clients = [stack.enter_context(dialled(http, "127.0.0.66")) for _ in range(8)]
        assert all(closed(client) for client in clients[5:])
        assert asked(clients[0]).startswith(b"HTTP/1.1 200")
        assert asked(stack.enter_context(dialled(http))).startswith(b"HTTP/1.1 200")
        clients[0].close()
        until(lambda: asked_again(stack, http), "there is room again")


def asked_again(stack: ExitStack, http: Server) -> bool:
    with suppress(OSError):
        return asked(stack.enter_context(dialled(http, "127.0.0.66"))).startswith(b"HTTP/1.1 200")
    return False


def test_pages_that_listen_do_not_count_as_busy(start: Start) -> None:
    def listens(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/live":
            return hello(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/event-stream")])

        def stream() -> Iterator[bytes]:
            yield b"retry: 2000\n\n"
            until(ended.__len__, "the end")

        return stream()

    ended: list[bool] = []
    http = start(listens)
    with ExitStack() as stack:
        for _ in range(4):
            stream = stack.enter_context(dialled(http))
            stack.callback(ended.append, True)
            assert asked(stream, GET.replace(b"/ ", b"/live ")).startswith(b"HTTP/1.1 200")
        assert asked(stack.enter_context(dialled(http))).startswith(b"HTTP/1.1 200")
        ended.append(True)


def test_http_and_https_share_their_threads(start: Start, certificate: tuple[Path, Path]) -> None:
    http = start()
    https = start(tls=Tls(*certificate), beside=http)
    with dialled(https) as plain, trusting(certificate[0]).wrap_socket(plain) as client, dialled(http) as other:
        for _ in range(3):
            assert asked(client).startswith(b"HTTP/1.1 200")
            assert asked(other).startswith(b"HTTP/1.1 200")
    assert http.requests is https.requests


def test_a_new_certificate_is_taken_without_a_restart(tmp_path: Path, start: Start) -> None:
    tls = Tls(*made(tmp_path))
    https = start(tls=tls)
    (tmp_path / "tls.crt").unlink()
    (tmp_path / "tls.key").unlink()
    made(tmp_path)
    tls.refresh()
    with dialled(https) as plain, trusting(tmp_path / "tls.crt").wrap_socket(plain) as client:
        assert asked(client).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("mixed", ["tls.crt", "tls.key"])
def test_the_certificate_stays_while_a_new_one_is_there_by_half(tmp_path: Path, start: Start, mixed: str) -> None:
    (tmp_path / "other").mkdir()
    certificate, key = made(tmp_path)
    made(tmp_path / "other")
    trusted = trusting(certificate)
    tls = Tls(certificate, key)
    https = start(tls=tls)
    (tmp_path / "other" / mixed).replace(tmp_path / mixed)
    with pytest.raises(ssl.SSLError):
        tls.refresh()
    with dialled(https) as plain, trusted.wrap_socket(plain) as client:
        assert asked(client).startswith(b"HTTP/1.1 200")


def test_the_server_does_not_tell_its_version(start: Start) -> None:
    with dialled(start()) as client:
        answer = asked(client)
    assert b"Server: Durchwahl\r\n" in answer
    assert b"heroot" not in answer


def test_headers_have_a_limit(start: Start) -> None:
    with dialled(start()) as client, suppress(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\nHost: box\r\nX: " + b"x" * 64 * 1024)
        assert client.recv(100).startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


# --- threads ----------------------------------------------------------------------------------------------------------


def at_once(start: Start, count: int) -> tuple[Server, list[socket.socket], threading.Event]:
    """So many requests, each from an address of its own, that last until the event is set."""
    go = threading.Event()

    def lasting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        go.wait(10)
        return hello(environ, start_response)

    server = start(lasting)
    clients = [dialled(server, f"127.0.1.{number + 1}") for number in range(count)]
    for client in clients:
        client.sendall(GET)
    return server, clients, go


def test_nobody_asks_and_no_thread_waits(start: Start) -> None:
    assert start().requests._threads == []


def test_who_asks_one_after_the_other_is_answered_by_one_thread(start: Start) -> None:
    http = start()
    with dialled(http) as client:
        for _ in range(10):
            assert asked(client).startswith(b"HTTP/1.1 200")
            until(lambda: http.requests._idle == 1, "it is done")
        assert len(http.requests._threads) == 1


@pytest.mark.parametrize("count", [2, 5, 6, 20])
def test_who_asks_at_the_same_time_is_answered_by_as_many_threads_up_to_the_limit(start: Start, count: int) -> None:
    http, clients, go = at_once(start, count)
    until(lambda: len(http.busy) == min(count, served.THREADS), "they are at work")
    assert len(http.requests._threads) == min(count, served.THREADS)
    go.set()
    with ExitStack() as stack:
        for client in map(stack.enter_context, clients):
            assert asked(client, b"").startswith(b"HTTP/1.1 200")


def test_threads_without_work_are_given_back(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "REST", 0.05)
    http, clients, go = at_once(start, 5)
    until(lambda: len(http.busy) == 5, "they are at work")
    go.set()
    until(lambda: not http.requests._threads, "they are given back")
    until(lambda: not [each for each in threading.enumerate() if "CP Server" in each.name], "they have ended")
    for client in clients:
        assert asked(client, b"").startswith(b"HTTP/1.1 200")
    assert asked(clients[0]).startswith(b"HTTP/1.1 200"), "and come again"
    for client in clients:
        client.close()


def test_whoever_comes_in_the_moment_a_thread_goes_is_answered(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "REST", 0.001)
    http = start()
    with ExitStack() as stack:
        clients = [stack.enter_context(dialled(http, f"127.0.2.{number + 1}")) for number in range(8)]
        for _ in range(25):
            for client in clients:
                client.sendall(GET)
            assert [asked(client, b"")[:12] for client in clients] == [b"HTTP/1.1 200"] * 8


def test_a_machine_that_gives_no_more_threads_answers_with_those_it_has(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = start()
    with dialled(http) as client:
        assert asked(client).startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(http.requests, "_spawn_worker", lambda: (_ for _ in ()).throw(RuntimeError("no more")))
        with ExitStack() as stack:
            clients = [stack.enter_context(dialled(http, f"127.0.3.{number + 1}")) for number in range(5)]
            for each in clients:
                each.sendall(GET)
            assert [asked(each, b"")[:12] for each in clients] == [b"HTTP/1.1 200"] * 5
    assert len(http.requests._threads) == 1


# --- clients that go away -------------------------------------------------------------------------------------------


def reset(client: socket.socket) -> None:
    """Break off without a word."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def says_goodbye(client: socket.socket) -> None:
    """Close as TLS wants it (close_notify), where there is TLS."""
    client.settimeout(0.05)
    with suppress(OSError):
        if isinstance(client, ssl.SSLSocket):
            client.unwrap()
    client.close()


def garbles(client: socket.socket) -> None:
    """A record that no key opens."""
    with socket.socket(fileno=client.detach()) as plain:
        plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))


SAID = {
    "nothing": b"",
    "half a request": b"GET / HT",
    "a request": GET,
    "one for much": GET.replace(b"/ ", b"/much "),
    "a page that listens": GET.replace(b"/ ", b"/live "),
    "half a form": b"POST / HTTP/1.1\r\nHost: box\r\nContent-Length: 5\r\n\r\nab",
    "rubbish": b"\x16\x03\x01 rubbish\r\n\r\n",
}
LEAVES: dict[str, Callable[[socket.socket], None]] = {
    "closes": socket.socket.close, "resets": reset, "says goodbye": says_goodbye, "garbles": garbles
}  # fmt: skip


def alive() -> Iterator[bytes]:
    """What a page that listens hears."""
    for _ in range(20):
        time.sleep(0.01)
        yield b": alive\n\n"


def patient(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers when the client has had the time to go."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(0.05)
    if environ["PATH_INFO"] == "/live":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return alive()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [bytes(30_000_000 if environ["PATH_INFO"] == "/much" else 5)]


@pytest.mark.parametrize("encrypted", [True, False], ids=["https", "http"])
@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_nothing_is_logged_of_a_client_that_goes_away(
    start: Start, certificate: tuple[Path, Path], said: bytes, encrypted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Over HTTPS there were 35 lines of each, also when it had said goodbye."""
    server = start(patient, Tls(*certificate) if encrypted else None)
    caplog.set_level(logging.INFO)
    for leaves in LEAVES.values():
        client = dialled(server)
        if encrypted:
            client = trusting(certificate[0]).wrap_socket(client)
        client.sendall(said)
        if not said.endswith(b"\r\n\r\n"):
            until(lambda: server.busy or not said, "it is being read")
        leaves(client)
    until(lambda: not server.busy and not server.limit._open, "all of them are gone")
    assert caplog.text == ""


@pytest.mark.parametrize(
    "said",
    [GET, bytes(range(256)), b"\x16\x03\x01\x02\x00\x01", b"\x15\x03\x03\x00\x02\x02\x28", b""],
    ids=["plain HTTP", "rubbish", "half a hello", "an alert", "nothing"],
)
@pytest.mark.parametrize("leaves", [socket.socket.close, reset], ids=["closes", "resets"])
def test_nothing_is_logged_of_what_is_no_tls(
    start: Start, certificate: tuple[Path, Path], said: bytes, leaves: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server = start(tls=Tls(*certificate))
    caplog.set_level(logging.INFO)
    for _ in range(3):
        client = dialled(server)
        client.sendall(said)
        leaves(client)
    until(lambda: not server.busy and not server.limit._open, "all of them are gone")
    with trusting(certificate[0]).wrap_socket(dialled(server)) as client:
        assert asked(client).startswith(b"HTTP/1.1 200")
    assert caplog.text == ""


@pytest.mark.parametrize("encrypted", [True, False], ids=["https", "http"])
def test_nothing_is_logged_of_who_is_cut_off_or_falls_silent(
    start: Start,
    certificate: tuple[Path, Path],
    encrypted: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(served, "SILENCE", 0.3)
    server = start(patient, Tls(*certificate) if encrypted else None)
    caplog.set_level(logging.INFO)
    for said in (SAID["half a request"], SAID["half a form"], SAID["one for much"].replace(b"much", b"much?")):
        for cut in (True, False):
            client = dialled(server)
            if encrypted:
                client = trusting(certificate[0]).wrap_socket(client)
            client.sendall(said)
            until(lambda: server.busy, "it is being read")
            if cut:
                server.cut_off(time.monotonic() + 1000)
            until(lambda: not server.busy, "it is given up")
            client.close()
    assert caplog.text == ""


def test_our_own_mistakes_are_still_logged(
    start: Start, certificate: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise OSError(28, "No space left on device") if environ["PATH_INFO"] == "/full" else KeyError("ours")

    server = start(mistaken, Tls(*certificate))
    for path, words in ((b"/full ", "No space left"), (b"/ ", "KeyError")):
        with trusting(certificate[0]).wrap_socket(dialled(server)) as client:
            assert asked(client, GET.replace(b"/ ", path)).startswith(b"HTTP/1.1 500")
        assert words in caplog.text


# --- the page behind it ---------------------------------------------------------------------------------------------


@pytest.fixture
def http(web: Web, start: Start) -> Server:
    return start(web.app)


def request(host: str, *headers: str, method: str = "GET", path: str = "/alive", body: bytes = b"") -> bytes:
    lines = (f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


def status(server: Server, sent: bytes) -> int:
    with dialled(server) as client:
        return int(asked(client, sent).split()[1])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "192.168.2.3:8080", "localhost:8080", "box", "durchwahl.local", "pbx.example.de"]
)
def test_the_box_knows_its_names(web: Web, http: Server, host: str) -> None:
    web.do("office set", domain="pbx.example.de")
    assert status(http, request(host)) == 204


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "box.evil.example", "", "a b", "x@y", "::1"]
)
def test_a_foreign_name_is_refused(http: Server, host: str) -> None:
    assert status(http, request(host)) == 403


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Origin: http://box.local:8080", 303),
        ("Origin: http://BOX.local:8080", 303),
        ("Origin: http://box.local", 403),
        ("Origin: https://box.local:8080", 403),
        ("Origin: http://evil.example", 403),
        ("Origin: null", 403),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Sec-Fetch-Site: same-site", 403),
        ("Sec-Fetch-Site: same-origin", 303),
        ("X-Nothing: said", 303),
    ],
)
def test_only_forms_of_our_own_pages_are_taken(web: Web, http: Server, header: str, expected: int) -> None:
    page = web.visitor.get("/nowhere", status=404)
    token = page.forms[0]["csrf"].value
    cookie = f"Cookie: visitor-{http.bind_addr[1]}={page.test_app.cookies['visitor-80']}"
    kind = "Content-Type: application/x-www-form-urlencoded"
    body = f"csrf={token}&language=de&back=/".encode()
    sent = request("box.local:8080", header, cookie, kind, method="POST", path="/language", body=body)
    assert status(http, sent) == expected


def test_a_stranger_from_outside_the_network_gets_a_sentence_only(web: Web) -> None:
    app = web.visitor
    for source in ("8.8.8.8", "2a00:1450::1", "100.64.0.1", "172.32.0.1", "192.169.0.1", "", "nonsense"):
        answer = app.get("/alive", extra_environ={"REMOTE_ADDR": source, "SERVER_NAME": "192.168.2.1"}, status=403)
        assert "office network" in answer.text
    for source in (
        "192.168.7.7",
        "10.1.1.1",
        "172.16.0.1",
        "169.254.9.9",
        "fe80::1%eth0",
        "fd00::2",
        "::ffff:10.0.0.1",
    ):
        app.get("/alive", extra_environ={"REMOTE_ADDR": source}, status=204)


def test_who_shares_our_public_prefix_is_in_the_office(web: Web) -> None:
    here = {"SERVER_NAME": "2001:db8:1:2::5"}
    web.visitor.get("/alive", extra_environ={"REMOTE_ADDR": "2001:db8:1:2:99::7", **here}, status=204)
    web.visitor.get("/alive", extra_environ={"REMOTE_ADDR": "2001:db8:1:3::7", **here}, status=403)


def test_a_form_may_have_64_kilobytes_and_one_with_files_32_megabytes(http: Server) -> None:
    assert (BODY, UPLOADS) == (65536, 33554432)
    kind = "Content-Type: application/x-www-form-urlencoded"
    body = b"x=" + bytes(BODY)
    assert status(http, request("box", kind, method="POST", path="/language", body=body)) == 413


def test_what_is_too_large_is_answered_although_it_is_still_being_sent(http: Server) -> None:
    with dialled(http) as client:
        client.sendall(request("box", method="POST", path="/language", body=b"")[:-22].rstrip() + b"\r\n")
        client.sendall(b"Content-Length: 40000000\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(40):
                client.sendall(bytes(65536))
        assert client.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_of_unknown_length_is_refused(http: Server) -> None:
    with dialled(http) as client:
        head = b"POST /language HTTP/1.1\r\nHost: box\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert asked(client, head + b"1\r\nx\r\n0\r\n\r\n").startswith(b"HTTP/1.1 411")
