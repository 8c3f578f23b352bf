"""`python -m tests.fuzz [TARGET...] [--seconds N]`: look for bytes that a parser cannot take.

With atheris (libFuzzer: it looks for inputs that reach new lines) where that can be installed, else by changing the
corpus. What is found lies in build/fuzz; it becomes a test beside the mended parser, and small, in the corpus.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from tests.fuzz.mutations import LONGEST, mutated
from tests.fuzz.targets import TARGETS, corpus

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "build" / "fuzz"


def main() -> int:
    """The exit code: 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"no such target: {min(unknown)}")
    guided = importlib.util.find_spec("atheris") is not None
    if not guided:
        print("fuzz: there is no atheris for this Python or machine: the corpus is only changed by chance")
    failed = [name for name in options.targets or TARGETS if not (_guided if guided else _blind)(name, options.seconds)]
    print(f"fuzz: found something in {', '.join(failed)}: see {FOUND}" if failed else "fuzz: nothing found")
    return bool(failed)


def _guided(name: str, seconds: int) -> bool:
    """Whether all went well. A process for each target, as libFuzzer ends its own."""
    (FOUND / name).mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=10", f"-artifact_prefix={FOUND}/{name}-"]
    places = [str(FOUND / name), str(Path(__file__).parent / "corpus" / name)]
    print(f"fuzz: {name}, {seconds} seconds", flush=True)
    command = [sys.executable, "-m", "tests.fuzz.guided", name]
    with (FOUND / f"{name}.log").open("wb") as log:
        done = subprocess.run([*command, *options, *places], cwd=ROOT, stdout=log, stderr=log).returncode
    last = (FOUND / f"{name}.log").read_text("utf-8", "replace").strip().rsplit("\n", 1)[-1]
    print(f"      {last}", flush=True)
    return done == 0


def _blind(name: str, seconds: int) -> bool:
    """Whether all went well."""
    seeds, end, tried = list(corpus(name)), time.monotonic() + seconds, 0
    for number in count(1):
        for data in mutated(seeds, 1000 * number):
            tried += 1
            try:
                TARGETS[name](data)
            except Exception as error:
                FOUND.mkdir(parents=True, exist_ok=True)
                (FOUND / f"{name}-found").write_bytes(data)
                print(f"      {name}: {type(error).__name__}: {error}")
                return False
            if time.monotonic() > end:
                print(f"fuzz: {name}, {tried} inputs")
                return True
    return True


if __name__ == "__main__":
    sys.exit(main())
