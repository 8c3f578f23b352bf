"""What the image has for updates: systemd's units, RAUC's configuration, and the last way back."""

from __future__ import annotations

import configparser
import itertools
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from image import bundle, layout
from pbx.box import slots
from pbx.box.slots import Slot
from pbx.box.update import install, world
from pbx.box.update.__main__ import main
from pbx.box.update.state import FOLDER, STATE, UpdateState
from tests.systemd.test_units import HARDENING, LEAST_EXPOSED

IMAGE = Path(__file__).parents[2] / "image"
FILES = IMAGE / "files"
UNITS = FILES / "etc/systemd/system"
SERVICES = ("durchwahl-update.service", "durchwahl-tried.service")
OURS = (*SERVICES, "durchwahl-update.path", "durchwahl-return.service", "durchwahl-return.timer")


def settings(unit: str) -> list[tuple[str, str]]:
    """Names and values, in their order."""
    lines = (UNITS / unit).read_text().splitlines()
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if line and line[0] not in "#["]


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for name in OURS:
        text = re.sub(r"/usr/lib/durchwahl\S*", "/bin/true", (UNITS / name).read_text())
        (tmp_path / name).write_text(text)
    units = [str(each) for each in sorted(tmp_path.iterdir())]
    words = ("systemd-analyze", "verify", "--man=no", *units)
    printed = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert not [line for line in (printed.stdout + printed.stderr).splitlines() if "durchwahl-" in line]


