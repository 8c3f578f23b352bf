"""A process that took something large once does not keep its room."""

import subprocess
import sys

WORK = """
import sys
from pathlib import Path
from pbx.service.memory import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "given back":
    give_back()
begun = resident()
pinned = []
for megabytes in (30, 25, 20):
    large = b"x" * (megabytes * 1_000_000)
    pinned.append(b"x" * 100_000)
    del large
print(resident() - begun)
"""


def kept(how: str) -> int:
    """Bytes that a process holds after it had some large things in memory."""
    return int(subprocess.run([sys.executable, "-c", WORK, how], capture_output=True, check=True, text=True).stdout)


def test_what_was_large_goes_back_to_the_system() -> None:
    assert kept("given back") < 3_000_000 < kept("as it is")
