"""The units: what systemd says of them, that every line has its reason, and that they name what is there."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.box import stick
from pbx.box.places import PLUGGED
from pbx.cli.arguments import parse

UNITS = Path(__file__).parent.parent.parent / "systemd"
SERVICES = ("durchwahl.service", "durchwahl-web.service", "durchwahl-lamps.service")
EVERY = sorted(path.name for path in UNITS.glob("*.service"))
LEAST_EXPOSED = 2.0
HARDENING = re.compile(
    r"(Capability|Ambient|NoNew|Private|Protect|ProcSubset|Restrict(?!Start)|Lock|SystemCall|Memory(?!Max)|Device|"
    r"Keyring|RemoveIPC|IPAddress|SocketBind|Inaccessible|ReadWrite|Supplementary|Watchdog)\w*="
)


def lines(unit: str) -> list[str]:
    """The unit's lines, those that go on put together."""
    return (UNITS / unit).read_text().replace("\\\n", " ").splitlines()


def settings(unit: str) -> Iterator[tuple[str, str]]:
    """Names and values, in their order."""
    for line in lines(unit):
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            yield name, value.strip()


def values(unit: str, name: str) -> list[str]:
    return [value for each, value in settings(unit) if each == name]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are after installation, but for the programs they start."""
    folder = tmp_path_factory.mktemp("units")
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.path")]:
        text = re.sub("/usr/(bin/durchwahl|lib/durchwahl/bin/python3)", "/bin/true", unit.read_text())
        (folder / unit.name.replace("@.", "@x.")).write_text(text)
    return folder


def test_systemd_understands_every_line(installed: Path) -> None:
    units = [str(each) for each in sorted(installed.iterdir())]
    words = ("systemd-analyze", "verify", "--man=no", *units)
    printed = subprocess.run(words, capture_output=True, text=True, timeout=60)
    complaints = [line for line in (printed.stdout + printed.stderr).splitlines() if "durchwahl" in line]
    assert not complaints
    assert printed.returncode == 0


def test_systemd_s_own_check_finds_a_line_that_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "durchwahl-wrong.service"
    wrong.write_text("[Service]\nExecStart=/bin/true\nProtectSystm=strict\n")
    printed = subprocess.run(("systemd-analyze", "verify", str(wrong)), capture_output=True, text=True, timeout=60)
    assert "ProtectSystm" in printed.stderr


@pytest.mark.parametrize("unit", EVERY)
def test_no_service_is_exposed_more_than_it_must(unit: str, tmp_path: Path) -> None:
    named = tmp_path / unit.replace("@.", "@x.")
    named.write_bytes((UNITS / unit).read_bytes())
    words = ("systemd-analyze", "security", "--offline=true", "--no-pager", str(named))
    printed = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    found = re.search(r"Overall exposure level.*: ([0-9.]+)", printed)
    assert found, printed
    assert float(found[1]) <= LEAST_EXPOSED


@pytest.mark.parametrize("unit", EVERY)
def test_every_line_of_protection_has_its_reason_above_it(unit: str) -> None:
    """In a row of lines that do one thing together the first one's reason may speak for the second, not further."""
    bare = 0
    for line in lines(unit):
        if line.startswith("#"):
            bare = 0
        elif HARDENING.match(line):
            bare += 1
            assert bare <= 2, f"{unit}: {line} has no reason"


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_that_dies_or_hangs_comes_back(unit: str) -> None:
    assert values(unit, "Type") == ["notify"]
    assert values(unit, "Restart") == ["always"]
    assert values(unit, "WatchdogSec")
    assert values(unit, "StartLimitIntervalSec") == ["0"]


@pytest.mark.parametrize("unit", SERVICES)
def test_the_command_is_one_that_there_is(unit: str) -> None:
    (start,) = values(unit, "ExecStart")
    given = dict(re.findall(r"(\w+)=(\S+)", " ".join(values(unit, "Environment"))))
    words = shlex.split(re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], start))
    assert words[0] == "/usr/bin/durchwahl"
    parse(words[1:])


