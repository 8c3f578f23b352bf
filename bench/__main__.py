"""`make bench`: what voice and calls cost on this machine, next to a plain relay in C. Takes about four minutes."""

import os
import platform
import tempfile
import time
from pathlib import Path

from bench import exchange, media


def machine() -> str:
    """What the figures below were measured on, and how free it was."""
    names = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith(("model name", "Model"))
    ]
    name = names[0].partition(":")[2].strip() if names else platform.machine()
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{name}, {os.cpu_count()} cores, {system}, load {load:.1f}, a million additions in {additions():.0f} ms"


def additions() -> float:
    """Milliseconds of CPU that a million additions take: others on the machine make that more."""
    before = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - before) * 1000


def main() -> None:
    """Print both tables."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        media.compiled("relay", folder)
        media.compiled("phones", folder)
        print("\nVoice alone, in one process\n")
        plain = media.rows(folder, list(exchange.SIZES), 3.0)
        print("\nThe exchange, as a daemon\n")
        exchange.bench(folder, 800, plain)
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
