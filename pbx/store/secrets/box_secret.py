"""The box's own secret: 32 random bytes, made once, in a file of the data folder that its owner alone may read.

From it the users of the Contacts are made that the box registers at providers (`exchange/trunks/trunks`), and the key
that seals what the settings keep (`pbx.programs.seal`), each by a purpose of its own.
"""

import logging
import os
import secrets
from pathlib import Path

from pbx.store.disk.atomic import write_file

log = logging.getLogger(__name__)

FILE = "secret"
"""In the data folder; backups carry it, under their own password."""
LENGTH = 32


def box_secret(data: Path) -> bytes:
    """What is in the file, which is made if it is not there. Raises OSError."""
    path = data / FILE
    if not path.exists() or path.stat().st_size < LENGTH:  # half a secret could be guessed
        if path.exists():
            log.error("%s is damaged and made anew: what it had sealed cannot be read any more", path)
        write_file(path, secrets.token_bytes(LENGTH))
    os.chmod(path, 0o600)
    return path.read_bytes()
