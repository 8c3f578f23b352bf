"""A start on a disk that can only be read: telephones ring, nothing is kept, and everybody is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.control.client import ask
from pbx.store.disk import stand_in
from tests.peers.baresip import talk
from tests.peers.exchange import Exchange, steps
from tests.peers.programs import program, until

SHIELD = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
"""For root, whom modes do not stop: a world in which the folder is on a file system that can only be read."""


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def dying(exchange: Exchange) -> Iterator[Exchange]:
    """An exchange whose disk can only be read from its next start on."""
    exchange.do("user", "set", "22", "--ring", "2", "--voicemail")
    yield exchange
    exchange.stop()
    exchange.data.chmod(0o700)
    shutil.rmtree(stand_in.place(exchange.data), ignore_errors=True)


def spoil(exchange: Exchange) -> None:
    """From now on the folder can only be read."""
    if os.getuid() != 0:
        exchange.data.chmod(0o500)
        return
    tried = subprocess.run(["unshare", "--mount", "sh", "-c", SHIELD, exchange.data, "true"], capture_output=True)
    if tried.returncode:
        pytest.skip("this machine lets nobody make a file system read-only")
    exchange.before = ("unshare", "--mount", "sh", "-c", SHIELD, str(exchange.data))


def test_telephones_ring_though_the_disk_cannot_be_written_to(dying: Exchange) -> None:
    dying.start()
    with dying.phone("21", tone=440) as alice, dying.phone("22", tone=700) as bob:
        until(lambda: dying.bindings_on_disk() == 2, "both are known on the disk")
        dying.kill()
        spoil(dying)
        before = content(dying.data)
        dying.start()
        assert "cannot be written to: Read-only file system" in dying.log() or "Permission denied" in dying.log()

        talk(alice, bob, "22")
        alice.hang_up()
        bob.wait("CALL_CLOSED")
        assert dying.call()["outcome"] == "answered"

        alice.dial("22")
        bob.wait("CALL_INCOMING")
        until(lambda: len(dying.calls(2)) == 2, "nobody answered, and no message was taken", 20)
        assert "no-message" in steps(dying.calls(2)[-1])

    checks = {check["name"]: check for check in json.loads(dying.command("doctor").stdout)}
    assert checks["disk"]["state"] == "fail"
    assert "Phones ring, but messages are not recorded" in checks["disk"]["sentence"]
    lamps = ask(stand_in.in_use(dying.data) / "control.sock", "now", {})["lamps"]
    assert (lamps["ready"], lamps["message"], lamps["trouble"]) == ("slow", "fast", "fast")
    secret = dying.folder / "password"
    secret.write_text("correct horse battery\n")
    for words in (("user", "set", "21", "--ring", "9"), ("backup", "make", "--password-file", str(secret))):
        refused = dying.command(*words)
        assert refused.returncode == 1
        assert "Nothing can be changed because the disk cannot be written to" in refused.stderr

    dying.stop()
    assert content(dying.data) == before, "nothing was written"
    assert not stand_in.place(dying.data).exists(), "and nothing is left over"


def test_the_doctor_tells_of_the_disk_while_no_exchange_runs(dying: Exchange) -> None:
    spoil(dying)
    command = [*dying.before, program("durchwahl"), "doctor", "--json", "--data", str(dying.data)]
    checks = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=30).stdout)
    assert checks[0]["state"] == "fail"
    assert "cannot be used: " in checks[0]["sentence"]


def test_a_disk_that_works_is_used_again(dying: Exchange) -> None:
    dying.start()
    dying.stop()
    spoil(dying)
    dying.start()
    assert stand_in.in_use(dying.data) != dying.data
    dying.kill()
    dying.before = ()
    dying.data.chmod(0o700)
    assert stand_in.in_use(dying.data) == dying.data, "a stand-in without an exchange is nothing"
    dying.start()
    dying.do("user", "set", "21", "--ring", "9")
    assert stand_in.in_use(dying.data) == dying.data
