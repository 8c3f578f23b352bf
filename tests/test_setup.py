"""`scripts/setup`: what it would install for which tests, and what it says when something is in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ALL = {"sip-tester", "baresip-core", "kamailio", "linphone-cli", "chromium", "npm", "rauc", "espeak-ng", "udev"}


def listed(*words: str) -> tuple[str, set[str]]:
    """The Python extras and Debian packages for these words after `list`."""
    command = ["scripts/setup", "list", *words]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    python, debian = (line.partition(": ")[2] for line in printed.strip("\n").split("\n"))
    return python, set(debian.split())


DEBIANS = ("3.11.2", "3.13.5")
"""Python of Debian 12 and of Debian 13, to the last number: some packages ask for more than 3.11."""


def test_every_package_that_is_pinned_can_be_had_on_both_debians() -> None:
    lines = (ROOT / "scripts/constraints.txt").read_text().splitlines()
    # a line with a condition behind a semicolon is for some Pythons alone
    pinned = {line.partition("==")[0] for line in lines if not line.startswith("#") and ";" not in line}
    names = {canonicalize_name(name) for name in pinned}
    refused = {
        each.name: asked
        for each in distributions()
        if canonicalize_name(each.name) in names
        for asked in each.metadata.get_all("Requires-Python", [])
        if not all(SpecifierSet(asked).contains(version) for version in DEBIANS)
    }
    assert refused == {}


def test_all_tests_need_all_programs() -> None:
    for words in ((), ("tests",), ("tests/",), ("-x", "-k", "word")):
        python, debian = listed("test", *words)
        assert debian >= ALL, words
        assert "browser" in python


@pytest.mark.parametrize(
    ("place", "needed", "spared"),
    [
        ("tests/sip", set(), ALL),
        ("tests/sip/test_message.py::test_sipmessage_agrees", set(), ALL),
        ("./tests/sdp/", set(), ALL),
        ("tests/webui/pages/test_now.py", {"espeak-ng"}, ALL - {"espeak-ng"}),
        ("tests/peers", {"kamailio", "linphone-cli"}, {"chromium", "npm", "rauc"}),
        ("tests/image", {"rauc", "squashfs-tools"}, {"chromium", "kamailio"}),
        ("tests/browser/test_look.py", {"chromium", "npm"}, {"rauc"}),
        ("tests/sip tests/box", {"udev"}, {"chromium", "kamailio"}),
    ],
)
def test_some_tests_need_only_what_they_use(place: str, needed: set[str], spared: set[str]) -> None:
    python, debian = listed("test", *place.split())
    assert needed <= debian
    assert not debian & spared
    assert ("browser" in python) == ("chromium" in needed)
    assert "check" not in python


def broken(folder: Path, complaint: str, **environment: str) -> tuple[int, str]:
    """What set-up says in a checkout whose pip fails like that; the exit code too."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/setup", folder / "scripts/setup")
    (folder / "scripts/constraints.txt").touch()
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / ".venv/bin").mkdir(parents=True)
    python = folder / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *install*) echo "{complaint}" >&2; exit 1 ;; esac\n')
    python.chmod(0o755)
    done = subprocess.run(
        ["scripts/setup"], cwd=folder, capture_output=True, text=True, env=os.environ | environment, timeout=30
    )
    return done.returncode, done.stderr


def test_set_up_says_what_it_will_fetch_and_how_long_that_takes(tmp_path: Path) -> None:
    _, printed = broken(tmp_path, "Connection refused")
    assert "fetches up to 95 MB" in printed
    assert "16 Mbit/s" in printed


@pytest.mark.parametrize(
    ("complaint", "named"),
    [
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed: self-signed certificate in chain'))", True),
        ("Could not fetch URL: certificate verify failed: certificate is not yet valid", True),
        (
            "Failed to establish a new connection: Name or service not known: Temporary failure in name resolution",
            False,
        ),
        ("Connection refused", False),
    ],
)
def test_certificates_are_named_when_they_are_the_trouble(complaint: str, named: bool, tmp_path: Path) -> None:
    code, printed = broken(tmp_path, complaint, PIP_CERT="/somewhere")
    assert code == 1
    assert ("update-ca-certificates" in printed) == named
    assert ("is this machine on the network?" in printed) == (not named)
    assert complaint.split("(")[0] in printed
