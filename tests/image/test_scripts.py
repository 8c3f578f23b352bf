"""The image's shell scripts and files, without building anything."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

IMAGE = Path(__file__).parents[2] / "image"
SCRIPTS = sorted(path for path in IMAGE.rglob("*") if path.is_file() and path.read_bytes()[:9] == b"#!/bin/sh")
UNITS = sorted(
    path
    for folder in (IMAGE / "files/etc/systemd", IMAGE / "files/etc/systemd/system")
    for path in folder.rglob("*")
    if path.is_file() and path.suffix in (".service", ".conf", ".network", ".dnssd")
)


def name(path: Path) -> str:
    return str(path.relative_to(IMAGE))


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_the_shell_understands_every_script_and_may_run_it(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
    # The initrd's scripts go on whatever happens; all others stop at the first thing that fails.
    assert "set -eu" in script.read_text() or script.parent.name == "initramfs"


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_every_file_of_systemds_says_why_it_is_there_and_can_be_read(unit: Path) -> None:
    text = unit.read_text()
    assert text.startswith("# ") or "Description=" in text
    configparser.ConfigParser(interpolation=None, strict=False).read_string(text)


def test_what_units_start_is_there() -> None:
    ours = re.compile(r"^Exec\w*=(/usr/lib/durchwahl-image/\S+)", re.M)
    started = {word for unit in UNITS for word in ours.findall(unit.read_text())}
    assert started
    for program in started:
        assert (IMAGE / "files" / program.removeprefix("/")).is_file(), program


def test_no_server_for_packages_is_named() -> None:
    named = re.compile(r"\b(deb|security|ftp|pypi|files)\.[\w.-]*\.?(org|com|net)\b")
    for path in IMAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert not named.search(path.read_text(errors="replace")), name(path)


def test_packages_are_named_once_and_each_tells_or_is_plain() -> None:
    lines = [line.split("#")[0].strip() for line in (IMAGE / "packages").read_text().splitlines()]
    packages = [line for line in lines if line]
    assert len(packages) == len(set(packages))
    assert all(re.fullmatch(r"[a-z0-9.+-]+(/trixie-backports)?", package) for package in packages)


def test_logs_stay_in_memory_and_time_and_keys_on_the_data_partition() -> None:
    files = IMAGE / "files/etc"
    assert "Storage=volatile" in (files / "systemd/journald.conf.d/memory.conf").read_text()
    assert "/data/system/systemd /var/lib/systemd" in (files / "fstab").read_text()
    assert "HostKey /data/system/ssh/" in (files / "ssh/sshd_config.d/durchwahl.conf").read_text()
    assert "PasswordAuthentication no" in (files / "ssh/sshd_config.d/durchwahl.conf").read_text()


def test_the_watchdog_counts_no_further_than_the_pis_chip_can() -> None:
    text = (IMAGE / "files/etc/systemd/system.conf.d/watchdog.conf").read_text()
    seconds = re.search(r"^RuntimeWatchdogSec=(\d+)$", text, re.M)
    assert seconds
    assert int(seconds[1]) <= 15


def test_nothing_is_copied_to_the_card_at_the_first_start_that_a_pulled_plug_could_leave_empty() -> None:
    made = (IMAGE / "make").read_text()
    for conf in (IMAGE / "files/usr/lib/tmpfiles.d").iterdir():
        for target in re.findall(r"^[Cf]\S* /data(/\S+)", conf.read_text(), re.M):
            assert re.search(rf"^install -m \d+ \S+ \$out/data{re.escape(target)}$", made, re.M), target


@pytest.fixture
def screen(tmp_path: Path) -> Callable[[bool, str], str | None]:
    """What the screen shows, None for nothing: by whether the exchange runs, and the code that it tells."""
    place = tmp_path / "issue.d"
    script = (IMAGE / "files/usr/lib/durchwahl-image/issue").read_text().replace("/run/issue.d", str(place))

    def shown(runs: bool, code: str) -> str | None:
        programs = {
            "mountpoint": "true",
            "hostname": "echo durchwahl",
            "systemctl": str(runs).lower(),
            "agetty": "true",
            "durchwahl": f"touch {tmp_path}/asked; [ $1 = account ] && echo '[]' || cat {tmp_path}/told",
        }
        for name, does in programs.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
            (tmp_path / name).chmod(0o755)
        (tmp_path / "told").write_text(json.dumps({"code": code}))
        words = ("env", f"PATH={tmp_path}:/usr/bin:/bin", "sh", "-c", script)
        done = subprocess.run(words, check=False, timeout=10)
        assert (done.returncode == 0) == runs
        return (place / "durchwahl.issue").read_text() if runs else None

    return shown


def test_the_screen_shows_the_code_for_the_first_visit(screen: Callable[[bool, str], str | None]) -> None:
    assert screen(True, "ABCDE-23456") == "http://durchwahl.local   http://\\4/\n\nCode: ABCDE-23456\n\n"


def test_the_screen_obeys_nothing_that_an_exchange_in_wrong_hands_tells(
    screen: Callable[[bool, str], str | None],
) -> None:
    assert screen(True, "\\n\033[2J") == "http://durchwahl.local   http://\\4/\n\nCode: \n\n"


def test_root_opens_no_office_for_the_screen_while_the_exchange_does_not_run(
    screen: Callable[[bool, str], str | None], tmp_path: Path
) -> None:
    assert screen(False, "") is None
    assert not (tmp_path / "asked").exists()
