"""The web page that starts with the exchange, and what is said of it then."""

import argparse
import logging
import sys

from pbx.daemon.daemon import Daemon
from pbx.daemon.web_process import TLS_ABOVE, WebProcess, command, next_free
from pbx.daemon.welcome import code_command, invitation, language, urls

log = logging.getLogger(__name__)


async def opened(daemon: Daemon, options: argparse.Namespace) -> WebProcess | None:
    """Start the web page, and tell on the terminal, not in the log, where it is and how the first admin gets in."""
    if options.page_socket is not None:  # it runs by itself, as another user
        daemon.desk.host.pages = tuple(urls(options.web))
        return None
    try:
        web = next_free(options.web) if options.next_port else options.web
    except OSError as error:
        log.error("The web page cannot start: %s.", error)
        return None
    page = WebProcess(command(daemon.desk.data, web, options.allow_all))
    page.start()
    log.info("the web page on %s port %s, encrypted on port %s", *web, web[1] + TLS_ABOVE)
    daemon.desk.host.pages = tuple(urls(web))
    print(await _invitation(daemon, web), flush=True)
    return page


async def _invitation(daemon: Daemon, web: tuple[str, int]) -> str:
    """What is said at the start, in the terminal's language: what callers hear is the office's."""
    if not (await daemon.do("welcome state"))["first"]:
        return invitation(web, language())
    # What is no terminal may be a log, where no secret belongs: there a command tells it.
    if sys.stdout.isatty():
        return invitation(web, language(), code=(await daemon.do("code show"))["code"])
    return invitation(web, language(), command=code_command(daemon.desk.data, sys.argv[0]))
