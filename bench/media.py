"""What moving voice costs, next to the plainest relay in C: CPU per call at 10, 50, 100 and 200 calls.

python -m bench.media [--seconds N] [--calls 10,50,100,200] [--profile]
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pbx.media.clip import Clip
from pbx.media.codecs.codec import PCMA
from pbx.media.format import Format
from pbx.media.pump import Pump
from pbx.media.relay import join

HERE = Path(__file__).parent
HOST = "127.0.0.77"
"""Where nobody else on this machine has ports open."""
PHONE_PORT = 21000
RELAY_PORT = 25000
WARM_UP = 1.0
"""Seconds that are not counted: sockets are locked, clips encoded."""


def compiled(name: str, folder: Path) -> Path:
    """The program `name` made from bench/NAME.c."""
    program = folder / name
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / f"{name}.c")], check=True)
    return program


def phones(
    program: Path, count: int, seconds: float, ports: list[int] | None, host: str = HOST
) -> "subprocess.Popen[str]":
    """Start so many phones at `host`; they talk to the C relay, or to `ports`."""
    words = [str(program), host, str(PHONE_PORT), "0" if ports else str(RELAY_PORT), str(count), str(round(seconds))]
    talking = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert talking.stdin
    talking.stdin.write("\n".join(map(str, ports or [])))
    talking.stdin.close()
    return talking


def loss(talking: "subprocess.Popen[str]") -> float:
    """The share of packets that never came back, in percent; waits for the phones to finish."""
    assert talking.stdout
    sent, received = map(int, talking.stdout.read().split())
    talking.wait()
    return max(0.0, 100 * (sent - received) / sent)


def measure_c(folder: Path, calls: int, seconds: float) -> tuple[float, float]:
    """CPU of the C relay in percent of a core a call, and the loss in percent."""
    words = [str(folder / "relay"), HOST, str(RELAY_PORT), str(calls)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as relay:
        assert relay.stdin
        assert relay.stdout
        relay.stdout.readline()
        talking = phones(folder / "phones", 2 * calls, seconds + 2 * WARM_UP, None)
        used = []
        for pause in (WARM_UP, seconds):
            time.sleep(pause)
            relay.stdin.write("\n")
            relay.stdin.flush()
            used.append(float(relay.stdout.readline()))
        lost = loss(talking)
        relay.stdin.close()
    return 100 * used[1] / seconds / calls, lost


async def measure(folder: Path, count: int, seconds: float, set_up: Callable[[Pump], None]) -> tuple[float, float]:
    """CPU of this process in percent of a core, and the phones' loss in percent, while `count` phones talk."""
    loop = asyncio.get_running_loop()
    pump = Pump(loop.time, RELAY_PORT, RELAY_PORT + 4000, os.urandom, call_at=loop.call_at)
    for place in range(count):
        endpoint = pump.open(HOST)
        endpoint.agree(Format(PCMA, 8, 101, (HOST, PHONE_PORT + 2 * place), frozenset((HOST,))))
    set_up(pump)
    ports = [endpoint.local[1] for endpoint in pump.endpoints]
    talking = phones(folder / "phones", count, seconds + 2 * WARM_UP, ports)
    await asyncio.sleep(WARM_UP)
    before = time.process_time()
    await asyncio.sleep(seconds)
    used = time.process_time() - before
    lost = await asyncio.to_thread(loss, talking)
    pump.close()
    return 100 * used / seconds, lost


def bridged(pump: Pump) -> None:
    """Join the endpoints two by two."""
    ends = pump.endpoints
    for a, b in zip(ends[::2], ends[1::2], strict=True):
        join(a, b)


def greeted(pump: Pump, tones: bool = False) -> None:
    """Play ten seconds of something to everybody, again and again."""
    noise = np.random.default_rng(1).normal(0, 3000, 80000).astype(np.int16)
    clip = Clip(noise, 8000)
    for endpoint in pump.endpoints:
        endpoint.play([clip], repeat=True)
        endpoint.listen_for_tones(tones)


def rows(folder: Path, sizes: list[int], seconds: float) -> dict[int, float]:
    """Print the table, row by row as it is measured; what the C relay takes, in percent of a core a call, by calls."""
    reference: dict[int, float] = {}
    print(
        "calls | C relay  bridged  ratio  lost | greeting  lost | greeting, listening for tones   (% of a core a call)"
    )
    for calls in sizes:
        plain, _ = measure_c(folder, calls, seconds)
        reference[calls] = plain
        ours, lost = asyncio.run(measure(folder, 2 * calls, seconds, bridged))
        ours /= calls
        greeting, greeting_lost = asyncio.run(measure(folder, calls, seconds, greeted))
        tones, _ = asyncio.run(measure(folder, calls, seconds, lambda pump: greeted(pump, tones=True)))
        print(
            f"{calls:5} |   {plain:.3f}    {ours:.3f}  {ours / plain:5.2f} {lost:5.2f} |    {greeting / calls:.3f} "
            f"{greeting_lost:5.2f} |    {tones / calls:.3f}",
            flush=True,
        )
    return reference


def profile(folder: Path, calls: int, seconds: float) -> None:
    """Where the time of bridging goes."""
    profiler = cProfile.Profile()
    profiler.enable()
    asyncio.run(measure(folder, 2 * calls, seconds, bridged))
    profiler.disable()
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(15)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--calls", default="10,50,100,200")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.calls.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compiled("relay", folder)
        compiled("phones", folder)
        if options.profile:
            profile(folder, sizes[-1], options.seconds)
        else:
            rows(folder, sizes, options.seconds)


if __name__ == "__main__":
    main()
