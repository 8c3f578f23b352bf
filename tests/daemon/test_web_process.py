"""The web page's process: it lives with the exchange, comes back when it dies, and never outlives it."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from pbx.cli.arguments import parse
from pbx.daemon.web_process import LONGEST, TLS_ABOVE, WebProcess, command, next_free
from pbx.daemon.welcome import code_command, invitation, language, urls
from tests.peers.programs import Program, free_ports, own_host, until

CODE = re.compile(r"\b[0-9A-Z]{4,5}[ -][0-9A-Z]{4,5}\b")
"""Ten signs in two halves."""
DIES = (sys.executable, "-c", "raise SystemExit(3)")


def pauses_of(count: int, clock: Callable[[], float], program: Sequence[str] = DIES) -> list[float]:
    """The pauses before a program that does not last is started again."""
    pauses: list[float] = []

    async def kept() -> None:
        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == count:
                await asyncio.Event().wait()

        page = WebProcess(program, pause, clock=clock)
        page.start()
        async with asyncio.timeout(20):
            while len(pauses) < count:
                await asyncio.sleep(0.01)
        await page.stop()

    asyncio.run(kept())
    return pauses


def test_it_is_started_again_with_growing_pauses() -> None:
    assert pauses_of(8, lambda: 0.0) == [1, 2, 4, 8, 16, 32, LONGEST, LONGEST]


def test_after_a_good_while_the_pauses_begin_anew() -> None:
    times = iter((0.0, 1.0, 2.0, 3.0, 4.0, 70.0, 71.0))
    assert pauses_of(3, lambda: next(times)) == [1, 2, 1]


def test_a_program_that_is_not_there_is_tried_again_too(caplog: pytest.LogCaptureFixture) -> None:
    pauses_of(1, lambda: 0.0, ("/nowhere/at/all",))
    assert "No such file" in caplog.text


def test_stopping_it_ends_also_a_process_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx.daemon.web_process.FAREWELL", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

    async def stopped() -> None:
        page = WebProcess((sys.executable, "-c", deaf))
        page.start()
        await asyncio.sleep(0.5)
        async with asyncio.timeout(5):
            await page.stop()

    asyncio.run(stopped())


def test_the_next_free_port_has_room_for_https_too() -> None:
    host = own_host()
    port = free_ports(3, host)
    with socket.create_server((host, port)), socket.create_server((host, port + 1 + TLS_ABOVE)):
        assert next_free((host, port)) == (host, port + 2)


def test_the_page_is_told_with_addresses_a_browser_understands() -> None:
    assert urls(("127.0.0.9", 8080)) == ["http://127.0.0.9:8080/"]
    assert urls(("::1", 80)) == ["http://[::1]/"]
    assert urls(("::", 8080))[-1] == "http://localhost:8080/"


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "de_AT@euro"}, "de"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "de_CH.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
        ({"LANG": "desperanto"}, "en"),
    ],
)
def test_the_terminal_is_spoken_to_in_its_own_language(environ: dict[str, str], spoken: str) -> None:
    assert language(environ) == spoken


def test_without_a_code_to_print_the_command_that_shows_it_is_said() -> None:
    here = ("192.0.2.1", 80)
    assert invitation(here, "en", command="durchwahl code").endswith("the code for the first visit: durchwahl code")
    assert invitation(here, "de", command="durchwahl code").endswith("den ersten Besuch zeigt: durchwahl code")
    assert len(invitation(here, "en").splitlines()) == 1, "there is an admin"


def test_the_command_is_one_that_can_be_typed_where_we_were_called() -> None:
    assert code_command(Path("data"), ".venv/bin/durchwahl") == ".venv/bin/durchwahl code --data data"
    assert code_command(Path("/srv/my data"), "/opt/pbx/__main__.py") == "durchwahl code --data '/srv/my data'"


def test_options_of_the_page() -> None:
    run = parse(["run", "--web", "[::]:8080", "--next-port", "--allow-all"])
    assert (run.web, run.next_port, run.allow_all) == (("::", 8080), True, True)
    assert parse(["run"]).web is None
    assert parse(["web"]).command == "web"
    words = command(Path("x"), ("::", 8080), allow_all=True)
    assert words[words.index("--web") + 1] == "[::]:8080"
    assert "--allow-all" in words
    assert "--allow-all" not in command(Path("x"), ("::", 8080))


def test_run_opens_the_page_and_takes_it_along(tmp_path: Path) -> None:
    host = own_host()
    sip, web = free_ports(2, host), free_ports(1, host)
    words = ["durchwahl", "run", "--data", str(tmp_path / "data"), "--sip", f"{host}:{sip}", "--web", f"{host}:{web}"]
    with Program("run", words, tmp_path, {"LC_ALL": "C.UTF-8"}) as exchange:
        until(lambda: answers(host, web), f"the page answers\n{exchange.output()}", 30)
        assert f"http://{host}:{web}/" in exchange.output()
        page = child(exchange.process.pid)
        os.kill(page, signal.SIGKILL)
        until(lambda: answers(host, web) and child(exchange.process.pid) != page, "it comes back", 20)
        exchange.process.send_signal(signal.SIGTERM)
        assert exchange.wait(20) == 0, exchange.output()
        assert not listens(host, web)
        assert not CODE.search(exchange.output()), "the code is in the log"
        asked = re.search(r"To see the code for the first visit: (.+)", exchange.output())
    assert asked is not None, exchange.output()
    shown = subprocess.run(shlex.split(asked[1]), capture_output=True, text=True, check=True).stdout
    assert CODE.search(shown), "the command does not show it"


IMPORTS = "import bottle, cheroot.wsgi, ssl, babel.dates, babel.numbers"
"""What the page cannot do without; 26.5 MB of a Debian 12."""


def resident(process: int | str) -> float:
    """Megabytes of memory that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) / 1024


