"""The package's texts agree with the units and the project; `make deb-test` tries the package itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGING = ROOT / "packaging"
SCRIPTS = ("postinst", "prerm", "postrm", "build", "test", "chroot")


def required(python: str) -> list[str]:
    words = (sys.executable, str(PACKAGING / "requirements.py"), python)
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout.split()


def test_another_python_s_conditions_are_answered_for_it() -> None:
    assert [each for each in required("3.13") if each.startswith("audioop")] == ["audioop-lts>=0.2"]
    assert not [each for each in required("3.11") if each.startswith("audioop")]
    assert not [each for each in required("3.13") if ";" in each]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_plain_shell_understands_the_scripts(script: str) -> None:
    subprocess.run(("sh", "-n", str(PACKAGING / script)), check=True, timeout=10)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_the_package_s_scripts_know_every_unit(script: str) -> None:
    units = [path for path in (ROOT / "systemd").iterdir() if path.suffix in (".service", ".path")]
    enabled = {path.name for path in units if "[Install]" in path.read_text()}
    assert enabled <= set(re.findall(r"durchwahl[a-z-]*\.(?:service|path)", (PACKAGING / script).read_text()))


def test_what_may_be_set_is_what_the_units_take() -> None:
    default = dict(re.findall(r"^([A-Z]+)=(.*)$", (PACKAGING / "default").read_text(), re.MULTILINE))
    for unit in ("durchwahl.service", "durchwahl-web.service"):
        given = re.findall(r"([A-Z]+)=(\S+)", re.findall(r"^Environment=(.*=.*:.*)$",
                           (ROOT / "systemd" / unit).read_text(), re.MULTILINE)[0])  # fmt: skip
        assert given
        assert {name: default[name] for name, _ in given} == dict(given)
    assert "DRAIN" in default


def test_every_user_that_is_made_is_unmade() -> None:
    made = re.findall(r"^u (\S+)", (ROOT / "systemd" / "sysusers.conf").read_text(), re.MULTILINE)
    (users,) = re.findall(r'^users="(.*)"$', (PACKAGING / "postrm").read_text(), re.MULTILINE)
    assert users.split() == made


def test_settings_of_the_machine_survive_an_upgrade() -> None:
    assert set((PACKAGING / "conffiles").read_text().split()) == {"/etc/default/durchwahl", "/etc/durchwahl/pins.toml"}
