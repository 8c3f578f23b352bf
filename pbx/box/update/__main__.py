"""Updates of the box, as root: python -m pbx.box.update install, or tried.

install   systemd starts it when the exchange has written what it wants (durchwahl-update.path)
tried     after every start (durchwahl-tried.service)
"""

import argparse
import fcntl
import logging
import os
import sys
from collections.abc import Sequence

from pbx.box.update.install import install
from pbx.box.update.rauc import NoAnswer
from pbx.box.update.state import FOLDER
from pbx.box.update.tried import after_start
from pbx.box.update.world import NoReboot, real

log = logging.getLogger(__name__)

LOCK = "lock"
"""In the folder with the state of updates."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 also when the update was refused, which is written; 1 when that could not be written."""
    parser = argparse.ArgumentParser(prog="pbx.box.update", allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("install").add_argument("--drain", type=float, default=300.0, metavar="SECONDS")
    verbs.add_parser("tried").add_argument("--healthy-within", type=float, default=300.0, metavar="SECONDS")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        # One after the other: what the last update left is settled before the next begins, and no wish is lost. Nobody
        # else may open the file, for whoever opens it can hold it.
        lock = os.open(FOLDER / LOCK, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        log.error("%s: %s", FOLDER, error.strerror)
        return 1
    try:
        if options.verb == "install":
            install(real(), options.drain)
        else:
            after_start(real(), options.healthy_within)
    except (NoAnswer, NoReboot, OSError) as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
