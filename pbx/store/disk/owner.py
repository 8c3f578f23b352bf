"""Acting as the owner of a data folder, who may have put anything into it, even links that root must not follow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def owner(data: Path) -> tuple[int, int] | None:
    """User and group of a folder that is somebody else's, if we are root; else None."""
    try:
        about = data.stat()
    except OSError:
        return None
    return (about.st_uid, about.st_gid) if os.geteuid() == 0 and about.st_uid != 0 else None


def become(data: Path) -> None:
    """Be the folder's owner from now on, if we are root and it is somebody else's. Raises OSError."""
    if user := owner(data):
        os.setgroups([])
        os.setgid(user[1])
        os.setuid(user[0])


@contextmanager
def rights_of(data: Path) -> Iterator[None]:
    """In here root has no more rights than the folder's owner. For programs with one thread. Raises OSError."""
    user = owner(data)
    if user is None:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    os.setgroups([])
    os.setegid(user[1])
    os.seteuid(user[0])
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
