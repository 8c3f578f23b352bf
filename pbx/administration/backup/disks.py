"""Which of what is plugged in, or lent by the network, can take the backups of every night, and why the rest cannot."""

import os
from pathlib import Path

from pbx.box.places import Mount, capacity
from pbx.sentence import Sentence

LEAST = 32_000_000
"""Bytes: what a small office's first backups take."""
_MEMORY = ("tmpfs", "ramfs", "devtmpfs")
_DISKS = (
    *("vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "hfsplus", "udf", "ext2", "ext3", "ext4"),
    *("btrfs", "xfs", "f2fs", "jfs", "reiserfs", "bcachefs", "zfs"),
)
_LENT = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "ceph", "afs", "fuse")
_MB = 1_000_000


def unfit(mount: Mount, needed: int, root: Path) -> Sentence | None:
    """Why it cannot take backups of so many bytes; None if it can, as far as can be known without waiting for it."""
    if mount.kind in _MEMORY:
        return Sentence("It is the box's memory. Everything there is lost when the power fails.")
    if "ro" in mount.options:
        return Sentence("It is write-protected.")
    if mount.kind not in (*_DISKS, *_LENT) and not mount.kind.startswith("fuse."):
        return Sentence("It is not a disk for files ({kind}).", kind=mount.kind[:40])
    size = capacity(mount, root)
    if size is not None and size < needed:
        return Sentence("It is too small: it has {size} MB, but backups need {needed} MB.",
                        size=size // _MB, needed=-(-needed // _MB))  # fmt: skip
    return None


def full(folder: Path, needed: int) -> Sentence | None:
    """Why nothing more goes into a folder: its disk is asked, and may be waited for. Raises OSError."""
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    if free < needed:
        return Sentence("It is too full: {free} MB are free, but backups need {needed} MB.",
                        free=free // _MB, needed=-(-needed // _MB))  # fmt: skip
    return None
