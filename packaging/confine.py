"""Runs a unit's command as the unit says, where there is no systemd: `confine.py UNIT [NAME=VALUE ...]`.

User, groups, capabilities, no new privileges, no memory that is written and run, and the unit's filter of system calls,
read from the unit itself and from `systemd-analyze syscall-filter`. Not mounts and namespaces: those need systemd.
"""

import ctypes
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ERRNO_EPERM = 0x00050000 | 1
ALLOW = 0x7FFF0000
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 38, 65, 1


def settings(unit: Path) -> dict[str, list[str]]:
    """The unit's settings, each with all its values."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().replace("\\\n", " ").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value.strip())
    return found


def calls(names: Iterable[str]) -> set[str]:
    """The system calls of these sets, as systemd has them."""
    found: set[str] = set()
    for name in names:
        if name.startswith("@"):
            told = subprocess.run(
                ("systemd-analyze", "syscall-filter", name), capture_output=True, text=True, check=True
            )
            words = [line.split()[0] for line in told.stdout.splitlines()[1:] if line.strip() and "#" not in line]
            found |= calls(words)
        else:
            found.add(name)
    return found


def allowed(filters: list[str]) -> set[str]:
    """What the lines of SystemCallFilter= come to. systemd always allows @default."""
    found = calls(["@default"])
    for each in filters:
        found = found - calls(each[1:].split()) if each.startswith("~") else found | calls(each.split())
    return found | calls(["@default"])


def filter_calls(names: set[str]) -> None:
    """From now on every other system call fails with EPERM."""
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ERRNO_EPERM)))
    for name in sorted(names):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, 0, None)
    if library.seccomp_load(context) != 0:
        raise OSError("the filter of system calls cannot be loaded")


def main() -> None:
    unit = settings(Path(sys.argv[1]))
    environment = dict(os.environ)
    for line in unit.get("Environment", []):
        environment |= dict(each.partition("=")[::2] for each in line.split())
    environment |= dict(each.partition("=")[::2] for each in sys.argv[2:])
    start = re.sub(r"\$\{(\w+)\}", lambda found: environment[found[1]], unit["ExecStart"][0])
    capabilities = [each.removeprefix("CAP_").lower() for each in unit["CapabilityBoundingSet"][0].split()]
    user = unit["User"][0]
    os.umask(int(unit["UMask"][0], 8))
    os.chdir("/")
    names = allowed(unit["SystemCallFilter"])
    process = ctypes.CDLL(None, use_errno=True)
    if process.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        print("confine: this kernel knows no MDWE", file=sys.stderr)
    process.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    rights = ",".join(["-all", *(f"+{each}" for each in capabilities)])
    # setpriv itself needs the calls that become forbidden, so the filter comes last, in this program again.
    if environment.pop("CONFINED", "") != "yes":
        words = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", f"--bounding-set={rights}",
                 f"--inh-caps={rights}", f"--ambient-caps={rights}", "--no-new-privs",
                 sys.executable, *sys.argv)  # fmt: skip
        os.execvpe(words[0], words, {**environment, "CONFINED": "yes"})
    filter_calls(names)
    words = tuple(shlex.split(start))
    os.execvpe(words[0], words, environment)


if __name__ == "__main__":
    main()
