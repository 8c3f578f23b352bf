"""The box's certificate is shown to phones and browsers, and made anew when its names change or its end comes near."""

import asyncio
import errno
import logging
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pbx.sip.transport.issued import Issued, mark
from pbx.sip.transport.tls import paths, server_context
from pbx.store.disk.atomic import write_file

log = logging.getLogger(__name__)

PROGRAM = "pbx.programs.certificate"
"""Makes certificates, as a process of its own."""


class OwnCertificate:
    """What the box shows of itself; to be asked now and then to `look`."""

    def __init__(
        self,
        folder: Path,
        names: Callable[[], Sequence[str]],
        page: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`names` tells what the certificate must speak for; `page` is a folder to put it into for the web page."""
        self._folder, self._names, self._page, self._clock = folder, names, page, clock
        self._shown = ""
        self._trouble = ""
        self.context: ssl.SSLContext | None = None
        """For new connections; when its certificate changes, existing ones do not notice."""

    async def look(self) -> bool:
        """Have a certificate made if there is none that is good. Whether another one is shown from now on.

        Raises OSError, ssl.SSLError: then what was shown still is.
        """
        await self._make_if_needed()
        now = mark(self._folder)
        if now == self._shown:
            return False
        # Tried first: a context that was given what does not fit together shows nothing at all any more.
        fresh = server_context(*paths(self._folder))
        if self.context is None:
            self.context = fresh
        else:
            self.context.load_cert_chain(*paths(self._folder))
        if self._page is not None:
            _lend(self._folder, self._page)
        self._shown = now
        return True

    async def _make_if_needed(self) -> None:
        wanted, now = list(self._names()), self._clock()
        issued = Issued.read(self._folder)
        if issued is not None and issued.is_good(wanted, now):
            return
        try:
            await _make(self._folder, wanted, now)
            self._trouble = ""
        except OSError as error:  # an older one is better than none
            if not all(path.exists() for path in paths(self._folder)):
                raise
            if str(error) != self._trouble:
                log.warning("the certificate stays as it is: %s", error.strerror or error)
            self._trouble = str(error)


async def _make(folder: Path, names: Sequence[str], now: float) -> None:
    """Raises OSError."""
    words = ("-P", "-m", PROGRAM, str(folder), datetime.fromtimestamp(now, UTC).isoformat(), *names)
    maker = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.PIPE)
    _, complaint = await maker.communicate()
    if maker.returncode:
        why = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(errno.EIO, f"no certificate could be made: {why}")


def _lend(ours: Path, page: Path) -> None:
    """Put the certificate and its key where the web page's user, who may not look into `ours`, can read it."""
    for source, copy in zip(paths(ours), paths(page), strict=True):
        write_file(copy, source.read_bytes(), 0o640)
