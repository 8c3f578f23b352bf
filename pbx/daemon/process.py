"""The process of `durchwahl run`: a daemon, its web page, and what systemd, Ctrl-C and a restore want of them."""

import argparse
import asyncio
import gc
import logging
import os
import signal
from typing import TYPE_CHECKING

from pbx.daemon.daemon import Daemon
from pbx.service.later import Later
from pbx.service.memory import give_back
from pbx.service.systemd import Systemd, from_environment
from pbx.store.errors import FolderError

if TYPE_CHECKING:
    from pbx.daemon.web_process import WebProcess

log = logging.getLogger(__name__)
own_page = Later("pbx.daemon.own_page")


def run(options: argparse.Namespace) -> int:
    """`durchwahl run`: run until SIGTERM or Ctrl-C; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        give_back()
        return asyncio.run(_run(options))
    except FolderError as error:
        log.error("%s", error)
        return 2
    except OSError as error:
        where = error.filename or "{} port {}".format(*options.sip)
        log.error("The exchange cannot start: %s: %s.", where, error.strerror or error)
        return 1


async def _run(options: argparse.Namespace) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    systemd = from_environment(os.environ, os.getpid())
    systemd.status("The exchange is starting.")
    daemon = await _started(options, options.sip, systemd)
    _collect_seldom()
    systemd.ready()
    systemd.live(asyncio.get_running_loop().call_later)
    page: WebProcess | None = None
    if options.web is not None:
        page = await own_page.opened(daemon, options)
    while not await _first(stopped, daemon.again):
        log.info("the exchange restarts with what was restored")
        await daemon.stop()
        pages = daemon.desk.host.pages
        daemon = await _started(options, daemon.address, systemd)
        daemon.desk.host.pages = pages
    systemd.stopping()
    systemd.status("Ending calls and signing off from providers.")
    if page is not None:
        await page.stop()
    await daemon.stop()
    return 0


async def _started(options: argparse.Namespace, sip: tuple[str, int], systemd: Systemd) -> Daemon:
    daemon = Daemon(options.data, sip, options.rtp, options.page_socket, options.lamps_socket)
    daemon.begins_again = True
    daemon.on_status = systemd.status
    try:
        await daemon.start()
    except BaseException:
        daemon.close()
        raise
    for name, (host, port) in daemon.exchange.transports.listening:
        log.info("SIP over %s on %s port %s", name.upper(), host, port)
    return daemon


async def _first(one: asyncio.Event, other: asyncio.Event) -> bool:
    """Wait until one of them is set; whether `one` is."""
    waiting = [asyncio.create_task(event.wait()) for event in (one, other)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    return one.is_set()


def _collect_seldom() -> None:
    """Calls leave hardly any cycles behind; looking for them every 700 objects costs a tenth of all signalling."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
