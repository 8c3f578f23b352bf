"""From the card to the first call, and what is left after the plug was pulled: one story in the order of the tests."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import subprocess
import time
from pathlib import Path
from typing import Any

from image.trial.box import Box
from image.trial.name import asked_by_multicast
from image.trial.office import SLOW, Phones, a_call_goes_through, calls, speaks_to
from image.trial.router import LOCAL, Router
from tests.peers.programs import until
from tests.peers.voice import Voice

PYTHON = "/usr/lib/durchwahl/bin/python3"
"""That of the box which knows the exchange's modules."""
SAVES = """
import sys
from pathlib import Path
from pbx.control.client import ask
for number in range(100000):
    ask(Path("/var/lib/durchwahl/control.sock"), "user set", {"person": "21", "name": f"Alice {number}"})
    print(number, flush=True)
"""


def test_the_page_answers_and_welcomes_the_first_visitor(box: Box) -> None:
    status, location, text = box.page("/")
    assert (status == 303 and "/welcome" in location) or "welcome" in text


def test_everything_that_shall_run_runs(box: Box) -> None:
    assert box.run("systemctl", "--failed", "--no-legend", "--plain") == ""
    for unit in ("durchwahl", "systemd-networkd", "systemd-resolved", "systemd-timesyncd"):
        assert box.run("systemctl", "is-active", unit, check=False) == "active", unit


def test_the_root_is_read_only_and_the_data_take_the_rest_of_the_card(box: Box) -> None:
    assert "ro" in box.run("findmnt", "-no", "OPTIONS", "/").split(",")
    until(lambda: int(box.run("findmnt", "-bno", "SIZE", "/data")) > 2 << 30, "the data partition has grown", SLOW)
    assert int(box.run("findmnt", "-bno", "SIZE", "/var/lib/durchwahl")) > 2 << 30
    assert box.run("findmnt", "-no", "FSTYPE", "/var") == "tmpfs"


def test_the_screen_shows_the_code_for_the_first_visit(box: Box) -> None:
    code = box.do("code")["code"]
    shown = "/run/issue.d/durchwahl.issue"
    until(lambda: code in box.run("cat", shown, check=False), "the code is on the screen", SLOW)


def test_the_watchdog_is_fed(box: Box) -> None:
    assert box.run("systemctl", "show", "-P", "RuntimeWatchdogUSec") == "5min"
    assert box.run("cat", "/sys/class/watchdog/watchdog0/state") == "active"


def test_only_what_is_known_listens(box: Box) -> None:
    lines = box.run("ss", "-Htuln").splitlines()
    ports = {line.split()[4].rpartition(":")[2] for line in lines if not line.split()[4].startswith("127.")}
    voice = {str(port) for port in range(10000, 11000)}
    assert ports - voice <= {"22", "80", "443", "5060", "5061", "68", "546", "5353"}


def test_nobody_logs_in_without_a_key_on_the_card(box: Box) -> None:
    assert "no" in box.run("sshd", "-T").split("\npasswordauthentication ")[1].split()[0]
    start = "umount /boot/select; systemctl restart durchwahl-ssh-keys ssh"
    taken = f"mount /boot/select; cd /boot/select; mv authorized_keys away; cd /; {start}"
    given = f"mount /boot/select; cd /boot/select; mv away authorized_keys; cd /; {start}"
    assert box.run("sh", "-c", f"{taken}; ss -Hltn sport = :22; {given}") == ""


def test_the_box_is_found_by_name(box: Box) -> None:
    assert asked_by_multicast("durchwahl.local", seconds=SLOW)


def test_the_clock_is_right_though_it_stood_at_1970(box: Box) -> None:
    until(lambda: abs(int(box.run("date", "+%s")) - time.time()) < 20, "the time server is believed", SLOW)


def test_a_phone_registers_and_a_call_goes_through(box: Box, phones: Phones) -> None:
    a_call_goes_through(box, phones)


