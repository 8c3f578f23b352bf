"""The tap at the wire: what it keeps, for whom, and how much at most."""

from __future__ import annotations

from pbx.sip.flow import Flow
from pbx.sip.trace import FIRST, LAST, LONGEST, MOST, RING, Trace

FLOW = Flow("udp", ("192.0.2.1", 5060), ("192.0.2.7", 5060))


class Tap(Trace):
    """A tap whose clock counts the messages."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(lambda: self.now)

    def hears(self, call_id: str, words: str = "", size: int = 0) -> None:
        self.now += 1
        self.heard(f"OPTIONS sip:x SIP/2.0\r\nCall-ID: {call_id}\r\nX: {words}{'x' * size}\r\n\r\n".encode(), FLOW)

    def has(self, *call_ids: str) -> list[str]:
        return [entry[3].decode().partition("X: ")[2].strip() for entry in self.of(call_ids)[0]]


def test_a_dialog_that_is_followed_is_kept_with_what_came_just_before() -> None:
    tap = Tap()
    tap.hears("c1", "first")
    tap.hears("other", "not this")
    tap.follow("c1")
    tap.hears("c1", "second")
    tap.said(b"SIP/2.0 200 OK\r\nCall-ID: c1\r\nX: third\r\n\r\n", FLOW)
    tap.now += 3600
    assert tap.has("c1") == ["first", "second", "third"]
    assert [entry[1] for entry in tap.of(["c1"])[0]] == [False, False, True]
    assert tap.recent() == []
    assert tap.take(["c1"])[0]
    assert tap.of(["c1"]) == ([], 0)


def test_several_dialogs_of_a_call_come_in_the_order_of_time() -> None:
    tap = Tap()
    for call_id in ("c1", "c2"):
        tap.follow(call_id)
    for words in ("c1 a", "c2 b", "c1 c"):
        tap.hears(words[:2], words)
    assert tap.has("c1", "c2", "never") == ["c1 a", "c2 b", "c1 c"]


def test_the_call_id_is_found_in_every_spelling() -> None:
    tap = Tap()
    tap.follow("c1")
    for line in ("Call-ID: c1", "call-id:c1", "CALL-ID :  c1 ", "i: c1", "I:\tc1"):
        tap.heard(f"BYE sip:x SIP/2.0\r\nVia: x\r\n{line}\r\nX: \r\n\r\n".encode(), FLOW)
    tap.heard(b"BYE sip:x SIP/2.0\ni: c1\n\n", FLOW)
    assert len(tap.of(["c1"])[0]) == 6


def test_keep_alives_are_not_kept_and_what_is_no_sip_is() -> None:
    tap = Tap()
    for data in (b"\r\n\r\n", b"\r\n", b"", b"\0\0\0\0"):
        tap.heard(data, FLOW)
    assert tap.recent() == []
    tap.heard(b"GET / HTTP/1.0\r\n\r\n", FLOW)
    assert len(tap.recent()) == 1


def test_the_rest_is_kept_for_some_minutes_and_so_many_messages() -> None:
    tap = Tap()
    for number in range(RING + 50):
        tap.hears(f"o{number}")
    assert len(tap.recent()) == RING
    tap.now += 1000
    assert tap.recent() == []


def test_of_a_long_dialog_its_beginning_and_its_end_are_kept() -> None:
    tap = Tap()
    tap.follow("c1")
    for number in range(500):
        tap.hears("c1", str(number))
    kept = tap.has("c1")
    assert kept == [*map(str, range(FIRST)), *map(str, range(500 - LAST, 500))]
    assert tap.of(["c1"])[1] == 500 - FIRST - LAST


def test_a_flood_takes_no_more_than_what_is_set_aside_and_gives_it_back() -> None:
    tap = Tap()
    for number in range(100):
        tap.follow(f"c{number}")
        for _ in range(FIRST):
            tap.hears(f"c{number}", size=60_000)
    entries = [entry for number in range(100) for entry in tap.of([f"c{number}"])[0]]
    assert sum(len(entry[3]) for entry in entries) <= MOST
    assert max(len(entry[3]) for entry in entries) == LONGEST
    assert tap.of(["c99"]) == ([], FIRST)
    for number in range(100):
        tap.take([f"c{number}"])
    tap.follow("new")
    tap.hears("new", "fits")
    assert tap.has("new") == ["fits"]


def test_somebody_can_be_forgotten() -> None:
    tap = Tap()
    tap.hears("a", "+49170")
    tap.hears("b", "other")
    tap.forget(lambda data: b"+49170" in data)
    assert len(tap.recent()) == 1