def test_the_page_of_one_visitor_is_small_and_has_the_threads_it_needs(tmp_path: Path) -> None:
    """There were 113 threads, and 10.5 MB on top of the imports before anybody came.

    Measured with five pages: 5.8 MB with Python 3.11, 7.5 with 3.13.
    """
    memory = "print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"
    bare = subprocess.run([sys.executable, "-c", f"{IMPORTS}; {memory}"], capture_output=True, text=True, check=True)
    host = own_host()
    sip, web = free_ports(2, host), free_ports(1, host)
    words = ["durchwahl", "run", "--data", str(tmp_path / "data"), "--sip", f"{host}:{sip}", "--web", f"{host}:{web}"]
    with Program("run", words, tmp_path, {"LC_ALL": "C.UTF-8"}) as exchange:
        until(lambda: answers(host, web), f"the page answers\n{exchange.output()}", 30)
        page = child(exchange.process.pid)
        until(lambda: listens(host, web + TLS_ABOVE), "it listens for HTTPS, too", 30)
        for path in ("/login", "/welcome", "/alive", "/nowhere", "/login"):
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://{host}:{web}{path}", timeout=10).read()
        assert len(list(Path(f"/proc/{page}/task").iterdir())) <= 12
        assert resident(page) < int(bare.stdout) / 1024 + 8


def test_a_terminal_is_told_the_code_of_the_first_visit(tmp_path: Path) -> None:
    host = own_host()
    sip, web = free_ports(2, host), free_ports(1, host)
    program = Path(__file__).parents[2] / ".venv/bin/durchwahl"
    words = [str(program), "run", "--data", str(tmp_path / "data"), "--sip", f"{host}:{sip}", "--web", f"{host}:{web}"]
    screen, terminal = pty.openpty()
    exchange = subprocess.Popen(words, stdout=terminal, stderr=subprocess.DEVNULL)
    os.close(terminal)
    printed = ""
    try:
        while not CODE.search(printed) and (read := os.read(screen, 4096)):
            printed += read.decode()
    finally:
        exchange.terminate()
        assert exchange.wait(20) == 0
        os.close(screen)
    assert f"http://{host}:{web}/" in printed


def test_the_page_ends_when_the_exchange_is_killed(tmp_path: Path) -> None:
    host = own_host()
    web = free_ports(1, host)
    page = subprocess.Popen(command(tmp_path, (host, web)), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(host, web), "it listens", 20)
        assert page.stdin is not None
        page.stdin.close()
        assert page.wait(15) == 0
    finally:
        page.kill()


def test_scripts_run_opens_the_page_unless_the_options_name_one(tmp_path: Path) -> None:
    house = tmp_path / "house"
    (house / "scripts").mkdir(parents=True)
    (house / ".venv/bin").mkdir(parents=True)
    (house / "data").mkdir()
    (house / "data/settings.json").write_text("{}")
    shutil.copy(Path(__file__).parents[2] / "scripts/run", house / "scripts/run")
    command = house / ".venv/bin/durchwahl"
    command.write_text('#!/bin/sh\necho "$@"\n')
    command.chmod(0o755)

    def said(*options: str) -> str:
        return subprocess.run([house / "scripts/run", *options], capture_output=True, text=True, check=True).stdout

    assert said() == "run --data data --web [::]:8080 --next-port\n"
    assert said("data", "--sip", "5070") == "run --data data --web [::]:8080 --next-port --sip 5070\n"
    assert said("data", "--web", "80") == "run --data data --web 80\n"


def answers(host: str, port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://{host}:{port}/alive", timeout=2) as answer:
        return int(answer.status) == 204
    return False


def listens(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False


def child(parent: int) -> int:
    """The process id of the page."""
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])
