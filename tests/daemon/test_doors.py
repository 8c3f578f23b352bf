"""The sockets of the page and the lamps: what a page or a lamp that fell into wrong hands cannot do there."""

import asyncio
import contextlib
import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import COMMANDS
from pbx.administration.desk.rights import ADMIN, VISITOR
from pbx.box.panel import Panel
from pbx.control.client import ask, follow
from pbx.control.door import LAMPS, OWN, PAGE
from pbx.control.protocol import Refused, short_path
from pbx.daemon.daemon import Daemon
from tests.peers.programs import own_address, until


class Box:
    """A running exchange with all its sockets, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.own = self.data / "control.sock"
        self.page, self.lamps = folder / "page" / "page.sock", folder / "lamps" / "lamps.sock"
        for door in (self.page, self.lamps):
            door.parent.mkdir(mode=0o2750)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.daemon = self._wait(self._started())

    async def _started(self) -> Daemon:
        daemon = Daemon(self.data, own_address(), (21200, 21219), self.page, self.lamps)
        await daemon.start()
        return daemon

    def _wait(self, doing: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(60)

    def close(self) -> None:
        self._wait(self.daemon.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    made = Box(tmp_path_factory.mktemp("box"))
    yield made
    made.close()


def test_each_door_has_the_rights_of_its_user(box: Box) -> None:
    assert [stat.S_IMODE(door.stat().st_mode) for door in (box.own, box.page, box.lamps)] == [0o600, 0o660, 0o660]


def test_who_asks_without_a_session_is_root_at_the_own_door_and_nobody_at_the_page_s(box: Box) -> None:
    assert ask(box.own, "user list", {}) == []
    for verb in COMMANDS:
        with pytest.raises(Refused, match="on the box itself") as caught:
            ask(box.page, verb, {})
        assert caught.value.code == 4


def test_whoever_holds_the_page_s_socket_is_a_visitor_and_not_more(box: Box) -> None:
    for verb, command in COMMANDS.items():
        if command.may is VISITOR:
            continue
        for session in ("", "guessed"):
            with pytest.raises(Refused) as caught:
                ask(box.page, verb, {}, session=session)
            assert caught.value.code == 4


def test_an_admin_s_session_works_through_the_page_s_socket_but_is_not_root(box: Box) -> None:
    code = ask(box.own, "code show", {})["code"]
    given = {"code": code, "name": "Chef", "password": "Apfel-Birne-Kirsche-7"}
    token = ask(box.page, "welcome begin", given, session="")["token"]
    ask(box.page, "user add", {"name": "Anna"}, session=token)
    assert [person["name"] for person in ask(box.page, "user list", {}, session=token)] == ["Anna"]
    for verb, command in COMMANDS.items():
        if command.may > ADMIN:
            with pytest.raises(Refused, match="on the box itself"):
                ask(box.page, verb, {}, session=token)


def test_the_lamps_may_ask_for_lamps_and_press_the_button_and_nothing_else(box: Box) -> None:
    answer = ask(box.lamps, "now", {})
    assert set(answer) == {"lamps"}
    assert ask(box.lamps, "code press", {}) == {}, "the code itself is not theirs to know"
    for verb in COMMANDS.keys() - {"now", "code press"}:
        with pytest.raises(Refused, match="on the box itself"):
            ask(box.lamps, verb, {})


def test_page_and_lamps_hear_that_something_changed_but_not_who_calls_whom(box: Box) -> None:
    heard: dict[str, list[dict[str, Any]]] = {"own": [], "page": [], "lamps": []}
    last = {"event": "changed", "topic": "the last"}
    settings = {"event": "changed", "topic": "settings"}
    step = {"event": "step", "from": "+4989123456"}

    def listen(name: str, door: Path) -> None:
        for event in follow(door, 10.0):
            heard[name].append(event)
            if event == last:
                return

    listeners = [threading.Thread(target=listen, args=(name, getattr(box, name))) for name in heard]
    for each in listeners:
        each.start()
    until(lambda: all(server.followed for server in box.daemon._servers), "three followers")
    box.daemon._loop.call_soon_threadsafe(box.daemon.control.publish, step)
    ask(box.own, "user add", {"name": "Bert"})
    until(lambda: all(settings in events for events in heard.values()), "changed settings, told at each door")
    box.daemon._loop.call_soon_threadsafe(box.daemon._publish, last)
    for each in listeners:
        each.join(10)
    assert step in heard["own"]
    assert all(event["event"] == "changed" for name in ("page", "lamps") for event in heard[name])
    assert all(events[-1] == last for events in heard.values())


def test_a_page_that_holds_all_its_connections_keeps_nobody_from_the_box(box: Box) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(70):
            connection = stack.enter_context(socket.socket(socket.AF_UNIX))
            with short_path(box.page) as address:
                connection.connect(address)
        with pytest.raises(Refused, match="Too many programs"):
            ask(box.page, "welcome state", {}, session="")
        assert isinstance(ask(box.own, "user list", {}, timeout=5.0), list)


def test_the_page_finds_the_certificate_beside_its_socket(box: Box) -> None:
    for name, mode in (("tls.crt", 0o640), ("tls.key", 0o640)):
        copy = box.page.parent / name
        assert copy.read_bytes() == (box.data / name).read_bytes()
        assert stat.S_IMODE(copy.stat().st_mode) == mode


def test_a_socket_in_a_setgid_folder_belongs_to_the_folder_s_group(tmp_path: Path) -> None:
    if os.getuid():
        pytest.skip("only root may give a folder away")
    folder = tmp_path / "page"
    folder.mkdir()
    os.chown(folder, -1, 4711)
    folder.chmod(0o2750)

    async def started() -> int:
        daemon = Daemon(tmp_path / "data", own_address(), (21220, 21239), folder / "page.sock")
        await daemon.start()
        group = (folder / "page.sock").stat().st_gid
        key = (folder / "tls.key").stat().st_gid
        await daemon.stop()
        assert group == key
        return group

    assert asyncio.run(started()) == 4711


def test_the_panel_lives_on_its_door(box: Box) -> None:
    shown: list[Any] = []
    panel = Panel(box.lamps, shown.append, lambda: None)
    thread = threading.Thread(target=panel.run)
    thread.start()
    until(lambda: bool(shown), "lamps")
    panel.end()
    thread.join(15)
    assert shown[0]["ready"] in ("steady", "slow")


def test_the_doors_are_what_they_are() -> None:
    assert OWN.lets("code show", None)
    assert not PAGE.lets("code show", None)
    assert PAGE.lets("user list", "")
    assert not LAMPS.lets("user list", None)