def test_no_service_is_root_and_only_the_page_has_a_right_of_root_s() -> None:
    users = [values(unit, "User") for unit in SERVICES]
    assert users == [["durchwahl"], ["durchwahl-web"], ["durchwahl-lamps"]]
    assert [values(unit, "CapabilityBoundingSet") for unit in SERVICES] == [[""], ["CAP_NET_BIND_SERVICE"], [""]]


def test_the_sockets_are_where_the_exchange_makes_them_and_in_folders_of_the_right_group() -> None:
    (start,) = values("durchwahl.service", "ExecStart")
    folders = (UNITS / "tmpfiles.conf").read_text()
    for unit, option in (("durchwahl-web", "--page-socket"), ("durchwahl-lamps", "--lamps-socket")):
        found = re.search(rf"{option} (\S+)", start)
        assert found
        socket = Path(found[1])
        assert f"--socket {socket}" in values(f"{unit}.service", "ExecStart")[0]
        assert f"d {socket.parent} 2750 durchwahl {unit} -" in folders


def test_the_lamps_are_there_before_the_exchange_and_after_it() -> None:
    """When all is dark the plug may be pulled; and they never keep it from starting."""
    assert values("durchwahl-lamps.service", "Before") == ["durchwahl.service"]
    assert values("durchwahl-lamps.service", "TimeoutStartSec") == ["60"]
    assert values("durchwahl-lamps.service", "RestartPreventExitStatus") == ["2"], "a wrong pin file stays wrong"
    wanted = [value for name in ("Wants", "Requires", "BindsTo") for value in values("durchwahl.service", name)]
    assert "durchwahl-lamps.service" not in wanted


def test_every_user_of_a_unit_is_made() -> None:
    made = (UNITS / "sysusers.conf").read_text()
    for unit in SERVICES:
        assert f"u {values(unit, 'User')[0]} - " in made
    assert "m durchwahl-lamps gpio" in made


def test_the_button_s_wish_is_what_the_path_unit_waits_for() -> None:
    (wish,) = values("durchwahl-poweroff.path", "PathExists")
    assert f"--off {wish}" in values("durchwahl-lamps.service", "ExecStart")[0]
    folder = values("durchwahl-lamps.service", "RuntimeDirectory")[0]
    assert Path(wish).parent == Path("/run", folder)
    assert wish in values("durchwahl-poweroff.service", "ExecStart")[0], "else it would end again and again"


def test_a_stick_is_given_to_the_program_for_it_by_a_name_that_it_takes() -> None:
    rule = (UNITS / "90-durchwahl-stick.rules").read_text()
    assert "durchwahl-stick@%k.service" in rule
    (start,) = values("durchwahl-stick@.service", "ExecStart")
    assert start.endswith(" -m pbx.box.stick %I")
    assert not values("durchwahl-stick@.service", "PrivateDevices"), "systemd-mount wants to see the device's name"
    assert f"d /{stick.PLACE} " in (UNITS / "tmpfiles.conf").read_text(), "else the backup may not write there"
    assert any(f"/{stick.PLACE}" in line for line in values("durchwahl.service", "ReadWritePaths"))
    assert str(stick.PLACE) in PLUGGED, "else the backup does not find it"


@pytest.mark.parametrize("rules", sorted(UNITS.glob("*.rules")), ids=lambda path: path.name)
def test_udev_understands_its_rules(rules: Path) -> None:
    """Names, operators and values; udevadm verify, which newer systems have, is asked too."""
    for line in rules.read_text().replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            for word in re.split(r",\s*", line):
                assert re.fullmatch(r"[A-Z]+({\w+})?(==|!=|\+=|=)\"[^\"]*\"", word.strip()), word
    # the group of the pins is there on a Pi and where the package was installed, not on every machine
    words = ("udevadm", "verify", "--resolve-names=never", str(rules))
    printed = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert printed.returncode == 0 or "Unknown command" in printed.stderr, printed.stderr
