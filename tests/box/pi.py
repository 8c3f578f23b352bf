"""A Pi made of files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

GOOD = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    "proc/loadavg": "0.42 0.30 0.20 1/120 999\n",
    "proc/uptime": "93784.51 100.0\n",
    "proc/meminfo": "MemTotal:        948000 kB\nMemFree:  1 kB\nMemAvailable:    700000 kB\nHugePages_Total:   0\n",
    "proc/net/route": "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t010AA8C0\t0003\n",
    "etc/resolv.conf": "nameserver 192.168.10.1\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
    "sys/block/mmcblk0/stat": "1 2 3 4 5 6 2000000 8 9 10 11\n",
    "sys/block/mmcblk0/device/type": "SD\n",
    "run/systemd/timesync/synchronized": "",
}


def make(root: Path, changed: Mapping[str, str | None] | None = None) -> Path:
    """A Pi that is well below `root`; `changed` are files by path with other text, or None for none."""
    for name, text in {**GOOD, **(changed or {})}.items():
        if text is not None:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


class Usage(NamedTuple):
    """What `shutil.disk_usage` tells, in bytes."""

    total: int
    used: int
    free: int


def disk(used: int) -> Callable[[object], Usage]:
    """In the place of `shutil.disk_usage`, a disk of which so many per cent are used: this machine's may be full."""
    return lambda path: Usage(100, used, 100 - used)