@pytest.mark.parametrize("unit", SERVICES)
def test_no_service_is_exposed_more_than_it_must(unit: str) -> None:
    words = ("systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / unit))
    printed = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    found = re.search(r"Overall exposure level.*: ([0-9.]+)", printed)
    assert found, printed
    assert float(found[1]) <= LEAST_EXPOSED


@pytest.mark.parametrize("unit", [*SERVICES, "rauc.service.d/durchwahl.conf"])
def test_every_line_of_protection_has_its_reason_above_it(unit: str) -> None:
    bare = 0
    for line in (UNITS / unit).read_text().splitlines():
        if line.startswith("#"):
            bare = 0
        elif HARDENING.match(line):
            bare += 1
            assert bare <= (4 if "rauc" in unit else 2), f"{unit}: {line} has no reason"


@pytest.mark.parametrize("unit", SERVICES)
def test_the_programs_understand_how_they_are_started(unit: str) -> None:
    start = dict(settings(unit))["ExecStart"].replace("${DRAIN}", "300")
    words = shlex.split(start)
    assert words[:4] == ["/usr/lib/durchwahl/bin/python3", "-P", "-m", "pbx.box.update"]
    assert main(words[4:]) == 1, "there is no box here, and that is all that is wrong"


def test_every_unit_that_is_to_be_started_is_enabled() -> None:
    enabled = (IMAGE / "enable").read_text()
    for unit in OURS:
        assert ("[Install]" in (UNITS / unit).read_text()) == (unit in enabled), unit


def test_a_wish_is_taken_when_it_is_made_and_not_at_each_start() -> None:
    assert dict(settings("durchwahl-update.path"))["PathChanged"] == f"{world.DATA}/update/wanted"
    assert not [name for name, _ in settings("durchwahl-update.path") if name.startswith("PathE")]


def test_whatever_fails_while_a_system_is_tried_leads_back() -> None:
    assert dict(settings("durchwahl-tried.service"))["OnFailure"] == "durchwahl-return.service"
    assert dict(settings("durchwahl-return.timer"))["Unit"] == "durchwahl-return.service"
    condition = dict(settings("durchwahl-return.service"))["ExecCondition"]
    assert (FILES / condition.lstrip("/")).is_file()


@pytest.fixture
def tried(tmp_path: Path) -> Callable[[Slot, str | None], bool]:
    """Whether the shell takes a slot for one that is being tried, by what is in autoboot.txt."""
    script = FILES / "usr/lib/durchwahl-image/being-tried"
    files = [tmp_path / name for name in ("autoboot.txt", STATE, "cmdline")]

    def ask(runs: Slot, autoboot: str | None) -> bool:
        if autoboot is not None:
            files[0].write_text(autoboot)
        files[2].write_text(layout.cmdline(runs) + "\n")
        return subprocess.run((script, *files), check=False, capture_output=True).returncode == 0

    return ask


Tried = Callable[[Slot, str | None], bool]


def test_the_shell_knows_a_system_that_is_tried_as_python_does(tried: Tried) -> None:
    for started, runs in itertools.product(slots.BOOT, slots.BOOT):
        for text in (slots.autoboot(started), slots.autoboot(started).replace("\n", "\r\n")):
            assert slots.committed(text.encode()) == started
            assert tried(runs, text) == (runs != started)


def test_one_that_cannot_even_mount_the_data_is_known_as_tried(tried: Tried, tmp_path: Path) -> None:
    assert not (tmp_path / STATE).exists()
    assert tried("b", slots.autoboot("a"))


def test_one_that_was_told_to_go_back_but_did_not_is_still_tried(tried: Tried, tmp_path: Path) -> None:
    UpdateState(tmp_path).conclude("returned", "unhealthy", slot="b")
    assert tried("b", slots.autoboot("a"))


def test_a_kept_system_is_not_started_again_because_that_could_not_be_told(tried: Tried, tmp_path: Path) -> None:
    UpdateState(tmp_path).tell("trying", slot="b")
    assert not tried("b", slots.autoboot("b"))


@pytest.mark.parametrize("torn", ["", "rubbish", None])
def test_what_was_told_last_helps_where_autoboot_cannot_be_read(tried: Tried, tmp_path: Path, torn: str | None) -> None:
    printed = UpdateState(tmp_path)
    assert not tried("b", torn)
    printed.begin(**{"from": "1.0"})
    printed.tell("trying", to="1.1", slot="b", progress=100)
    assert tried("b", torn)
    assert not tried("a", torn), "the old one runs"
    printed.tell("kept", said={"say": "{slot}", "with": {"slot": "b"}})
    assert not tried("b", torn)


def test_the_shell_looks_where_the_layout_has_autoboot_txt() -> None:
    script = (FILES / "usr/lib/durchwahl-image/being-tried").read_text()
    assert f"/dev/disk/by-partuuid/{layout.named('select').uuid} " in script


@pytest.fixture
def rauc() -> configparser.ConfigParser:
    """RAUC's configuration on the box."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(FILES / "etc/rauc/system.conf")
    return parser


def test_rauc_writes_to_the_partitions_of_the_layout(rauc: configparser.ConfigParser) -> None:
    found = {}
    for name in rauc.sections():
        if name.startswith("slot."):
            _, kind, number = name.split(".")
            found[f"{kind.removesuffix('fs')}-{'ab'[int(number)]}"] = rauc[name]["device"]
            other = {"rootfs": ("bootname", "ab"[int(number)]), "boot": ("parent", f"rootfs.{number}")}[kind]
            assert rauc[name][other[0]] == other[1]
    names = ("boot-a", "boot-b", "root-a", "root-b")
    assert found == {name: f"/dev/disk/by-partuuid/{layout.named(name).uuid}" for name in names}


def test_rauc_takes_what_we_make_and_starts_nothing_untried(rauc: configparser.ConfigParser) -> None:
    assert rauc["system"]["compatible"] == install.COMPATIBLE == bundle.COMPATIBLE
    assert rauc["system"]["bundle-formats"] == "verity"
    assert rauc["system"]["activate-installed"] == "false"
    assert "install -D -m 644 build/keys/authority.pem $root" + rauc["keyring"]["path"] in (IMAGE / "make").read_text()
    for program in rauc["handlers"].values():
        assert (FILES / program.lstrip("/")).stat().st_mode & 0o111


def test_what_is_kept_lies_outside_of_both_slots(rauc: configparser.ConfigParser) -> None:
    made = (FILES / "usr/lib/tmpfiles.d/durchwahl-image.conf").read_text()
    for folder in (str(FOLDER), rauc["system"]["data-directory"]):
        assert folder.startswith("/data/")
        assert f"d {folder} " in made


def test_only_root_may_command_rauc() -> None:
    policy = (FILES / "etc/dbus-1/system.d/durchwahl-rauc.conf").read_text()
    default = policy.partition('<policy context="default">')[2].partition("</policy>")[0]
    assert default.split() == ["<deny", 'send_destination="de.pengutronix.rauc"/>']
