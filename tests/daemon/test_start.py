"""A start waits only for what the first answer needs: read from the modules that are loaded, without a clock."""

import asyncio
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pbx.daemon.wiring import Exchange
from pbx.sip.transport.resolve import DnsAnswer

RUN = """
import asyncio, socket, sys, threading
from pathlib import Path
from pbx.service.later import load

load("pbx.cli.command").parse(["run"])
load("pbx.daemon.process")
daemon = load("pbx.daemon.daemon")
answered = threading.Event()

class HeldBack:
    '''The office's work; it may be loaded once the phone has its answer.'''
    def __getattr__(self, name):
        assert answered.wait(20)
        return getattr(load("pbx.daemon.office_work"), name)

daemon.office_work = HeldBack()
OPTIONS = (
    "OPTIONS sip:127.0.0.66 SIP/2.0\\r\\nVia: SIP/2.0/UDP 127.0.0.67:{port};branch=z9hG4bK1\\r\\nMax-Forwards: 70\\r\\n"
    "From: <sip:a@b>;tag=1\\r\\nTo: <sip:127.0.0.66>\\r\\nCall-ID: 1\\r\\nCSeq: 1 OPTIONS\\r\\n"
    "Content-Length: 0\\r\\n\\r\\n"
)

async def main():
    exchange = daemon.Daemon(Path(sys.argv[1]), ("127.0.0.66", 0), (20300, 20399))
    starting = asyncio.create_task(exchange.start())
    while not exchange.exchange.transports.listening:
        await asyncio.sleep(0)
    _, address = exchange.exchange.transports.listening[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.setblocking(False)
        phone.bind(("127.0.0.67", 0))
        phone.sendto(OPTIONS.format(port=phone.getsockname()[1]).encode(), address)
        answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(phone, 65536), 20)
    assert answer.startswith(b"SIP/2.0 200 "), answer
    print(*sys.modules)
    answered.set()
    await starting
    await exchange.stop()

asyncio.run(main())
"""

NOT_YET = {
    "pbx.administration": "phones come before people who give commands; the exchange works on the folder alone",
    "pbx.daemon.office_work": "health, updates and the nights can wait",
    "pbx.daemon.own_page": "the page is opened last",
    "pbx.daemon.web_process": "the page is opened last",
    "pbx.cli.without_exchange": "only for commands while no exchange runs",
    "pbx.demo": "only the demo",
    "webui": "a process of its own",
    "dns": "only when there is a name to find; four dozen modules",
    "cryptography": "programs of their own make certificates and seal passwords",
    "av": "a program of its own decodes sounds",
    "vobject": "only when somebody imports vCards",
}
"""What must not be loaded before the first OPTIONS is answered, and why."""

PARSED = """
import sys
from pbx.service.later import load
load("pbx.cli.command").parse(sys.argv[1:])
print(*sys.modules)
"""

NOT_FOR_A_COMMAND = {
    "pbx.store.models": "only the exchange needs to know what an office consists of",
    "pbx.store.records.database": "the running exchange has the records open",
    "sqlite3": "the running exchange has the records open",
    "tinydb": "the running exchange has the settings open",
    "pbx.exchange": "the exchange carries the calls",
    "pbx.administration": "the exchange does the commands",
    "numpy": "nothing is heard",
    "asyncio": "one question, one answer",
}
"""What a command that asks the running exchange never loads, and why."""


def loaded(program: str, *words: str) -> list[str]:
    """The names that a program of ours prints: those of its modules."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def among(modules: list[str], unwanted: dict[str, str]) -> dict[str, str]:
    """The unwanted modules, or modules inside them, that were loaded, and why they should not have been."""
    return {module: why for module in modules for name, why in unwanted.items() if f"{module}.".startswith(f"{name}.")}


def test_the_lists_name_modules_that_are_there() -> None:
    assert [name for name in (*NOT_YET, *NOT_FOR_A_COMMAND) if find_spec(name) is None] == []


def test_the_first_options_is_answered_before_anything_is_loaded_that_it_does_not_need(tmp_path: Path) -> None:
    assert among(loaded(RUN, str(tmp_path / "data")), NOT_YET) == {}


def test_a_command_loads_nothing_of_the_exchange_that_it_asks() -> None:
    assert among(loaded(PARSED, "status"), NOT_FOR_A_COMMAND) == {}


def test_dns_is_loaded_for_the_first_name_and_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    class NameServers:
        def __init__(self) -> None:
            made.append("one")

        async def ask(self, name: str, kind: str) -> DnsAnswer:
            return DnsAnswer((name, kind), 60.0)

    async def asked() -> list[DnsAnswer | None]:
        exchange: Any = SimpleNamespace(_name_servers=None)
        return await asyncio.gather(*(Exchange._ask_dns(exchange, "provider.example", kind) for kind in ("A", "AAAA")))

    monkeypatch.setattr("pbx.sip.transport.name_servers.NameServers", NameServers)
    assert [found.records for found in asyncio.run(asked()) if found] == [
        ("provider.example", "A"),
        ("provider.example", "AAAA"),
    ]
    assert made == ["one"]