def leaves_a_message(box: Box, phones: Phones, seconds: float) -> None:
    """Alice speaks to Bob's mailbox and hangs up."""
    with Voice(LOCAL, 440) as voice, calls(box, phones["21"], "22", voice) as alice:
        speaks_to(voice, alice.wait_for("SIP/2.0 200", SLOW))
        until(lambda: spool(box), "the box records", SLOW)
        time.sleep(seconds)
        alice.cue()
        alice.succeeds(SLOW)


def spool(box: Box) -> str:
    """The recording that is just being made, "" if none."""
    return box.run("find", "/var/lib/durchwahl/spool", "-type", "f", "-size", "+8k", check=False)


def test_nothing_confirmed_is_lost_when_the_plug_is_pulled(box: Box, phones: Phones, router: Router) -> None:
    clock = int(box.run("stat", "-c", "%Y", "/var/lib/systemd/timesync/clock"))
    leaves_a_message(box, phones, 5)
    kept = until(lambda: box.do("voicemail", "list", "22"), "the message is kept", SLOW)
    sound = checksum(box, kept[0]["id"])
    machine, key = box.run("cat", "/etc/machine-id"), box.run("cat", "/data/system/ssh/ssh_host_ed25519_key.pub")

    box.run("sh", "-c", f"cat >/run/saves.py <<'END'\n{SAVES}\nEND")
    with Voice(LOCAL, 440) as voice, calls(box, phones["21"], "22", voice) as alice:
        speaks_to(voice, alice.wait_for("SIP/2.0 200", SLOW))
        until(lambda: spool(box), "the box records", SLOW)
        saving = subprocess.Popen(box.command(PYTHON, "/run/saves.py"), stdout=subprocess.PIPE, text=True)
        assert saving.stdout is not None
        confirmed = -1
        until_saved = time.monotonic() + 8
        for line in saving.stdout:
            confirmed = int(line)
            if time.monotonic() > until_saved and confirmed >= 5:
                break
        assert spool(box)
        box.pull_the_plug()
        alice.program.stop()
        for line in saving.stdout:  # what was confirmed until the plug was out
            confirmed = int(line)
        saving.kill()

    done, lost = box.lose_what_was_not_finished()
    print(f"{confirmed + 1} saves; {done} writes had reached the card, {lost} are lost")
    router.knows_the_time = False
    print(f"the page answered after {box.plug_in():.0f} s")
    assert box.run("cat", "/etc/machine-id") == machine
    assert box.run("cat", "/data/system/ssh/ssh_host_ed25519_key.pub") == key
    assert clock <= int(box.run("date", "+%s")) < time.time(), "the clock goes on from the time saved last"
    router.knows_the_time = True

    alice_now = next(person for person in box.do("user", "list") if person["extension"] == "21")
    assert int(alice_now["name"].removeprefix("Alice ")) in (confirmed, confirmed + 1)
    messages = {message["id"]: message for message in box.do("voicemail", "list", "22")}
    assert kept[0]["id"] in messages
    assert checksum(box, kept[0]["id"]) == sound
    # What was not confirmed to anybody may still be there, and is then whole.
    assert len(messages) <= 2
    a_call_goes_through(box, phones)


def checksum(box: Box, message: Any) -> str:
    """Of a message's sound, as the box hands it out."""
    box.run("durchwahl", "voicemail", "export", str(message), "/run/message.wav")
    return hashlib.sha256(box.run("base64", "/run/message.wav").encode()).hexdigest()


def test_switched_off_in_order_the_file_system_is_clean(box: Box, tmp_path: Path) -> None:
    subprocess.run(box.command("systemctl", "poweroff"), check=False, capture_output=True)
    assert not box.ends()
    data = tmp_path / "data.ext4"
    box.data_partition(data)
    done = subprocess.run(["e2fsck", "-fn", data], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_data_that_cannot_be_read_do_not_make_a_new_office(box: Box) -> None:
    box.spoil_the_data()
    box.start()
    box.shows("data on this card cannot be read")
    assert "Code:" not in box.screen()
    status, _, text = until(lambda: answered(box), "the page answers", SLOW * 3)
    assert status == 503
    assert "The exchange is not running" in text


def answered(box: Box) -> tuple[int, str, str] | None:
    """What the page answers, None when it is not there."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        return box.page("/")
    return None
