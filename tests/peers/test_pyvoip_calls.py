"""pyVoIP as the phone that calls; as the phone that rings it is in the demo office."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.peers.exchange import Exchange
from tests.peers.programs import free_ports, until


def test_a_pyvoip_phone_calls_a_colleague(exchange: Exchange) -> None:
    account = exchange.do("phone", "add", "22")
    exchange.start()
    with exchange.phone("21", tone=440) as alice:
        host, port = exchange.address
        script = Path(__file__).with_name("pyvoip_caller.py")
        words = [sys.executable, str(script), host, str(port), str(free_ports(10))]
        command = [*words, account["username"], account["password"], "21"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bob:
            assert bob.stdout is not None
            try:
                alice.wait("CALL_INCOMING")
                alice.answer()
                alice.wait("CALL_ESTABLISHED")
                until(lambda: "ANSWERED" in (bob.stdout.readline() if bob.stdout else ""), "pyVoIP knows")
                bob.communicate(timeout=20)
                alice.wait("CALL_CLOSED")
            finally:
                bob.kill()
    call = exchange.call()
    assert (call["direction"], call["from"], call["extension"], call["outcome"]) == ("internal", "22", "21", "answered")
