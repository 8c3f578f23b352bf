"""How the card is divided, and the few texts that the Raspberry Pi's firmware reads from it.

    python -m image.layout sfdisk            the partition table, for sfdisk
    python -m image.layout megabytes NAME    a partition's size
    python -m image.layout offset NAME       where it begins, in bytes
    python -m image.layout length            the whole image, in bytes
    python -m image.layout uuid NAME         what the kernel calls a partition
    python -m image.layout autoboot SLOT     autoboot.txt: which slot is booted, which is tried
    python -m image.layout cmdline SLOT      cmdline.txt: the kernel's command line
    python -m image.layout config            config.txt

The firmware reads an MBR and FAT only; so there are three primary partitions for it, and an extended one with the
systems and the data. The first partition never changes but for the two numbers in its autoboot.txt.
"""

import sys
from dataclasses import dataclass

from pbx.box.slots import Slot, autoboot

SECTOR = 512
MEGABYTE = 1 << 20
ALIGNED = MEGABYTE // SECTOR
"""Sectors; cards erase in blocks of many kilobytes, and each logical partition needs a sector of its own before it."""
DISK = 0x44776C31
"""The disk's number in its MBR, from which Linux makes the partitions' PARTUUIDs: the same on every card."""
FAT32, LINUX, EXTENDED = "c", "83", "f"


@dataclass(frozen=True, slots=True)
class Partition:
    """One part of the card."""

    number: int
    """1 to 4 are primary, the rest lie in the extended one."""
    name: str
    megabytes: int
    kind: str

    @property
    def uuid(self) -> str:
        """What the kernel calls it on any device."""
        return f"{DISK:08x}-{self.number:02x}"


PARTITIONS = (
    Partition(1, "select", 48, FAT32),
    Partition(2, "boot-a", 192, FAT32),
    Partition(3, "boot-b", 192, FAT32),
    Partition(5, "root-a", 1200, LINUX),
    Partition(6, "root-b", 1200, LINUX),
    Partition(7, "data", 256, LINUX),
)
"""In the order in which they lie; 3.1 GB, so that a card of 4 GB will do. At the first start the data take the rest."""


def named(name: str) -> Partition:
    """The partition of this name. Raises KeyError."""
    for partition in PARTITIONS:
        if partition.name == name:
            return partition
    raise KeyError(name)


def starts() -> dict[str, int]:
    """Where each partition begins, in sectors; "extended" too."""
    at, places = ALIGNED, dict[str, int]()
    for partition in PARTITIONS:
        if partition.number > 4:
            places.setdefault("extended", at)
            at += ALIGNED
        places[partition.name] = at
        at += partition.megabytes * ALIGNED
    return places


def length() -> int:
    """The image's length in sectors."""
    last = PARTITIONS[-1]
    return starts()[last.name] + last.megabytes * ALIGNED


def sfdisk() -> str:
    """The partition table as sfdisk reads it."""
    places = starts()
    lines = ["label: dos", f"label-id: 0x{DISK:08x}", "unit: sectors", ""]
    for partition in PARTITIONS:
        if partition.number == 5:
            start = places["extended"]
            lines.append(f"4 : start={start}, size={length() - start}, type={EXTENDED}")
        size = partition.megabytes * ALIGNED
        lines.append(f"{partition.number} : start={places[partition.name]}, size={size}, type={partition.kind}")
    return "\n".join(lines) + "\n"


def cmdline(slot: Slot) -> str:
    """The kernel's command line. systemd speaks at the last console, the screen.

    The others are the pins' serial line, which has another name on a Pi 5.
    """
    return " ".join(
        (
            "console=ttyAMA10,115200",
            "console=ttyS1,115200",
            "console=tty0",
            f"root=PARTUUID={named(f'root-{slot}').uuid}",
            "ro",
            "rootwait",
            f"durchwahl.data=PARTUUID={named('data').uuid}",
            f"rauc.slot={slot}",
            "loglevel=4",
            "systemd.ssh_auto=no",  # no other ways in, which virtual machines have
            "panic=10",  # a kernel that gave up starts again
        )
    )


def config() -> str:
    """config.txt: Debian's kernel with the device trees that came with it."""
    return """# Made by the image's build; the kernel is Debian's.
[all]
arm_64bit=1
upstream_kernel=1
kernel=vmlinuz
initramfs initrd.img followkernel
enable_uart=1
disable_splash=1
# Nobody looks at the screen for long: little memory for graphics.
gpu_mem=32
"""


def main(arguments: list[str]) -> None:
    """Print what is asked for."""
    match arguments:
        case ["sfdisk"]:
            print(sfdisk(), end="")
        case ["megabytes", name]:
            print(named(name).megabytes)
        case ["offset", name]:
            print(starts()[name] * SECTOR)
        case ["length"]:
            print(length() * SECTOR)
        case ["uuid", name]:
            print(named(name).uuid)
        case ["autoboot", "a" | "b" as slot]:
            print(autoboot(slot), end="")
        case ["cmdline", "a" | "b" as slot]:
            print(cmdline(slot))
        case ["config"]:
            print(config(), end="")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
