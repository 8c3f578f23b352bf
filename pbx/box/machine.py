"""How the machine is: read from the kernel's files; what they do not say is None, never guessed."""

import ctypes
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EARLIEST = 1_735_689_600.0
"""Unix time: the first of January 2025. No clock that is right shows less."""
SECTOR = 512
"""Bytes; /sys/block/*/stat counts these whatever the disk's own are."""
UNSYNCHRONISED = 5
"""What adjtimex(2) returns for a clock that nobody sets: TIME_ERROR."""
LOW_NOW, LOW_BEFORE = 1 << 0, 1 << 16
"""Bits of the Pi's get_throttled."""
LIFE_TIME = range(1, 12)
"""Steps of an eMMC's life_time (JEDEC 84-B50, 7.4.46): each a tenth; 11 is past the end. 0: unknown."""

Kind = Literal["sd", "emmc", "disk"]
KINDS: dict[str, Kind] = {"SD": "sd", "MMC": "emmc"}
Power = Literal["good", "low", "was-low"]


@dataclass(frozen=True, slots=True)
class Card:
    """What the data is kept on."""

    name: str
    """The kernel's: mmcblk0, nvme0n1, sda."""
    kind: Kind
    wear: int | None = None
    """Per cent of its life that are used up at most, in steps of ten; 110: all and more. SD cards do not tell."""
    dying: bool = False
    """It says itself that its spare blocks run out."""
    written: int | None = None
    """Bytes since the machine was started."""


@dataclass(frozen=True, slots=True)
class Machine:
    """All that was read at one moment."""

    model: str = ""
    load: float | None = None
    """Mean number of programs that wanted to run in the last minute."""
    cores: int | None = None
    memory: int | None = None
    """Bytes in all."""
    memory_free: int | None = None
    """Bytes that programs can still have."""
    card: Card | None = None
    temperature: float | None = None
    """Degrees Celsius of the processor."""
    power: Power | None = None
    """Whether the supply's voltage is enough; was-low: not always since the start."""
    synchronised: bool | None = None
    """Whether a time server sets the clock."""
    uptime: float | None = None
    """Seconds since the start."""


def kernel_sets_clock() -> bool | None:
    """Whether the kernel believes its clock to be set by somebody (adjtimex, asked without changing anything)."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(1024))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != UNSYNCHRONISED


def read(root: Path = Path("/"), data: Path | None = None, clock: Callable[[], bool | None] | None = None) -> Machine:
    """How the machine is whose files are below `root`, with `data` on the card in question.

    `clock` tells what /run/systemd does not; without it the kernel is asked, if `root` is that of this machine.
    """
    if clock is None:
        clock = kernel_sets_clock if root == Path("/") else lambda: None
    memory = dict(_memory(root))
    return Machine(
        model=_text(root / "proc/device-tree/model").strip("\0 \n"),
        load=_number(_text(root / "proc/loadavg").partition(" ")[0]),
        cores=_cores(_text(root / "sys/devices/system/cpu/online")),
        memory=memory.get("MemTotal"),
        memory_free=memory.get("MemAvailable"),
        card=_card(root, data),
        temperature=_temperature(root),
        power=_power(root),
        synchronised=True if (root / "run/systemd/timesync/synchronized").exists() else clock(),
        uptime=_number(_text(root / "proc/uptime").partition(" ")[0]),
    )


def _memory(root: Path) -> Iterator[tuple[str, int]]:
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        amount = _whole(rest.removesuffix("kB").strip())
        if amount is not None:
            yield name, amount * 1024


def _cores(ranges: str) -> int | None:
    """How many "0-3,5" are."""
    count = 0
    for part in ranges.strip().split(","):
        first, _, last = part.partition("-")
        low, high = _whole(first), _whole(last or first)
        if low is None or high is None:
            return None
        count += high - low + 1
    return count


def _temperature(root: Path) -> float | None:
    """The processor's zone if there is one by that name, else the hottest."""
    zones = {}
    for zone in sorted((root / "sys/class/thermal").glob("thermal_zone*")):
        degrees = _number(_text(zone / "temp").strip())
        if degrees is not None:
            zones[_text(zone / "type").strip()] = round(degrees / 1000, 1)
    processor = next((degrees for name, degrees in zones.items() if "cpu" in name), None)
    return processor if processor is not None else max(zones.values(), default=None)


def _power(root: Path) -> Power | None:
    """What the Pi's firmware says (it remembers), else what the kernel's voltage sensor says (it does not)."""
    for path in sorted((root / "sys/devices/platform").glob("soc*/*firmware/get_throttled")):
        try:
            bits = int(_text(path).strip(), 16)
        except ValueError:
            continue
        return "low" if bits & LOW_NOW else "was-low" if bits & LOW_BEFORE else "good"
    for sensor in sorted((root / "sys/class/hwmon").glob("hwmon*")):
        if _text(sensor / "name").strip() == "rpi_volt":
            alarms = [_text(path).strip() for path in sensor.glob("in*_lcrit_alarm")]
            if alarms:
                return "low" if "1" in alarms else "good"
    return None


def _card(root: Path, data: Path | None) -> Card | None:
    disk = _disk_of(root, data) or next(iter(sorted((root / "sys/block").glob("mmcblk[0-9]"))), None)
    if disk is None:
        return None
    counters = _text(disk / "stat").split()
    sectors = _whole(counters[6]) if len(counters) > 6 else None
    wear = [_hex(text) for text in _text(disk / "device/life_time").split()]
    steps = [step for step in wear if step is not None and step in LIFE_TIME]
    return Card(
        disk.name,
        KINDS.get(_text(disk / "device/type").strip(), "disk"),
        wear=10 * max(steps) if steps else None,
        dying=_hex(_text(disk / "device/pre_eol_info").strip()) in (2, 3),
        written=sectors * SECTOR if sectors is not None else None,
    )


def _disk_of(root: Path, data: Path | None) -> Path | None:
    """The disk that holds a folder; None for what is no disk, like a file system in memory."""
    try:
        device = data.stat().st_dev if data is not None else 0
        here = (root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve(strict=True)
    except OSError:
        return None
    return next((disk for disk in (here, here.parent) if (root / "sys/block" / disk.name).exists()), None)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _hex(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None
