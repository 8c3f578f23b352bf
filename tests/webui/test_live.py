"""What happens comes to the open pages: topics, heartbeats, and an end with the session."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from pbx.control.client import ask
from tests.peers.programs import own_host, until
from tests.webui.office import PASSWORD, Web, serving
from webui.live import ASKED, MOST, MOST_PER_SOURCE, TOPICS, Hub, Stream, written
from webui.serving.server import Server

STEP = 10.0


def stream(hub: Hub, source: str = "192.168.2.3", token: str = "t", mark: str = "") -> Stream:
    opened = hub.open(source, token, mark or hub.mark)
    assert opened is not None
    return opened


def topics_of(event: bytes) -> tuple[str, list[str]]:
    """The id and the topics of an event."""
    mark, topics = event.decode().removesuffix("\n\n").split("\n")
    return mark.removeprefix("id: "), topics.removeprefix("data: ").split()


def reading(hub: Hub, opened: Stream, lasts: Callable[[], bool] = lambda: True) -> Iterator[bytes]:
    """What a browser reads, on a clock that goes on by STEP at each look."""
    ticks = itertools.count(0.0, STEP)
    return written(hub, opened, lasts, lambda: next(ticks))


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """One that follows nobody."""
    return Hub(tmp_path / "control.sock", heartbeat=0.0)


def test_every_page_is_told_each_topic_once(hub: Hub) -> None:
    first, second = stream(hub), stream(hub)
    for topic in ("lines", "calls", "lines"):
        hub.tell(topic)
    for opened in (first, second):
        events = reading(hub, opened)
        assert next(events) == b"retry: 2000\n\n"
        assert topics_of(next(events)) == (hub.mark, ["calls", "lines"])
        assert next(events) == b": alive\n\n"


def test_what_was_told_between_a_page_and_its_stream_is_not_missed(hub: Hub) -> None:
    hub.tell("calls")
    page = hub.mark
    hub.tell("tasks")
    assert stream(hub, mark=page).wait(0) == ["tasks"]


def test_a_browser_that_lost_its_stream_goes_on_from_the_event_it_heard_last(hub: Hub) -> None:
    events = reading(hub, stream(hub))
    hub.tell("lines")
    next(events)
    mark, _ = topics_of(next(events))
    hub.tell("tasks")
    assert stream(hub, mark=mark).wait(0) == ["tasks"]


@pytest.mark.parametrize("mark", ["other", "0", "other.3", ".", "x.", "x.٣", "9" * 5000])
def test_a_mark_of_another_life_of_the_page_says_that_everything_may_be_different(hub: Hub, mark: str) -> None:
    assert stream(hub, mark=mark).wait(0) == ["everything"]


def test_only_topics_are_passed_on_and_never_data(hub: Hub) -> None:
    opened = stream(hub)
    hub.tell("lines\n\ndata: secret")
    hub.tell("+4930123")
    events = reading(hub, opened)
    next(events)
    assert next(events) == b": alive\n\n"


def test_a_stream_ends_with_its_session_within_a_minute(hub: Hub) -> None:
    assert ASKED + hub.heartbeat < 60
    opened = stream(hub)
    answers = iter((True, False))
    read = list(reading(hub, opened, lambda: next(answers)))
    assert read[-1] == b"event: end\ndata: end\n\n"
    assert len(read) <= 2 + 2 * (ASKED / STEP + 1)
    assert hub.open("192.168.2.3", "t", hub.mark) is not None


def test_logging_out_ends_the_streams_of_that_session_at_once(hub: Hub) -> None:
    leaving, staying = stream(hub, token="a"), stream(hub, token="b")
    hub.end("a")
    assert list(reading(hub, leaving))[-1].startswith(b"event: end")
    events = reading(hub, staying)
    assert [next(events) for _ in range(3)][-1] == b": alive\n\n"


def test_there_are_only_so_many_streams_and_so_many_for_one_address(hub: Hub) -> None:
    mine = [stream(hub, "192.168.2.3") for _ in range(MOST_PER_SOURCE)]
    assert hub.open("192.168.2.3", "t", hub.mark) is None
    others = [stream(hub, f"192.168.2.{number}") for number in range(10, 10 + MOST - MOST_PER_SOURCE)]
    assert len({*mine, *others}) == MOST
    assert hub.open("192.168.2.200", "t", hub.mark) is None
    hub.close(mine[0])
    assert hub.open("192.168.2.200", "t", hub.mark) is not None


def test_a_page_that_is_gone_gives_its_place_back(hub: Hub) -> None:
    events = [reading(hub, stream(hub)) for _ in range(MOST_PER_SOURCE)]
    next(events[0])
    assert isinstance(events[0], Generator)
    events[0].close()
    assert hub.open("192.168.2.3", "t", hub.mark) is not None


def test_threads_tell_and_read_at_once(hub: Hub) -> None:
    opened = stream(hub)
    topics = sorted(TOPICS)
    heard: set[str] = set()

    def tell() -> None:
        for topic in topics * 50:
            hub.tell(topic)

    tellers = [threading.Thread(target=tell) for _ in range(4)]
    for teller in tellers:
        teller.start()
    while heard != TOPICS:
        heard.update(opened.wait(1.0))
    for teller in tellers:
        teller.join()


# --- with a daemon, and over the wire -------------------------------------------------------------------------------


def heard(web: Web, opened: Stream) -> bool:
    """Whether a change reached the page; as nobody knows when it begins to follow, there is one at each look."""
    web.desk.changed("tasks")
    return "tasks" in opened.wait(0.1)


def test_what_a_command_changes_reaches_the_page(web: Web) -> None:
    hub = Hub(web.socket, pauses=(0.01,))
    hub.start()
    opened = stream(hub)
    try:
        until(lambda: heard(web, opened), "it is heard")
    finally:
        hub.stop()


def test_the_follower_finds_a_daemon_that_comes_later_and_again(web: Web, tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    assert path == web.socket
    hub = Hub(path, pauses=(0.01,))
    hub.start()
    opened = stream(hub)
    try:
        until(lambda: heard(web, opened), "it is heard")
        web.away()
        until(lambda: "exchange" in opened.wait(0.1), "it is told that the exchange is gone")
        with serving(web.desk):
            until(lambda: "everything" in opened.wait(0.1), "all may be different, before anything happens")
    finally:
        hub.stop()


def test_live_needs_a_session(web: Web) -> None:
    web.visitor.get("/live", status=403)


def test_a_page_carries_the_mark_that_its_stream_begins_at(web: Web) -> None:
    page = web.admin.get("/now")
    (mark,) = re.findall(r'data-heard="([^"]+)"', page.text)
    assert mark == web.app.site.hub.mark
    web.app.site.hub.tell("tasks")
    assert mark != web.app.site.hub.mark


def test_a_browser_hears_topics_until_its_session_ends(web: Web) -> None:
    web.user("21")
    token = web.do("session open", name="user-21", password=PASSWORD)["token"]
    server = Server((own_host(), 0), web.app)
    server.start_thread()
    try:
        host, port = server.bind_addr
        mark = web.app.site.hub.mark
        web.app.site.hub.tell("tasks")
        with socket.create_connection((host, port), 10) as browser:
            browser.sendall(
                f"GET /live?heard=before HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: session-{port}={token}\r\n"
                f"Last-Event-ID: {mark}\r\n\r\n".encode()
            )
            heard = b""
            while b"retry" not in heard:
                heard += browser.recv(4096)
            assert b"text/event-stream" in heard
            while b"data: tasks" not in heard:
                heard += browser.recv(4096)
            web.app.site.hub.tell("calls")
            while b"data: calls" not in heard:
                heard += browser.recv(4096)
            ask(web.socket, "session close", {}, session=token)
            web.app.site.hub.end(token)
            while read := browser.recv(4096):
                heard += read
                if b"event: end" in heard:
                    break
            assert b"event: end" in heard
    finally:
        web.app.site.hub.stop()
        server.stop()
